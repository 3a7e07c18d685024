import { z } from 'zod/mini';

/**
 * The building blocks of the FSx wire format (AWS JSON 1.1): bounded text, closed and open enums, epoch-second
 * timestamps, IDs, ARNs and paging. Lengths, patterns and limits are those of the FSx API model 2018-03-01;
 * `model.test.ts` compares them with the model itself.
 */

interface TextRule {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  /** What a valid value looks like, for the sentence a client reads. */
  readonly like?: string;
}

/** Text with the model's bounds. The model counts code points, where `z.string().max()` counts UTF-16 units. */
export const text = ({ min = 0, max, pattern, like }: TextRule) =>
  z.string().check(
    z.superRefine((value, context) => {
      // A string never has more code points than units, so the common case needs no second look.
      const length = value.length > (max ?? Infinity) || min > 1 ? Array.from(value).length : value.length;
      if (length < min || length > (max ?? Infinity)) {
        const range = max === undefined ? `at least ${min}` : `${min} to ${max}`;
        context.addIssue({ code: 'custom', message: `must have ${range} characters, not ${length}` });
      } else if (pattern && !pattern.test(value)) {
        context.addIssue({ code: 'custom', message: like ? `must be ${like}` : `must match ${pattern.source}` });
      }
    }),
    z.meta({
      ...(min ? { minLength: min } : {}),
      ...(max === undefined ? {} : { maxLength: max }),
      ...(pattern ? { pattern: pattern.source } : {}),
    }),
  );

/**
 * An enum of an answer. Its type is closed, so that switches are checked, but a value that AWS adds later passes
 * through as it is: a console must not go dark because of a new lifecycle. Whoever renders it needs a fallback.
 */
export const openEnum = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  // The cast is the point: the type names today's values, the runtime lets tomorrow's pass.
  z.string().check(z.meta({ enum: [...values] })) as unknown as z.ZodMiniType<Values[number], string>;

/** Seconds since 1970 on the wire (a JSON number, fractions allowed), a `Date` in code. */
export const timestamp = z.codec(z.number(), z.date(), {
  // Date cuts fractions of a millisecond off, and 0.123 * 1000 may well be 122.99999999999999.
  decode: (seconds) => new Date(Math.round(seconds * 1000)),
  encode: (date) => date.getTime() / 1000,
});

export const integer = (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max));

/** A 64-bit count. Counts stay far below 2^53. */
export const long = z.int();

const NO_LINE_BREAKS = String.raw`[^\u0000\u0085\u2028\u2029\r\n]`;

/** Text of at most `max` characters without NUL and line breaks: paths, S3 URLs. */
export const line = (min: number, max: number) =>
  text({ min, max, pattern: new RegExp(`^${NO_LINE_BREAKS}{${min},${max}}$`, 'u'), like: 'one line without NUL' });

const id = (prefix: string, min: number, max: number, digits = 8) =>
  text({
    min,
    max,
    pattern: new RegExp(`^(${prefix}-[0-9a-f]{${digits},})$`),
    like: `${prefix}- and at least ${digits} hexadecimal digits`,
  });

export const fileSystemId = id('fs', 11, 21);
export const associationId = id('dra', 13, 23);
export const taskId = id('task', 12, 128, 17);
export const subnetId = id('subnet', 15, 24);
export const securityGroupId = id('sg', 11, 20);

/** `s3://bucket/prefix`, and the path of a completion report. */
export const archivePath = line(3, 4357);

/** A directory of the file system that is linked to a repository, e.g. `/ns1/`. */
export const namespacePath = line(1, 4096);

/** Idempotency token. `A-z` and the missing anchor are the model's own. */
export const clientRequestToken = text({
  min: 1,
  max: 63,
  pattern: /[A-za-z0-9_.-]{0,63}$/,
  like: '1 to 63 letters, digits, "_", "." or "-"',
});

export const resourceArn = text({
  min: 8,
  max: 512,
  pattern:
    /^arn:(?=[^:]+:fsx:[^:]+:\d{12}:)((|(?=[a-z0-9-.]{1,63})(?!\d{1,3}(\.\d{1,3}){3})(?![^:]*-{2})(?![^:]*-\.)(?![^:]*\.-)[a-z0-9].*(?<!-)):){4}(?!\/).{0,1024}$/,
  like: 'an FSx ARN such as arn:aws:fsx:us-east-1:123456789012:task/task-0123456789abcdef0',
});

export const maxResults = integer(1, 2147483647);

/** Opaque page token: base64 in the standard alphabet. */
export const nextToken = text({
  min: 1,
  max: 255,
  pattern: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  like: 'the NextToken of an earlier answer',
});

const filterValue = text({
  min: 1,
  max: 128,
  pattern: /^[0-9a-zA-Z*.\\/?\-_]*$/,
  like: 'letters, digits, "*", ".", "\\", "/", "?", "-" or "_"',
});

export const filters = <const Names extends readonly [string, ...string[]]>(names: Names, max: number) =>
  z
    .array(z.strictObject({ Name: z.enum(names), Values: z.array(filterValue).check(z.maxLength(20)) }))
    .check(z.maxLength(max));

/** `FailureDetails` of any resource. */
export const failureDetails = z.object({ Message: z.optional(text({ min: 1, max: 256 })) });

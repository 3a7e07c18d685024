import type { Input, OperationName } from '@drt/contract';

/** The AWS CLI commands that do what a form or a page does, for a POSIX shell. */

export interface CliTarget {
  readonly region: string;
  /** Of an FSx that is not Amazon's own. */
  readonly endpoint?: string | undefined;
  /** Of an S3 that is not Amazon's own. */
  readonly s3Endpoint?: string | undefined;
}

/** One request to FSx; or an object that is fetched from S3, by its `s3://` path. */
export type CliCall =
  | { readonly [Name in OperationName]: { readonly operation: Name; readonly input: Input<Name> } }[OperationName]
  | { readonly operation: 's3 cp'; readonly object: string };

/** One word of a shell command that becomes exactly this argument. */
export const quote = (argument: string) =>
  // Nothing is special between single quotes but the quote itself, which therefore stands outside of them.
  /^[A-Za-z0-9_./:=@%+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;

/** JSON with only ASCII letters, so that no byte depends on the terminal and nothing in it is invisible. */
const json = (value: unknown) =>
  JSON.stringify(value).replaceAll(
    /[^\u0020-\u007E]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** `DataRepositoryPath` is `data-repository-path` to the AWS CLI, `ResourceARN` is `resource-arn`. */
const kebab = (name: string) => name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();

const optionOf = (member: string, value: unknown) => {
  const name = kebab(member);
  if (typeof value === 'boolean') return value ? `--${name}` : `--no-${name}`;
  if (typeof value === 'string' || typeof value === 'number') return `--${name} ${quote(String(value))}`;
  return `--${name} ${quote(json(value))}`;
};

const joined = (words: readonly string[]) => words.join(' \\\n  ');

/** The command that sends a request. It has no request token: the CLI makes one of its own for each run. */
export const cliCommand = (call: CliCall, { region, endpoint, s3Endpoint }: CliTarget): string => {
  const where = (url: string | undefined) => [
    `--region ${quote(region)}`,
    ...(url ? [`--endpoint-url ${quote(url)}`] : []),
  ];
  if (call.operation === 's3 cp') return joined([`aws s3 cp ${quote(call.object)} .`, ...where(s3Endpoint)]);
  const members = Object.entries(call.input).filter(
    ([member, value]) => member !== 'ClientRequestToken' && value !== undefined,
  );
  return joined([
    `aws fsx ${kebab(call.operation)}`,
    ...members.map(([member, value]) => optionOf(member, value)),
    ...where(endpoint),
  ]);
};

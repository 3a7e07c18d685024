import { z } from 'zod/mini';

/**
 * The closed set of errors that the served operations can answer: code to HTTP status. All are modelled by FSx except
 * the last group, which every AWS JSON endpoint answers before an operation is reached.
 */
export const ERRORS = {
  BadRequest: 400,
  UnsupportedOperation: 400,
  IncompatibleParameterError: 400,
  ServiceLimitExceeded: 400,
  FileSystemNotFound: 400,
  DataRepositoryAssociationNotFound: 400,
  InvalidDataRepositoryType: 400,
  DataRepositoryTaskNotFound: 400,
  DataRepositoryTaskExecuting: 400,
  DataRepositoryTaskEnded: 400,
  ResourceNotFound: 400,
  NotServiceResourceError: 400,
  ResourceDoesNotSupportTagging: 400,
  MissingFileSystemConfiguration: 400,
  InternalServerError: 500,

  UnknownOperationException: 400,
  SerializationException: 400,
  AccessDeniedException: 400,
  UnrecognizedClientException: 400,
  InvalidSignatureException: 400,
  MissingAuthenticationTokenException: 400,
  ThrottlingException: 400,
  RequestEntityTooLarge: 413,
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** `ErrorMessage` of the model: at most 256 characters. */
export const MAX_MESSAGE = 256;

export const clip = (message: string) =>
  Array.from(message).length > MAX_MESSAGE
    ? `${Array.from(message)
        .slice(0, MAX_MESSAGE - 1)
        .join('')}…`
    : message;

/** Members that some errors carry beside `Message`; the model requires each where it names it. */
export interface ErrorMembers {
  readonly Parameter?: string;
  readonly Limit?: string;
  readonly ResourceARN?: string;
}

/** What a caller did wrong or could not have: the only exception that reaches a client with its own words. */
export class FsxError extends Error {
  readonly code: ErrorCode;
  readonly members: ErrorMembers;

  constructor(code: ErrorCode, message: string, members: ErrorMembers = {}) {
    super(clip(message));
    this.name = code;
    this.code = code;
    this.members = members;
  }
}

const place = (path: readonly PropertyKey[]) =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  );

const bound = (issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): string => {
  const [side, limit] = issue.code === 'too_big' ? ['most', issue.maximum] : ['least', issue.minimum];
  return issue.origin === 'array' ? `must have at ${side} ${limit} items` : `must be at ${side} ${limit}`;
};

const sentence = (issue: z.core.$ZodIssue): string => {
  const at = place(issue.path) || 'The request';
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `${at} is required`;
      return issue.expected === 'int' ? `${at} must be a whole number` : `${at} must be of type ${issue.expected}`;
    case 'invalid_value':
      return `${at} ${issue.input === undefined ? 'is required and ' : ''}must be one of ${issue.values.join(', ')}`;
    case 'unrecognized_keys':
      return `${at} has no member ${issue.keys.join(', ')}`;
    case 'too_big':
    case 'too_small':
      return `${at} ${bound(issue)}`;
    default:
      return `${at}: ${issue.message}`;
  }
};

/** Turns what zod found into sentences that say where and what would be valid. Parse with `reportInput: true`. */
export const explain = (error: z.core.$ZodError): string => clip(`${error.issues.map(sentence).join('. ')}.`);

/**
 * A request from outside, decoded.
 * @throws FsxError `BadRequest` with a sentence for each member that is wrong.
 */
export const decodeRequest = <Output>(schema: z.ZodMiniType<Output>, json: unknown): Output => {
  // safeDecode wants the wire type; what came from outside is whatever it is, and this is where that is found out.
  const result = z.safeDecode(schema, json as z.input<typeof schema>, { reportInput: true });
  if (!result.success) throw new FsxError('BadRequest', explain(result.error));
  return result.data;
};

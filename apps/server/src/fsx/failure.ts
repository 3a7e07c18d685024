import { type ErrorCode, ERRORS, FsxError } from '@drt/contract/errors';

/** What an AWS JSON endpoint answers around its operations; they have no shape in the FSx model. */
const PROTOCOL_ERRORS: ReadonlySet<ErrorCode> = new Set([
  'UnknownOperationException',
  'SerializationException',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'ThrottlingException',
  'RequestEntityTooLarge',
]);

/** The status and the body of a refusal on the wire. */
export const failureAnswer = ({ code, message, members }: FsxError) => ({
  status: ERRORS[code],
  // Modelled errors spell it `Message`, the others `message`; clients look for both, boto3 only for its own.
  body: { __type: code, ...members, [PROTOCOL_ERRORS.has(code) ? 'message' : 'Message']: message },
});

/** `status` and `type` of the errors that Express and its body parser raise about a request. */
const httpErrorOf = (error: unknown) => {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return { status: error.status, type: 'type' in error ? error.type : undefined };
};

/** An error as the caller may see it; undefined for one whose details stay in the log. */
export const asFsxError = (error: unknown): FsxError | undefined => {
  if (error instanceof FsxError) return error;
  const http = httpErrorOf(error);
  if (!http || http.status < 400 || http.status > 499) return undefined;
  if (http.status === 413) return new FsxError('RequestEntityTooLarge', 'The request body must be at most 1 MiB.');
  if (http.type === 'encoding.unsupported') {
    return new FsxError('SerializationException', 'The request body must be sent without a Content-Encoding.');
  }
  return new FsxError('SerializationException', 'The request cannot be read.');
};

/** What stands in for an error of ours. */
export const internalError = (requestId: string) =>
  new FsxError(
    'InternalServerError',
    `An internal error occurred; the server's log has it under request ID ${requestId}.`,
  );

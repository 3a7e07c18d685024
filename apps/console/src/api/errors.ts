import { visibleText } from '../shell/visible-text.ts';
import { ApiFailure } from './fsx.ts';

/** What the user reads when a request fails. */
export interface Explanation {
  readonly header: string;
  readonly content: string;
  /** Trying the very same request again can help. */
  readonly transient: boolean;
  /** For support: what the server's log calls this request. */
  readonly requestId?: string;
}

interface Sentence {
  readonly header: string;
  /** What to do next; the server's own words come before it. */
  readonly advice: string;
}

const NOT_ACCEPTED: Sentence = {
  header: 'The AWS credentials of this server are not accepted',
  advice: 'Check the credentials it was started with, its clock, and that the region is enabled for the account.',
};

/** Error code to words. What the server says (field, allowed values, the other task) is shown before the advice. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  BadRequest: { header: 'The request is not valid', advice: 'Correct the values and try again.' },
  UnsupportedOperation: {
    header: 'This file system does not support the request',
    advice: 'Check the type and the deployment type of the file system.',
  },
  IncompatibleParameterError: {
    header: 'This form was already submitted with other values',
    advice: 'Submit it as a new request to create another task.',
  },
  ServiceLimitExceeded: { header: 'A limit is reached', advice: 'Remove what is no longer needed, then try again.' },
  FileSystemNotFound: { header: 'The file system no longer exists', advice: 'Choose another file system.' },
  DataRepositoryAssociationNotFound: {
    header: 'The data repository association no longer exists',
    advice: 'Choose another association.',
  },
  DataRepositoryTaskNotFound: {
    header: 'The data repository task does not exist',
    advice: 'Open the list of tasks to see which ones do.',
  },
  DataRepositoryTaskExecuting: {
    header: 'The same task is already running',
    advice: '',
  },
  DataRepositoryTaskEnded: { header: 'The task has already ended', advice: 'Nothing is left to cancel.' },
  ResourceNotFound: { header: 'The resource no longer exists', advice: 'Go back to the list.' },
  AccessDeniedException: { header: 'You do not have permission', advice: 'Ask an administrator for access.' },
  UnrecognizedClientException: NOT_ACCEPTED,
  InvalidSignatureException: NOT_ACCEPTED,
  MissingAuthenticationTokenException: NOT_ACCEPTED,
  ExpiredTokenException: NOT_ACCEPTED,
  InvalidClientTokenId: NOT_ACCEPTED,
  InvalidAccessKeyId: NOT_ACCEPTED,
  SignatureDoesNotMatch: NOT_ACCEPTED,
  ExpiredToken: NOT_ACCEPTED,
  NoCredentials: {
    header: 'The server has no AWS credentials',
    advice: 'Start it with credentials that the AWS SDK finds, such as AWS_PROFILE or AWS_ACCESS_KEY_ID.',
  },
  ReportNotFound: {
    header: 'The completion report was not found',
    advice: 'It may have been deleted, or FSx could not write it: the event log of FSx in CloudWatch says so.',
  },
  ReportUnreadable: { header: 'The completion report cannot be read', advice: 'Look at the object in Amazon S3.' },
  ThrottlingException: { header: 'Too many requests', advice: 'Wait for a moment, then try again.' },
  InternalServerError: { header: 'The server failed to complete the request', advice: 'Try again.' },
  NetworkError: { header: 'The request did not complete', advice: 'Check the connection, then try again.' },
};

const TRANSIENT = new Set(['InternalServerError', 'NetworkError', 'ThrottlingException']);

/** Whether the same request can succeed without any change. */
export const isTransient = (error: unknown) => error instanceof ApiFailure && TRANSIENT.has(error.code);

export const hasCode = (error: unknown, code: string): error is ApiFailure =>
  error instanceof ApiFailure && error.code === code;

/** Whether it is a matter of permissions or credentials, which nobody at this page can mend. */
export const isForbidden = (error: unknown): error is ApiFailure =>
  error instanceof ApiFailure &&
  (['AccessDeniedException', 'NoCredentials'].includes(error.code) || SENTENCES[error.code] === NOT_ACCEPTED);

const adviceOf = ({ advice }: Sentence, { permission }: ApiFailure) =>
  permission ? `Ask an administrator for the permission ${permission}.` : advice;

const sentenceEnd = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** Turns any failure into words: what happened, what the server said, what to do next. */
export const explainFailure = (error: unknown): Explanation => {
  if (!(error instanceof ApiFailure)) {
    const content = 'The answer of the server could not be understood. Reload the page to get the current console.';
    return { header: 'Unexpected answer', content, transient: false };
  }
  const sentence = SENTENCES[error.code] ?? { header: `The request was refused (${error.code})`, advice: '' };
  // It may quote a name of a file or an object.
  const said = visibleText(error.message.trim());
  return {
    header: sentence.header,
    content: [said && sentenceEnd(said), adviceOf(sentence, error)].filter(Boolean).join(' '),
    transient: isTransient(error),
    ...(error.requestId ? { requestId: error.requestId } : {}),
  };
};

/** Every way a call to the object store can end badly; a closed set. */
export type S3FailureKind =
  | 'AccessDenied'
  | 'NoSuchKey'
  | 'NoSuchBucket'
  | 'PreconditionFailed'
  | 'InvalidObjectState'
  | 'KeyTooLong'
  | 'Unreachable'
  | 'Other';

/** One S3 operation on one bucket or object, as failures name it. */
export interface Call {
  /** Name in the Amazon S3 API, such as `PutObject`. */
  readonly operation: string;
  readonly bucket: string;
  readonly key?: string;
}

/** A call about one object. */
export interface ObjectCall extends Call {
  readonly key: string;
}

/** What the store answered, as far as it said. */
interface Refusal {
  readonly status: number;
  readonly s3Code?: string | undefined;
  readonly requestId?: string | undefined;
}

const longestKeyShown = 200;
const unprintable = /\p{C}/gu;

/** Names come from disks and buckets: no control or formatting character reaches a log or a report unescaped. */
const shown = (name: string): string =>
  (name.length > longestKeyShown ? `${name.slice(0, longestKeyShown)}…` : name).replaceAll(
    unprintable,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );

const nameOf = ({ operation, bucket, key }: Call): string =>
  `${operation} s3://${shown(bucket)}${key === undefined ? '' : `/${shown(key)}`}`;

/**
 * A call to the object store that failed for good. The message names operation, bucket, key, S3's error code and the
 * request id, never the body of the answer. `cause` holds the error of the connection, when there is one.
 */
export class S3Failure extends Error {
  override readonly name = 'S3Failure';
  readonly kind: S3FailureKind;
  /** HTTP status of the answer; absent when there was none. */
  readonly status?: number;
  /** S3's error code, such as `SlowDown`; absent when the answer named none. */
  readonly s3Code?: string;
  readonly requestId?: string;

  constructor(kind: S3FailureKind, message: string, refusal?: Refusal, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    if (refusal === undefined) return;
    this.status = refusal.status;
    if (refusal.s3Code !== undefined) this.s3Code = refusal.s3Code;
    if (refusal.requestId !== undefined) this.requestId = refusal.requestId;
  }
}

const kindOfCode: ReadonlyMap<string, S3FailureKind> = new Map<string, S3FailureKind>([
  ['AccessDenied', 'AccessDenied'],
  ['AccountProblem', 'AccessDenied'],
  ['AllAccessDisabled', 'AccessDenied'],
  ['ExpiredToken', 'AccessDenied'],
  ['InvalidAccessKeyId', 'AccessDenied'],
  ['InvalidToken', 'AccessDenied'],
  ['RequestTimeTooSkewed', 'AccessDenied'],
  ['SignatureDoesNotMatch', 'AccessDenied'],
  ['TokenRefreshRequired', 'AccessDenied'],
  ['NoSuchKey', 'NoSuchKey'],
  ['NoSuchBucket', 'NoSuchBucket'],
  ['InvalidBucketName', 'NoSuchBucket'],
  // The upload's own ID, not a key, is what is unknown.
  ['NoSuchUpload', 'Other'],
  ['PreconditionFailed', 'PreconditionFailed'],
  ['ConditionalRequestConflict', 'PreconditionFailed'],
  ['InvalidObjectState', 'InvalidObjectState'],
  ['KeyTooLongError', 'KeyTooLong'],
]);

const readsOneObject = new Set(['GetObject', 'HeadObject']);

const kindOfStatus = (status: number, operation: string): S3FailureKind => {
  switch (status) {
    case 401:
    case 403:
      return 'AccessDenied';
    case 404:
      // The answer to a HEAD has no body, so it cannot say which of the two is missing.
      return readsOneObject.has(operation) ? 'NoSuchKey' : 'NoSuchBucket';
    case 412:
      return 'PreconditionFailed';
    case 414:
      return 'KeyTooLong';
    default:
      return 'Other';
  }
};

/** The bytes that arrived are not those that the store has. Reading the object again may help. */
export class CorruptBody extends S3Failure {
  /** Checksum of what arrived. */
  readonly received: string;

  constructor(call: ObjectCall, received: string) {
    super('Other', `${nameOf(call)}: the bytes received do not have the checksum that the store has of the object`);
    this.received = received;
  }
}

/** The failure for an answer that was no success. */
export const refused = (call: Call, refusal: Refusal): S3Failure => {
  const { status, s3Code, requestId } = refusal;
  const kind = (s3Code === undefined ? undefined : kindOfCode.get(s3Code)) ?? kindOfStatus(status, call.operation);
  const details = [`HTTP ${status}`, ...(requestId === undefined ? [] : [`request ID ${requestId}`])].join(', ');
  return new S3Failure(kind, `${nameOf(call)}: ${s3Code ?? kind} (${details})`, refusal);
};

/** The failure for a call that got no answer; `reason` is part of a sentence. */
export const unreachable = (call: Call, reason: string, cause?: unknown): S3Failure =>
  new S3Failure('Unreachable', `${nameOf(call)}: ${reason}`, undefined, cause);

/** The failure for a request that must not be sent, or an answer that must not be trusted. */
export const unacceptable = (call: Call, reason: string): S3Failure =>
  new S3Failure('Other', `${nameOf(call)}: ${reason}`);

const code = /<Code>([A-Za-z0-9._-]{1,100})<\/Code>/;

/** The error code in the XML body of an answer, if it holds one. */
export const codeIn = (body: string): string | undefined => code.exec(body)?.[1];

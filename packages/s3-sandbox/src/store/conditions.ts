import { S3Error } from '../wire/errors.ts';

/** What conditions look at. */
export interface Validators {
  /** Without quotation marks. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** Conditions as they stand in the headers; `undefined` when absent. */
export interface Conditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
}

/**
 * Whether a write may go on, given what is there now.
 * @throws S3Error PreconditionFailed; NoSuchKey for If-Match without an object; NotImplemented for If-None-Match with an
 * ETag, which S3 offers for reads only
 */
export function checkWrite(existing: Validators | undefined, conditions: Conditions): void {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*') throw new S3Error('NotImplemented', 'A write takes If-None-Match with * only.');
    if (existing !== undefined) throw new S3Error('PreconditionFailed');
  }
  if (ifMatch === undefined) return;
  if (existing === undefined) throw new S3Error('NoSuchKey');
  if (!names(ifMatch, existing.etag)) throw new S3Error('PreconditionFailed');
}

/**
 * Whether a read may go on: `true`, or `false` for 304 Not Modified. The ETag conditions win over those on time
 * (RFC 9110, 13.2.2).
 * @throws S3Error PreconditionFailed
 */
export function checkRead(object: Validators, conditions: Conditions): boolean {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!names(ifMatch, object.etag)) throw new S3Error('PreconditionFailed');
  } else if (isNewerThan(object, ifUnmodifiedSince) === true) {
    throw new S3Error('PreconditionFailed');
  }
  if (ifNoneMatch !== undefined) return !names(ifNoneMatch, object.etag);
  return isNewerThan(object, ifModifiedSince) !== false;
}

/** Whether a list of ETags, quoted or not, names this one; `*` names every one. */
function names(list: string, etag: string): boolean {
  return list.split(',').some((item) => {
    const name = item.trim().replace(/^W\//, '').replaceAll('"', '');
    return name === '*' || name === etag;
  });
}

/** In whole seconds, as HTTP dates are; `undefined` when there is no date or none that can be read. */
function isNewerThan(object: Validators, date: string | undefined): boolean | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : Math.floor(object.modified / 1000) > Math.floor(time / 1000);
}

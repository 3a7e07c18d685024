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

/** A part of an object: the first byte and how many. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/**
 * The range that a Range header asks for; `undefined` means all of the object: no header, several ranges, or a header
 * that cannot be read, which HTTP tells a server to ignore.
 * @throws S3Error InvalidRange when none of the bytes exist
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, from = '', to = ''] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') return rangeOf(size - Math.min(Number(to), size), size - 1, size);
  if (to === '') return rangeOf(Number(from), size - 1, size);
  return Number(to) < Number(from) ? undefined : rangeOf(Number(from), Math.min(Number(to), size - 1), size);
}

function rangeOf(start: number, end: number, size: number): ByteRange {
  if (start >= size) throw new S3Error('InvalidRange');
  return { start, length: end - start + 1 };
}

import { S3Error } from '../wire/errors.ts';

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

import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import type { Buffers } from './buffers.ts';
import { type Call, type ObjectCall, S3Failure, unacceptable } from './failure.ts';
import { askHead, headOf, metadataHeaders, unquoted } from './head.ts';
import { type Retrier, mayHaveHappened } from './retry.ts';
import type { Metadata, PutOptions, Source, Stored } from './s3.ts';
import { type Answer, type Wire, checksumOf, dateOf, headerOf } from './wire.ts';

/** What an upload works with. */
export interface Uploader {
  readonly wire: Wire;
  readonly retrier: Retrier;
  readonly buffers: Buffers;
}

/** How to tell that the object in the store is the one that was sent. */
export interface Expected {
  readonly size: number;
  readonly metadata: Metadata;
  /** Only asked when it is needed: it may have to be computed. */
  readonly etag: () => string;
  readonly checksum: () => string;
}

/** Reads `into` full from `position` of the source. Throws S3Failure when the source ends early, unless `confirm` does. */
export const fill = async (call: Call, source: Source, into: Buffer, position: number): Promise<void> => {
  const read = source.read(into, position);
  if (read === into.length) return;
  // The file has shrunk, and its owner has the better words for it.
  await source.confirm();
  throw unacceptable(call, `the source ended at byte ${position + read} of ${source.size}`);
};

/**
 * The time of the server's answer. The Date header is cut to the second: the last millisecond of that second is not
 * before the LastModified of an object that the request stored, whatever precision a listing shows.
 */
export const storedAt = (date: number | undefined): Date => new Date(date === undefined ? Date.now() : date + 999);

const sameMetadata = (one: Metadata, other: Metadata): boolean => {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
};

/** What the store's answer to a HEAD says of an upload; undefined when the object is not the expected one. */
const recognise = (call: ObjectCall, answer: Answer, expected: Expected): Stored | undefined => {
  const { etag, size, metadata } = headOf(call, answer);
  if (size !== expected.size || !sameMetadata(metadata, expected.metadata)) return undefined;
  // An encrypted object's ETag need not be an MD5; then the checksum that went along decides.
  const checksum = headerOf(answer.headers, 'x-amz-checksum-crc32');
  if (etag !== expected.etag() && (checksum === undefined || checksum !== expected.checksum())) return undefined;
  return { etag, date: storedAt(dateOf(answer.headers)) };
};

/**
 * Runs `once`, which stores an object, with retries. When an attempt finds that the condition no longer holds or that
 * the upload is gone, or when the caller has aborted after an answer was lost, HEAD decides what happened: this object
 * may be there already, sent by an attempt of this process or of one that was killed.
 */
export const store = async (
  { wire, retrier }: Uploader,
  { bucket, key }: ObjectCall,
  expected: Expected,
  once: () => Promise<Stored>,
  signal: AbortSignal | undefined,
): Promise<Stored> => {
  const look = async (): Promise<Stored | undefined> => {
    const call = { operation: 'HeadObject', bucket, key };
    return recognise(call, await askHead(wire, call, { 'x-amz-checksum-mode': 'ENABLED' }), expected);
  };
  const none = (error: unknown): undefined => {
    // Not there, or not for us to see.
    if (!(error instanceof S3Failure) || (error.kind !== 'NoSuchKey' && error.kind !== 'AccessDenied')) throw error;
  };
  let unsure = false;
  const attempt = async (): Promise<Stored> => {
    try {
      return await once();
    } catch (error) {
      // A request that was cut short may have arrived.
      unsure ||= signal?.aborted === true;
      if (!(error instanceof S3Failure)) throw error;
      const overtaken = error.kind === 'PreconditionFailed' || error.s3Code === 'NoSuchUpload';
      const stored = overtaken ? await retrier.run(look, signal).catch(none) : undefined;
      if (stored !== undefined) return stored;
      unsure ||= mayHaveHappened(error);
      throw error;
    }
  };
  try {
    return await retrier.run(attempt, signal);
  } catch (error) {
    // One look only: who aborts does not want to wait for a store that is down.
    const stored = unsure && signal?.aborted === true ? await look().catch(() => undefined) : undefined;
    if (stored === undefined) throw error;
    return stored;
  }
};

/** Uploads a source in one request. */
export const putWhole = async (
  uploader: Uploader,
  bucket: string,
  key: string,
  source: Source,
  { metadata = {}, contentType, ifMatch, ifNoneMatch, signal, mayBegin, moved }: PutOptions,
): Promise<Stored> => {
  const call = { operation: 'PutObject', bucket, key };
  const headers = {
    ...metadataHeaders(call, metadata),
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
    ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
  };
  const body = await uploader.buffers.take(source.size);
  let finished = false;
  try {
    signal?.throwIfAborted();
    await fill(call, source, body, 0);
    await source.confirm();
    const once = async (): Promise<Stored> => {
      mayBegin?.();
      const answer = await uploader.wire.ask({ ...call, method: 'PUT', headers, body, signal, moved });
      const etag = headerOf(answer.headers, 'etag');
      if (etag === undefined) throw unacceptable(call, 'the answer lacks an ETag');
      return { etag: unquoted(etag), date: storedAt(dateOf(answer.headers)) };
    };
    const expected: Expected = {
      size: body.length,
      metadata,
      etag: () => hash('md5', body, 'hex'),
      checksum: () => checksumOf(crc32(body)),
    };
    const stored = await store(uploader, call, expected, once, signal);
    finished = true;
    return stored;
  } finally {
    if (finished) uploader.buffers.give(body);
    else uploader.buffers.drop(body);
  }
};

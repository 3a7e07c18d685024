import { crc32 } from 'node:zlib';

import { S3Failure, unacceptable, unreachable } from './failure.ts';
import { headOf, unquoted } from './head.ts';
import type { Retrier } from './retry.ts';
import type { OpenObject } from './s3.ts';
import { type Streamed, type Wire, checksumOf, headerOf } from './wire.ts';

interface GetOptions {
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
  readonly moved?: () => void;
}

/** Opens an object; a connection that breaks later is replaced, and only the bytes still missing are asked for. */
export const getObject = async (
  wire: Wire,
  retrier: Retrier,
  bucket: string,
  key: string,
  { ifMatch, signal, moved = () => {} }: GetOptions,
): Promise<OpenObject> => {
  const call = { operation: 'GetObject', bucket, key };
  const open = (headers: Record<string, string>): Promise<Streamed> =>
    retrier.run(() => wire.open({ ...call, method: 'GET', headers }, signal), signal);

  const first = await open({
    'x-amz-checksum-mode': 'ENABLED',
    ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
  });
  const head = headOf(call, first);

  /** The rest of the very object that `first` began. */
  const reopen = async (position: number): Promise<Streamed> => {
    const next = await open({ range: `bytes=${position}-`, 'if-match': `"${head.etag}"` });
    const range = `bytes ${position}-${head.size - 1}/${head.size}`;
    if (next.status !== 206 || headerOf(next.headers, 'content-range') !== range) {
      throw unacceptable(call, 'the store does not answer ranges');
    }
    if (unquoted(headerOf(next.headers, 'etag') ?? '') !== head.etag) throw unacceptable(call, 'the object changed');
    return next;
  };

  async function* body(): AsyncGenerator<Buffer, void> {
    const patience = retrier.patience(signal);
    let position = 0;
    let crc = 0;
    for (let opened = first; ; opened = await reopen(position)) {
      const began = performance.now();
      let failure: S3Failure | undefined;
      try {
        for await (const chunk of opened.body) {
          position += chunk.length;
          if (position > head.size) throw unacceptable(call, 'the answer is longer than the object');
          crc = crc32(chunk, crc);
          patience.progressed();
          moved();
          yield chunk;
        }
        if (position === head.size) break;
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof S3Failure)) throw error;
        failure = error;
      }
      await patience.after(failure ?? unreachable(call, 'the answer ended early'), began);
    }
    const stored = headerOf(first.headers, 'x-amz-checksum-crc32');
    // With a dash it is a checksum of the parts' checksums.
    if (stored !== undefined && !stored.includes('-') && stored !== checksumOf(crc)) {
      throw unacceptable(call, 'the bytes received do not have the checksum stored with the object');
    }
  }
  return { head, body: body(), [Symbol.dispose]: () => first[Symbol.dispose]() };
};

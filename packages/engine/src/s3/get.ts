import { S3Failure, unacceptable, unreachable } from './failure.ts';
import { headOf, unquoted } from './head.ts';
import type { Integrity } from './integrity.ts';
import type { Retrier } from './retry.ts';
import type { GetOptions, OpenObject } from './s3.ts';
import { type Streamed, type Wire, headerOf } from './wire.ts';

/** What a read works with. */
interface Reader {
  readonly wire: Wire;
  readonly retrier: Retrier;
  readonly integrity: Integrity;
}

/** Opens an object; a connection that breaks later is replaced, and only the bytes still missing are asked for. */
export const getObject = async (
  { wire, retrier, integrity }: Reader,
  bucket: string,
  key: string,
  { ifMatch, signal, received, moved = () => {} }: GetOptions,
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
    const check = integrity.check(call, first.headers, head, received);
    let position = 0;
    for (let opened = first; ; opened = await reopen(position)) {
      const began = performance.now();
      let failure: S3Failure | undefined;
      try {
        for await (const chunk of opened.body) {
          position += chunk.length;
          if (position > head.size) throw unacceptable(call, 'the answer is longer than the object');
          check?.update(chunk);
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
    check?.end();
  }
  return { head, body: body(), [Symbol.dispose]: () => first[Symbol.dispose]() };
};

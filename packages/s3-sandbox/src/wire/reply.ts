import { closeSync, readSync } from 'node:fs';

/** Bytes of an open file. Whoever gets the reply closes the descriptor (closeReply). */
export interface FileBody {
  readonly fd: number;
  readonly start: number;
  readonly length: number;
}

/** An answer that has not been sent yet, so that it can still be lost. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** XML, or the bytes of an object. */
  readonly body?: string | FileBody | undefined;
}

/** Whether HTTP forbids this answer a body. */
export const isBodiless = (method: string | undefined, status: number) =>
  method === 'HEAD' || status === 204 || status === 304;

/** The Content-Length of an answer that does not name it by itself. */
export function lengthHeader({ status, body }: Reply): { readonly 'content-length'?: number } {
  if (status === 204 || status === 304 || typeof body === 'object') return {};
  return { 'content-length': Buffer.byteLength(body ?? '') };
}

/** Closes the file of a reply that has been sent, or that nobody is going to see. */
export function closeReply(reply: Reply): void {
  if (typeof reply.body === 'object') closeSync(reply.body.fd);
}

/** Bytes read at a time. */
export const CHUNK = 256 * 1024;

/** The bytes of a reply's body in pieces. */
export const bodyPieces = ({ body = '' }: Reply, size: number): Iterable<Buffer> =>
  typeof body === 'object' ? pieces(body, size) : [Buffer.from(body)];

/** The bytes of a file in pieces. Throws when the file is shorter than it was. */
export function* pieces({ fd, start, length }: FileBody, size = CHUNK): Generator<Buffer, undefined> {
  for (let done = 0; done < length;) {
    const buffer = Buffer.allocUnsafe(Math.min(size, length - done));
    const read = readSync(fd, buffer, 0, buffer.length, start + done);
    if (read === 0) throw new Error('A file of the sandbox was made shorter while it was read.');
    done += read;
    yield buffer.subarray(0, read);
  }
  return undefined;
}

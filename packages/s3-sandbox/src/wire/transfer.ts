import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { Source } from './body.ts';
import { bodyPieces, CHUNK, isBodiless, lengthHeader, type Reply } from './reply.ts';

/** What a fault does to the bytes of bodies. */
export interface Shape {
  readonly bytesPerSecond?: number;
  /** The connection is reset after so many bytes. */
  readonly resetAfter?: number;
  /** The answer ends after so many bytes. */
  readonly truncateAfter?: number;
  readonly corrupt?: boolean;
}

/** How a request ended. */
export type Outcome = 'answered' | 'cut' | 'aborted';

/** Ends a request without an answer: the fault has cut the connection, or the client has gone. */
export class NoAnswer extends Error {
  readonly outcome: Exclude<Outcome, 'answered'>;

  constructor(outcome: Exclude<Outcome, 'answered'>) {
    super(outcome);
    this.outcome = outcome;
  }
}

/** Ends the connection the hard way (TCP reset). */
export const cut = (message: IncomingMessage) => void message.socket.resetAndDestroy();

/** The bytes of a request's body, as a fault lets them pass. Throws NoAnswer. */
export function bodySource(message: IncomingMessage, begin: () => void, shape: Shape | undefined): Source {
  return (onChunk) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let left = shape?.resetAfter ?? Number.POSITIVE_INFINITY;
    const stop = (settle: () => void) => {
      message.off('data', onData).off('end', onEnd).off('close', onClose);
      settle();
    };
    const onEnd = () => stop(resolve);
    const onClose = () => stop(() => reject(new NoAnswer('aborted')));
    const onData = (chunk: Buffer) => {
      try {
        left -= chunk.length;
        if (left < 0) {
          cut(message);
          throw new NoAnswer('cut');
        }
        onChunk(chunk);
        if (shape?.bytesPerSecond !== undefined) throttle(message, chunk.length / shape.bytesPerSecond);
      } catch (error) {
        stop(() => reject(error));
        // The rest of the body is of no interest, but the client wants to send it before it reads the answer.
        message.resume();
      }
    };
    if (message.destroyed) reject(new NoAnswer('aborted'));
    else message.on('data', onData).on('end', onEnd).on('close', onClose);
    begin();
    return promise;
  };
}

function throttle(message: IncomingMessage, seconds: number): void {
  message.pause();
  setTimeout(() => message.resume(), seconds * 1000);
}

/** Sends an answer, as a fault lets it pass. Throws NoAnswer. */
export async function sendReply(
  message: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  shape: Shape | undefined,
): Promise<void> {
  // Node's own Date can be older than the LastModified that this request has set: on a busy machine it stands still.
  const date = new Date().toUTCString();
  response.writeHead(reply.status, { date, ...lengthHeader(reply), ...reply.headers });
  if (isBodiless(message.method, reply.status) || response.destroyed) {
    response.end();
    return;
  }
  const chunks = bodyPieces(reply, pieceSize(shape));
  if (shape !== undefined) return sendShaped(message, response, chunks, shape);
  for (const chunk of chunks) if (!response.write(chunk)) await writable(response);
  response.end();
}

const pieceSize = (shape: Shape | undefined) =>
  shape?.bytesPerSecond === undefined ? CHUNK : Math.max(1, Math.min(CHUNK, Math.ceil(shape.bytesPerSecond / 10)));

/** Room in the socket's buffer again. Throws NoAnswer when the client goes first. */
async function writable(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve).once('close', resolve);
  await promise;
  response.off('drain', resolve).off('close', resolve);
  if (response.destroyed) throw new NoAnswer('aborted');
}

async function sendShaped(
  message: IncomingMessage,
  response: ServerResponse,
  chunks: Iterable<Buffer>,
  { bytesPerSecond, resetAfter, truncateAfter, corrupt = false }: Shape,
): Promise<void> {
  const limit = resetAfter ?? truncateAfter ?? Number.POSITIVE_INFINITY;
  let sent = 0;
  // The last piece ends the answer, so that the request has ended in the log before the client has read all of it.
  let last: Buffer | undefined;
  response.flushHeaders();
  for (const chunk of chunks) {
    const part = chunk.subarray(0, limit - sent);
    if (corrupt && sent === 0) flipBit(part);
    if (part.length > 0) await delayFor(part.length, bytesPerSecond);
    if (last !== undefined) await write(response, last);
    last = part;
    sent += part.length;
    if (sent < limit) continue;
    await write(response, last);
    if (resetAfter === undefined) message.socket.end();
    else cut(message);
    throw new NoAnswer('cut');
  }
  response.end(last);
}

function flipBit(bytes: Buffer): void {
  if (bytes.length > 0) bytes.writeUInt8(bytes.readUInt8() ^ 1);
}

async function delayFor(bytes: number, bytesPerSecond: number | undefined): Promise<void> {
  if (bytesPerSecond !== undefined) await delay((1000 * bytes) / bytesPerSecond);
}

/** Answers once the bytes have left. Throws NoAnswer when the client has gone. */
async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const gone = () => reject(new NoAnswer('aborted'));
  response.once('close', gone);
  response.write(bytes, (error) => (error ? gone() : resolve()));
  await promise;
  response.off('close', gone);
}

import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';

import { type Dispatcher, Pool } from 'undici';

import { type ObjectCall, S3Failure, codeIn, refused, unacceptable, unreachable } from './failure.ts';
import { type Sdk, failureOf } from './sdk.ts';
import { Signer, emptyPayload, encodePath } from './sign.ts';

const connectionsPerOrigin = 64;
/** A larger body goes out in slices, so that a slow connection that still moves is told from a stalled one. */
const sliceBytes = 256 * 1024;
const errorBodyBytes = 64 * 1024;

/** One request about one object. */
export interface Ask extends ObjectCall {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  /** Canonical: names sorted, names and values percent-encoded. */
  readonly query?: string;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Cuts the request short, wherever it is. */
  readonly signal?: AbortSignal | undefined;
  /** Told whenever a piece of the body has gone out. */
  readonly moved?: (() => void) | undefined;
}

/** Response headers, names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** An answer of status 2xx. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

/** An answer whose body arrives piece by piece. Disposing gives up what was not read, and its connection. */
export interface Streamed extends Answer, Disposable {
  readonly body: AsyncIterable<Buffer>;
}

interface WireOptions {
  readonly region: string;
  readonly sdk: Sdk;
  readonly connectMs: number;
  readonly stallMs: number;
}

/** A four-byte checksum as `x-amz-checksum-crc32` carries it. */
export const checksumOf = (crc: number): string => {
  const four = Buffer.allocUnsafe(4);
  four.writeUInt32BE(crc);
  return four.toString('base64');
};

export const headerOf = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'object' ? value.join(', ') : value;
};

/** The server's clock as an answer shows it, in milliseconds since 1970; undefined when it does not. */
export const dateOf = (headers: Headers): number | undefined => {
  const date = Date.parse(headerOf(headers, 'date') ?? '');
  return Number.isNaN(date) ? undefined : date;
};

/** Throws S3Failure for what no object can be called. */
export const checkKey = (call: ObjectCall): void => {
  // Without a key the same request would be one about the bucket: PUT creates it.
  if (call.key === '') throw unacceptable(call, 'the key is empty');
  if (!call.key.isWellFormed()) throw unacceptable(call, 'the key is not well-formed Unicode');
};

function* slices(body: Buffer, moved: () => void): Generator<Buffer, void> {
  for (let position = 0; position < body.length; position += sliceBytes) {
    yield body.subarray(position, position + sliceBytes);
    moved();
  }
}

const sendable = ({ body, moved = () => {} }: Ask & { readonly body: Buffer }): Buffer | Readable =>
  body.length <= sliceBytes
    ? body
    : // Undici takes any iterable of Buffers as a body, but its types name only streams, which cost more.
      (slices(body, moved) as unknown as Readable);

interface ShortAnswer extends Answer {
  readonly body: string;
}

/** Sends a request whose answer has no body worth streaming: none at all, or an error in XML. */
const exchange = (pool: Pool, request: Dispatcher.DispatchOptions, signal?: AbortSignal): Promise<ShortAnswer> => {
  const { promise, resolve, reject } = Promise.withResolvers<ShortAnswer>();
  let answer: Answer = { status: 0, headers: {} };
  const chunks: Buffer[] = [];
  let size = 0;
  let cut = () => reject(new Error('cut short'));
  const onAbort = () => cut();
  signal?.addEventListener('abort', onAbort, { once: true });
  pool.dispatch(request, {
    onRequestStart(controller) {
      cut = () => controller.abort(new Error('cut short'));
      if (signal?.aborted === true) cut();
    },
    onResponseStart(_controller, status, headers) {
      answer = { status, headers };
    },
    onResponseData(controller, chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > errorBodyBytes) controller.abort(new Error('the answer is too long'));
    },
    onResponseEnd() {
      resolve({ ...answer, body: chunks.length === 0 ? '' : Buffer.concat(chunks).toString() });
    },
    onResponseError(_controller, error) {
      reject(error);
    },
  });
  return promise.finally(() => signal?.removeEventListener('abort', onAbort));
};

const textOf = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > errorBodyBytes) break;
  }
  return Buffer.concat(chunks).toString();
};

/**
 * Object requests over keep-alive connections, signed by us; one attempt each. Paths go out as strings, because a URL
 * object would drop the dot segments that are legal in keys. Redirects are not followed, proxies of the environment not
 * used.
 */
export class Wire {
  readonly #options: WireOptions;
  readonly #signer: Signer;
  readonly #pools = new Map<string, Pool>();
  /** The server's clock minus ours, learned when the server says that ours is wrong. */
  #clockOffsetMs = 0;

  constructor(options: WireOptions) {
    this.#options = options;
    this.#signer = new Signer(options.region);
  }

  /** Sends one request and waits for its answer. Throws S3Failure for an answer that is not 2xx, or none. */
  async ask(ask: Ask): Promise<Answer> {
    const { pool, request } = await this.#prepare(ask);
    let answer: ShortAnswer;
    try {
      answer = await exchange(pool, request, ask.signal);
    } catch (error) {
      throw this.#broken(ask, error);
    }
    if (answer.status < 200 || answer.status > 299) throw this.#refused(ask, answer, answer.body);
    return answer;
  }

  /** As `ask`, for an answer whose body is streamed; the caller reads `body` to its end, leaves its iterator, or disposes. */
  async open(ask: Ask, signal?: AbortSignal): Promise<Streamed> {
    const { pool, request } = await this.#prepare(ask);
    try {
      const { statusCode: status, headers, body } = await pool.request({ ...request, signal: signal ?? null });
      if (status >= 200 && status <= 299) {
        const discard = () => {
          // What nobody waits for any more shall not become an unhandled event.
          body.on('error', () => {}).destroy();
        };
        return { status, headers, body: this.#stream(ask, body), [Symbol.dispose]: discard };
      }
      throw this.#refused(ask, { status, headers }, await textOf(body));
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#broken(ask, error);
    }
  }

  async *#stream(ask: Ask, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    try {
      yield* body;
    } catch (error) {
      throw this.#broken(ask, error);
    }
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  async #prepare(ask: Ask): Promise<{ pool: Pool; request: Dispatcher.DispatchOptions & { method: Ask['method'] } }> {
    const { method, key, query = '', body } = ask;
    checkKey(ask);
    const { sdk } = this.#options;
    const address = await sdk.address(ask);
    const keys = await sdk.credentials.current().catch((error: unknown) => {
      throw failureOf(ask, error);
    });

    const headers: Record<string, string> = { ...ask.headers };
    let payload = emptyPayload;
    if (body !== undefined) {
      payload = address.secure ? 'UNSIGNED-PAYLOAD' : hash('sha256', body, 'hex');
      if (address.secure) headers['x-amz-checksum-crc32'] = checksumOf(crc32(body));
    }
    const path = address.base + encodePath(key);
    const now = new Date(Date.now() + this.#clockOffsetMs);
    const signed = this.#signer.sign({ method, host: address.host, path, query, headers, payload }, keys, now);
    if (body !== undefined) signed['content-length'] = String(body.length);
    return {
      pool: this.#pool(address.origin),
      request: {
        method,
        path: query === '' ? path : `${path}?${query}`,
        headers: signed,
        body: body === undefined ? null : sendable({ ...ask, body }),
        // Undici would close the connection after each HEAD.
        ...(method === 'HEAD' ? { reset: false } : {}),
      },
    };
  }

  #pool(origin: string): Pool {
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      const { connectMs, stallMs } = this.#options;
      pool = new Pool(origin, {
        connections: connectionsPerOrigin,
        // One HTTP/2 connection would replace all the others.
        allowH2: false,
        connect: { timeout: connectMs },
        // Undici starts both anew whenever bytes move.
        headersTimeout: stallMs,
        bodyTimeout: stallMs,
      });
      this.#pools.set(origin, pool);
    }
    return pool;
  }

  #refused(ask: Ask, { status, headers }: Answer, body: string): S3Failure {
    const s3Code = codeIn(body);
    const date = dateOf(headers);
    if (s3Code === 'RequestTimeTooSkewed' && date !== undefined) this.#clockOffsetMs = date - Date.now();
    const requestId = /^[\w+/=.:-]{1,128}$/.exec(headerOf(headers, 'x-amz-request-id') ?? '')?.[0];
    return refused(ask, { status, s3Code, requestId });
  }

  #broken(ask: Ask, error: unknown): unknown {
    if (error instanceof S3Failure || !(error instanceof Error)) return error;
    const code = 'code' in error ? String(error.code) : error.message;
    switch (code) {
      case 'UND_ERR_HEADERS_TIMEOUT':
      case 'UND_ERR_BODY_TIMEOUT':
        return unreachable(ask, `no byte moved for ${this.#options.stallMs} ms`, error);
      case 'UND_ERR_CONNECT_TIMEOUT':
        return unreachable(ask, `no connection within ${this.#options.connectMs} ms`, error);
      case 'UND_ERR_INVALID_ARG':
        return unacceptable(ask, error.message);
      default:
        return unreachable(ask, `no answer (${code})`, error);
    }
  }
}

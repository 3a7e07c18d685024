import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Sandbox, startSandbox } from '@drt/s3-sandbox';

import { S3Failure } from './failure.ts';
import { type S3, type S3Options, type Source, openS3 } from './s3.ts';

export const keys = { accessKeyId: 'AKIDSANDBOX', secretAccessKey: 'sandbox/secret' };
export const bucket = 'bucket';

/** A sandbox that checks signatures, and clients of it; all gone when it is disposed. */
export interface Sandboxed extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** A client with short waits; `options` override anything. */
  open(options?: Partial<S3Options>): S3;
}

export const startSandboxed = async (): Promise<Sandboxed> => {
  const directory = await mkdtemp(join(tmpdir(), 'drt-s3-'));
  const sandbox = await startSandbox({ directory, buckets: [bucket], credentials: keys, sentinels: false });
  const clients: S3[] = [];
  return {
    sandbox,
    open(options = {}) {
      const client = openS3({ endpoint: sandbox.url, region: 'eu-west-1', credentials: keys, ...options });
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
      await sandbox.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

/** A source over random bytes that counts what is asked of it. */
export interface Observed extends Source {
  readonly content: Buffer;
  /** Calls of `confirm` so far. */
  confirmed: number;
  /** Bytes given out so far; more than `size` when some were read twice. */
  bytesRead: number;
}

export const observed = (size: number, confirm: () => void = () => {}): Observed => {
  const content = randomFillSync(Buffer.allocUnsafe(size));
  return {
    content,
    size,
    confirmed: 0,
    bytesRead: 0,
    read(into, position) {
      const count = position < content.length ? content.copy(into, 0, position) : 0;
      this.bytesRead += count;
      return count;
    },
    confirm() {
      this.confirmed += 1;
      confirm();
    },
  };
};

export const gather = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const gathered: T[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
};

export const readAll = async (body: AsyncIterable<Buffer>): Promise<Buffer> => Buffer.concat(await gather(body));

/** The failure that a call is expected to end with. */
export const failureOf = async (call: Promise<unknown>): Promise<S3Failure> => {
  const result = await call.catch((error: unknown) => error);
  if (result instanceof S3Failure) return result;
  throw new Error('no S3Failure', { cause: result });
};

import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { Credentials } from './credentials.ts';
import { refused } from './failure.ts';
import { Retrier } from './retry.ts';
import { type S3, bytes, openS3 } from './s3.ts';
import { type Sandboxed, bucket, failureOf, gather, keys, startSandboxed } from './sandbox.testing.ts';

/** Plays the endpoint from which a container gets its role's keys. */
let role: Server;
let asked = 0;
let world: Sandboxed;
let s3: S3;

beforeAll(async () => {
  world = await startSandboxed();
  role = createServer((_request, response) => {
    asked += 1;
    response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        Token: `token ${asked}`,
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    );
  });
  role.listen(0, '127.0.0.1');
  await once(role, 'listening');
});

afterAll(async () => {
  role.close();
  role.closeAllConnections();
  await world[Symbol.asyncDispose]();
});

beforeEach(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
  // A server that listens on TCP has an address with a port.
  const { port } = role.address() as AddressInfo;
  vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', `http://127.0.0.1:${port}/role`);
  asked = 0;
  world.sandbox.clearFaults();
  world.sandbox.clearRequests();
  s3 = openS3({ endpoint: world.sandbox.url, region: 'eu-west-1' });
});

afterEach(async () => {
  await s3[Symbol.asyncDispose]();
  vi.unstubAllEnvs();
});

const expired = { type: 'error', status: 400, code: 'ExpiredToken' } as const;

describe('credentials of the provider chain', () => {
  it('serve both halves of the client', async () => {
    await s3.put(bucket, 'k', bytes('x'));
    await s3.headBucket(bucket);
    expect(await gather(s3.list(bucket, ''))).toHaveLength(1);
    expect(asked).toBe(1);
  });

  it('are renewed once when they have expired', async () => {
    await s3.put(bucket, 'k', bytes('x'));
    for (const operation of ['PutObject', 'ListObjectsV2'] as const) {
      world.sandbox.addFault({ match: { operation }, action: expired, count: 1 });
    }
    await s3.put(bucket, 'k', bytes('x'));
    expect(asked).toBe(2);
    await gather(s3.list(bucket, ''));
    expect(asked).toBe(3);
  });

  it('are renewed when a HEAD is refused without a word', async () => {
    await s3.put(bucket, 'k', bytes('x'));
    world.sandbox.addFault({ action: expired, count: 2 });
    expect(await s3.head(bucket, 'k')).toMatchObject({ size: 1 });
    expect(asked).toBe(2);
    world.sandbox.addFault({ action: expired, count: 2 });
    await s3.headBucket(bucket);
    expect(asked).toBe(3);
  });

  it('are renewed once for many calls that fail together', async () => {
    await s3.put(bucket, 'k', bytes('x'));
    const gate = world.sandbox.addFault({ match: { key: 'gated-*' }, action: { type: 'gate', at: 'start' } });
    const puts = Promise.all(Array.from({ length: 20 }, (_, index) => s3.put(bucket, `gated-${index}`, bytes('x'))));
    await world.sandbox.waitForRequest(() => gate.held === 20);
    gate.remove();
    await puts;

    world.sandbox.addFault({ match: { operation: 'PutObject' }, action: expired, count: 1, perKey: true });
    await Promise.all(Array.from({ length: 20 }, (_, index) => s3.put(bucket, `again-${index}`, bytes('x'))));
    expect(asked).toBe(2);
  });

  it('end the call when new ones do not help', async () => {
    world.sandbox.addFault({ action: expired });
    expect(await failureOf(s3.put(bucket, 'k', bytes('x')))).toMatchObject({
      kind: 'AccessDenied',
      s3Code: 'ExpiredToken',
    });
    expect(world.sandbox.requests()).toHaveLength(2);
    expect(await failureOf(s3.headBucket(bucket))).toMatchObject({ kind: 'AccessDenied' });
  });

  it('end the call with the store’s refusal when no new ones are to be had', async () => {
    const retrier = new Retrier({
      retries: 3,
      renewCredentials: () => Promise.reject(new Error('no role')),
      closing: new AbortController().signal,
    });
    const refusal = refused({ operation: 'PutObject', bucket }, { status: 400, s3Code: 'ExpiredToken' });
    expect(await failureOf(retrier.run(() => Promise.reject(refusal)))).toBe(refusal);
  });

  it('are missed with a sentence', async () => {
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_FULL_URI', undefined);
    const poor = openS3({ endpoint: world.sandbox.url, region: 'eu-west-1' });
    for (const call of [poor.put(bucket, 'k', bytes('x')), poor.headBucket(bucket)]) {
      const failure = await failureOf(call);
      expect(failure).toMatchObject({ kind: 'AccessDenied', message: expect.stringContaining('no AWS credentials') });
    }
    expect(world.sandbox.requests()).toEqual([]);
    await poor[Symbol.asyncDispose]();
  });
});

describe('Credentials', () => {
  const start = new Date('2026-01-01T00:00:00Z').getTime();
  const minute = 60_000;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: start });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('renews five minutes before the end, and keeps what it has while that fails', async () => {
    let calls = 0;
    let broken = false;
    const credentials = new Credentials(async () => {
      calls += 1;
      if (broken) throw new Error('no answer');
      return { accessKeyId: `key ${calls}`, secretAccessKey: 's', expiration: new Date(Date.now() + 60 * minute) };
    });
    expect(await credentials.current()).toMatchObject({ accessKeyId: 'key 1' });
    vi.setSystemTime(start + 54 * minute);
    expect(await credentials.current()).toMatchObject({ accessKeyId: 'key 1' });
    vi.setSystemTime(start + 56 * minute);
    broken = true;
    expect(await credentials.current()).toMatchObject({ accessKeyId: 'key 1' });
    broken = false;
    expect(await credentials.current()).toMatchObject({ accessKeyId: 'key 3' });
    vi.setSystemTime(start + 200 * minute);
    broken = true;
    await expect(credentials.current()).rejects.toThrow('no answer');
  });

  it('asks at most once a second for keys that never last', async () => {
    let calls = 0;
    const credentials = new Credentials(async () => {
      calls += 1;
      return { accessKeyId: 'k', secretAccessKey: 's', expiration: new Date(Date.now() + minute) };
    });
    await Promise.all([credentials.current(), credentials.current()]);
    await credentials.current();
    expect(calls).toBe(1);
    vi.setSystemTime(start + 1_001);
    await credentials.current();
    expect(calls).toBe(2);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { CorruptBody } from './failure.ts';
import { type S3, bytes } from './s3.ts';
import { type Sandboxed, bucket, failureOf, observed, readAll, startSandboxed } from './sandbox.testing.ts';

const size = 1_000_000;
const { content } = observed(size);

let world: Sandboxed;
let s3: S3;

beforeAll(async () => {
  world = await startSandboxed();
  s3 = world.open({ stallMs: 300 });
});

afterAll(() => world[Symbol.asyncDispose]());

beforeEach(async () => {
  world.sandbox.clearFaults();
  await s3.put(bucket, 'object', bytes(content), { metadata: { 'file-owner': '500' } });
  world.sandbox.clearRequests();
});

const gets = (): number => world.sandbox.requests({ operation: 'GetObject' }).length;

describe('get', () => {
  it('gives what head gives, and the bytes', async () => {
    const { head, body } = await s3.get(bucket, 'object');
    expect(head).toEqual(await s3.head(bucket, 'object'));
    expect(head).toMatchObject({ size, metadata: { 'file-owner': '500' } });
    expect((await readAll(body)).equals(content)).toBe(true);
    expect(gets()).toBe(1);
  });

  it('goes on where a broken connection left off', async () => {
    for (const afterBytes of [0, 100_000, 500_000]) {
      world.sandbox.addFault({
        match: { operation: 'GetObject' },
        action: { type: 'reset', at: 'body', afterBytes },
        count: 1,
      });
    }
    const { body } = await s3.get(bucket, 'object');
    expect((await readAll(body)).equals(content)).toBe(true);
    expect(gets()).toBe(4);
  });

  it('goes on where the store closed the connection in good order, or stalled', async () => {
    const match = { operation: 'GetObject' } as const;
    world.sandbox.addFault({ match, action: { type: 'truncate', afterBytes: 300_000 }, count: 1 });
    world.sandbox.addFault({ match, action: { type: 'slow', bytesPerSecond: 1 }, count: 1 });
    const { body } = await s3.get(bucket, 'object');
    expect((await readAll(body)).equals(content)).toBe(true);
    expect(gets()).toBe(3);
  });

  it('does not take a slow connection for a stalled one', async () => {
    world.sandbox.addFault({ action: { type: 'slow', bytesPerSecond: size } });
    const { body } = await s3.get(bucket, 'object');
    expect((await readAll(body)).equals(content)).toBe(true);
    expect(gets()).toBe(1);
  });

  it('never passes a short body off as a whole one', async () => {
    const hasty = world.open({ retries: 1 });
    world.sandbox.addFault({ match: { operation: 'GetObject' }, action: { type: 'truncate', afterBytes: 0 } });
    const { body } = await hasty.get(bucket, 'object');
    expect(await failureOf(readAll(body))).toMatchObject({ kind: 'Unreachable' });
  });

  it('does not pass off damaged bytes as the object', async () => {
    const corrupt = world.sandbox.addFault({ action: { type: 'corrupt' } });
    const failure = await failureOf(readAll((await s3.get(bucket, 'object')).body));
    expect(failure).toBeInstanceOf(CorruptBody);
    expect(failure.message).toContain('do not have the checksum');
    corrupt.remove();
    expect((await readAll((await s3.get(bucket, 'object')).body)).equals(content)).toBe(true);
    // From here on it is known what an ETag means in this bucket: the same damage twice is damage.
    world.sandbox.addFault({ action: { type: 'corrupt' } });
    const again = await failureOf(readAll((await s3.get(bucket, 'object')).body));
    const { received = '' } = again instanceof CorruptBody ? again : {};
    expect(await failureOf(readAll((await s3.get(bucket, 'object', { received })).body))).toBeInstanceOf(CorruptBody);
  });

  it('learns that a store has other ETags than MD5 sums from bytes that arrive twice', async () => {
    // To a client that has seen nothing else of the bucket it looks the same.
    const stranger = world.open();
    world.sandbox.addFault({ action: { type: 'corrupt' } });
    const failure = await failureOf(readAll((await stranger.get(bucket, 'object')).body));
    const { received = '' } = failure instanceof CorruptBody ? failure : {};
    expect((await readAll((await stranger.get(bucket, 'object', { received })).body)).length).toBe(size);
    expect((await readAll((await stranger.get(bucket, 'object')).body)).length).toBe(size);
  });

  it('never joins two versions of an object', async () => {
    world.sandbox.addFault({
      match: { operation: 'GetObject' },
      action: { type: 'reset', at: 'body', afterBytes: 100_000 },
      count: 1,
    });
    const gate = world.sandbox.addFault({ match: { operation: 'GetObject' }, action: { type: 'gate', at: 'start' } });
    const patient = world.open();
    const opened = await patient.get(bucket, 'object');
    const reading = failureOf(readAll(opened.body));
    await world.sandbox.waitForRequest(({ state }) => state === 'held');
    await s3.put(bucket, 'object', bytes('another version'));
    gate.release();
    expect(await reading).toMatchObject({ kind: 'PreconditionFailed' });
  });

  it('opens only the version it is asked for', async () => {
    const { etag } = await s3.head(bucket, 'object');
    const { body } = await s3.get(bucket, 'object', { ifMatch: etag });
    expect((await readAll(body)).equals(content)).toBe(true);
    const other = s3.get(bucket, 'object', { ifMatch: '0'.repeat(32) });
    expect(await failureOf(other)).toMatchObject({ kind: 'PreconditionFailed', status: 412 });
  });

  it('ends when it is aborted, while opening and while reading', async () => {
    const controller = new AbortController();
    const { body } = await s3.get(bucket, 'object', { signal: controller.signal });
    const iterator = body[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort(new Error('canceled'));
    const rest = async (): Promise<void> => {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next());
    };
    await expect(rest()).rejects.toThrow('canceled');

    const late = new AbortController();
    world.sandbox.addFault({ action: { type: 'hang', at: 'start' } });
    const opening = s3.get(bucket, 'object', { signal: late.signal });
    await world.sandbox.waitForRequest(({ state }) => state === 'held');
    late.abort(new Error('canceled too'));
    await expect(opening).rejects.toThrow('canceled too');
  });

  it('frees its connection when the reader leaves early', async () => {
    const { body } = await s3.get(bucket, 'object');
    for await (const chunk of body) if (chunk.length > 0) break;
    const ended = await world.sandbox.waitForRequest(
      ({ operation, state }) => operation === 'GetObject' && state === 'ended',
    );
    expect(ended.status).toBe(200);
  });

  it('tells missing objects and buckets, refusals and archived objects apart', async () => {
    expect(await failureOf(s3.get(bucket, 'missing'))).toMatchObject({ kind: 'NoSuchKey', status: 404 });
    expect(await failureOf(s3.get('no-such-bucket', 'k'))).toMatchObject({ kind: 'NoSuchBucket', status: 404 });
    world.sandbox.addFault({ action: { type: 'error', status: 403, code: 'InvalidObjectState' } });
    expect(await failureOf(s3.get(bucket, 'object'))).toMatchObject({ kind: 'InvalidObjectState' });
  });
});

describe('head', () => {
  it('says NoSuchKey for whatever is missing', async () => {
    expect(await failureOf(s3.head(bucket, 'missing'))).toMatchObject({ kind: 'NoSuchKey', status: 404 });
    expect(await failureOf(s3.head('no-such-bucket', 'k'))).toMatchObject({ kind: 'NoSuchKey', status: 404 });
  });

  it('finds out by GET why it was refused', async () => {
    world.sandbox.addFault({ action: { type: 'error', status: 403, code: 'AccountProblem' } });
    const failure = await failureOf(s3.head(bucket, 'object'));
    expect(failure).toMatchObject({ kind: 'AccessDenied', s3Code: 'AccountProblem' });
    expect(failure.message).toContain('HeadObject s3://bucket/object');
    expect(world.sandbox.requests().map(({ method }) => method)).toEqual(['HEAD', 'GET']);
  });

  it('goes on when the store fails for a while', async () => {
    world.sandbox.addFault({ action: { type: 'error', status: 503, code: 'SlowDown' }, count: 2 });
    world.sandbox.addFault({ action: { type: 'reset', at: 'start' }, count: 1 });
    world.sandbox.addFault({ action: { type: 'hang', at: 'start' }, count: 1 });
    expect(await s3.head(bucket, 'object')).toMatchObject({ size });
  });
});

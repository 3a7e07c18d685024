import { hash } from 'node:crypto';

import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { FaultAction } from '@drt/s3-sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { storedAt } from './put.ts';
import { type S3, bytes } from './s3.ts';
import {
  type Sandboxed,
  bucket,
  failureOf,
  gather,
  keys,
  observed,
  readAll,
  startSandboxed,
} from './sandbox.testing.ts';

let world: Sandboxed;
let s3: S3;
let sdk: S3Client;

beforeAll(async () => {
  world = await startSandboxed();
  s3 = world.open({ stallMs: 300 });
  sdk = new S3Client({ endpoint: world.sandbox.url, region: 'eu-west-1', forcePathStyle: true, credentials: keys });
});

afterAll(async () => {
  sdk.destroy();
  await world[Symbol.asyncDispose]();
});

beforeEach(() => {
  world.sandbox.clearFaults();
  world.sandbox.clearRequests();
});

const operations = (): string[] => world.sandbox.requests().map(({ operation }) => operation);

const contentOf = async (key: string): Promise<Buffer> => readAll((await s3.get(bucket, key)).body);

const fsxMetadata = {
  'file-permissions': '0100644',
  'file-owner': '500',
  'file-group': '500',
  'file-atime': '1595002920000000001ns',
  'file-mtime': '1595002920000000002ns',
  'user-agent': 'aws-fsx-lustre',
};

describe('put', () => {
  it('stores bytes and metadata in one request', async () => {
    const source = observed(100_000);
    const stored = await s3.put(bucket, 'dir/file', source, { metadata: fsxMetadata, contentType: 'text/plain' });
    expect(stored.etag).toBe(hash('md5', source.content, 'hex'));
    expect(source).toMatchObject({ confirmed: 1, bytesRead: 100_000 });
    expect(operations()).toEqual(['PutObject']);

    const head = await s3.head(bucket, 'dir/file');
    expect(head).toMatchObject({ size: 100_000, etag: stored.etag, metadata: fsxMetadata });
    expect(stored.date.getTime()).toBeGreaterThanOrEqual(head.modified.getTime());
    expect(await contentOf('dir/file')).toEqual(source.content);
  });

  it('is not dated before the LastModified that a listing shows', async () => {
    const { date } = await s3.put(bucket, 'dated', bytes('x'));
    const [page] = await gather(s3.list(bucket, 'dated'));
    expect(page?.[0]?.modified.getTime()).toBeLessThanOrEqual(date.getTime());
  });

  it('stores empty objects and directory markers', async () => {
    await s3.put(bucket, 'empty', bytes(''));
    await s3.put(bucket, 'marker/', bytes(''), { metadata: { 'file-permissions': '0040755' } });
    expect(await s3.head(bucket, 'empty')).toMatchObject({ size: 0, metadata: {} });
    expect(await s3.head(bucket, 'marker/')).toMatchObject({ size: 0, metadata: { 'file-permissions': '0040755' } });
    expect(await contentOf('empty')).toEqual(Buffer.alloc(0));
  });

  it.each([
    'a//b',
    '/leading',
    '../x',
    'a/../../x',
    'a/./b/.',
    'a+b %',
    '%2F%2e%2e/literal',
    "it's (a) *star*!",
    'new\nline\ttab\rreturn',
    'emoji 🗂/é/ﬀ',
    '?query=1&x#fragment',
    '"quotes"<xml>&amp;',
    'k'.repeat(1024),
  ])('stores under exactly this key: %j', async (key) => {
    await s3.put(bucket, key, bytes(key));
    expect(world.sandbox.requests().map((request) => request.key)).toEqual([key]);
    expect((await contentOf(key)).toString()).toBe(key);
    expect(await s3.head(bucket, key)).toMatchObject({ size: Buffer.byteLength(key) });
    const pages = await gather(s3.list(bucket, key));
    expect(pages.flat().map((listed) => listed.key)).toContain(key);
  });

  it('refuses what it could not store as it is, before anything is sent', async () => {
    const odd = ['é', 'a\nb', ' leading', 'trailing ', 'tab\there'];
    for (const value of odd) {
      const failure = await failureOf(s3.put(bucket, 'k', bytes('x'), { metadata: { 'file-owner': value } }));
      expect(failure).toMatchObject({ kind: 'Other', message: expect.stringContaining('file-owner is not printable') });
    }
    expect(await failureOf(s3.put(bucket, 'k', bytes('x'), { metadata: { Upper: 'x' } }))).toMatchObject({
      kind: 'Other',
    });
    expect((await failureOf(s3.put(bucket, '', bytes('x')))).message).toContain('the key is empty');
    expect((await failureOf(s3.put(bucket, 'a\ud800', bytes('x')))).message).toContain('not well-formed');
    expect(await failureOf(s3.put('a/b', 'k', bytes('x')))).toMatchObject({ kind: 'NoSuchBucket' });
    expect(operations()).toEqual([]);
  });

  it('stores nothing when the source cannot be confirmed, or ends early', async () => {
    const changed = observed(1000, () => {
      throw new Error('the file changed');
    });
    await expect(s3.put(bucket, 'unconfirmed', changed)).rejects.toThrow('the file changed');
    const short = { ...bytes('only this'), size: 100 };
    expect((await failureOf(s3.put(bucket, 'unconfirmed', short))).message).toContain('ended at byte 9 of 100');
    expect(operations()).toEqual([]);
  });
});

describe('put under a condition', () => {
  it('replaces only the object it names', async () => {
    const first = await s3.put(bucket, 'conditional', bytes('1'), { ifNoneMatch: '*' });
    const again = s3.put(bucket, 'conditional', bytes('2'), { ifNoneMatch: '*' });
    expect(await failureOf(again)).toMatchObject({ kind: 'PreconditionFailed', status: 412 });
    const second = await s3.put(bucket, 'conditional', bytes('2'), { ifMatch: first.etag });
    const stale = s3.put(bucket, 'conditional', bytes('3'), { ifMatch: first.etag });
    expect(await failureOf(stale)).toMatchObject({ kind: 'PreconditionFailed' });
    expect((await s3.head(bucket, 'conditional')).etag).toBe(second.etag);
  });

  it('knows its own object again when the first answer was lost', async () => {
    world.sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'reset', at: 'answer' }, count: 1 });
    const stored = await s3.put(bucket, 'lost', bytes('mine'), { ifNoneMatch: '*', metadata: { 'file-owner': '1' } });
    expect(stored.etag).toBe(hash('md5', 'mine', 'hex'));
    expect(operations()).toEqual(['PutObject', 'PutObject', 'HeadObject']);
  });

  it('does not take another writer’s object for its own', async () => {
    await s3.put(bucket, 'taken', bytes('mine'), { metadata: { 'file-owner': '2' } });
    world.sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'reset', at: 'start' }, count: 1 });
    const put = s3.put(bucket, 'taken', bytes('mine'), { ifNoneMatch: '*', metadata: { 'file-owner': '1' } });
    expect(await failureOf(put)).toMatchObject({ kind: 'PreconditionFailed' });
  });
});

describe('an object that may be ours', () => {
  const mine = { metadata: { 'file-owner': '1', 'file-group': '2' } };
  const lost = (at: 'start' | 'answer') =>
    world.sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'reset', at }, count: 1 });

  it.each([
    ['other bytes', 'mind', mine.metadata],
    ['more bytes', 'mine and more', mine.metadata],
    ['one name less', 'mine', { 'file-owner': '1' }],
    ['one name more', 'mine', { ...mine.metadata, 'file-atime': '3' }],
    ['another value', 'mine', { 'file-owner': '1', 'file-group': '3' }],
    ['another name', 'mine', { 'file-owner': '1', 'file-atime': '2' }],
  ])('is not with %s', async (what, content, metadata) => {
    const key = `theirs/${what}`;
    await s3.put(bucket, key, bytes(content), { metadata });
    lost('start');
    const failure = await failureOf(s3.put(bucket, key, bytes('mine'), { ...mine, ifNoneMatch: '*' }));
    expect(failure).toMatchObject({ kind: 'PreconditionFailed' });
  });

  it('is with the names in another order, and it is dated by the answer', async () => {
    const metadata = { 'file-group': '2', 'file-owner': '1' };
    const before = Math.floor(Date.now() / 1000) * 1000;
    await s3.put(bucket, 'reordered', bytes('mine'), { metadata });
    const { etag, date } = await s3.put(bucket, 'reordered', bytes('mine'), { ...mine, ifNoneMatch: '*' });
    expect(etag).toBe(hash('md5', 'mine', 'hex'));
    expect(date.getTime()).toBeGreaterThanOrEqual(before + 999);
    expect(date.getTime() % 1000).toBe(999);
  });

  it('may not be there or not be seen: the first refusal is told', async () => {
    world.sandbox.addFault({
      match: { operation: 'PutObject' },
      action: { type: 'error', status: 412, code: 'PreconditionFailed' },
    });
    const put = () => failureOf(s3.put(bucket, 'not there', bytes('mine'), { ifMatch: 'x' }));
    expect(await put()).toMatchObject({ kind: 'PreconditionFailed' });
    world.sandbox.addFault({
      match: { operation: ['HeadObject', 'GetObject'] },
      action: { type: 'error', status: 403, code: 'AccessDenied' },
      count: 2,
    });
    expect(await put()).toMatchObject({ kind: 'PreconditionFailed' });
    world.sandbox.addFault({
      match: { operation: 'HeadObject' },
      action: { type: 'error', status: 409, code: 'Odd' },
      count: 1,
    });
    expect(await put()).toMatchObject({ kind: 'Other', status: 409 });
  });

  it('is not looked for after an abort when the store has refused it', async () => {
    await s3.put(bucket, 'refused for certain', bytes('mine'), mine);
    world.sandbox.clearRequests();
    const controller = new AbortController();
    world.sandbox.addFault({
      match: { operation: 'PutObject' },
      action: { type: 'error', status: 400, code: 'RequestTimeout' },
    });
    const put = s3.put(bucket, 'refused for certain', bytes('mine'), { ...mine, signal: controller.signal });
    await world.sandbox.waitForRequest(({ state }) => state === 'ended');
    // One more request and its answer: by then the client has read the refusal that was sent before it.
    await s3.headBucket(bucket);
    controller.abort(new Error('canceled'));
    await expect(put).rejects.toThrow('canceled');
    expect(operations()).not.toContain('HeadObject');
  });
});

describe('put', () => {
  it('tells of the bytes that it moves, and leaves a source in peace that has its own words', async () => {
    let moves = 0;
    await s3.put(bucket, 'moving', observed(1_000_000), { moved: () => (moves += 1) });
    expect(moves).toBeGreaterThan(0);
    const shrunk = { ...bytes('short'), size: 100, confirm: () => expect.fail('it has shrunk') };
    await expect(s3.put(bucket, 'shrunk', shrunk)).rejects.toThrow('it has shrunk');
  });

  it('carries the type of the content', async () => {
    await s3.put(bucket, 'typed', bytes('x'), { contentType: 'application/x-directory' });
    const answer = await sdk.send(new HeadObjectCommand({ Bucket: bucket, Key: 'typed' }));
    expect(answer.ContentType).toBe('application/x-directory');
  });

  it('is dated by the server’s clock to the end of its second, else by ours', () => {
    expect(storedAt(5000).getTime()).toBe(5999);
    const now = Date.now();
    expect(storedAt(undefined).getTime()).toBeGreaterThanOrEqual(now);
  });
});

describe('put to a store that fails', () => {
  const passing: readonly [string, FaultAction, number][] = [
    ['says SlowDown', { type: 'error', status: 503, code: 'SlowDown' }, 3],
    ['says InternalError', { type: 'error', status: 500, code: 'InternalError' }, 3],
    ['says RequestTimeout', { type: 'error', status: 400, code: 'RequestTimeout' }, 3],
    ['resets the connection', { type: 'reset', at: 'start' }, 3],
    ['resets it in the middle of the body', { type: 'reset', at: 'body', afterBytes: 70_000 }, 3],
    ['loses the answer', { type: 'reset', at: 'answer' }, 3],
    ['hangs', { type: 'hang', at: 'start' }, 1],
    ['hangs before the answer', { type: 'hang', at: 'answer' }, 1],
  ];
  it.each(passing)('goes on when it %s', async (what, action, count) => {
    const fault = world.sandbox.addFault({ match: { operation: 'PutObject' }, action, count });
    const source = observed(400_000);
    const stored = await s3.put(bucket, `flaky/${what}`, source, { metadata: { 'file-owner': '7' } });
    expect(fault.hits).toBe(count);
    expect(operations()).toEqual(Array.from({ length: count + 1 }, () => 'PutObject'));
    expect(source).toMatchObject({ confirmed: 1, bytesRead: 400_000 });
    expect(stored.etag).toBe(hash('md5', source.content, 'hex'));
    expect(await contentOf(`flaky/${what}`)).toEqual(source.content);
  });

  it('ends after as many retries as allowed, and says why', async () => {
    const hasty = world.open({ retries: 2 });
    world.sandbox.addFault({ action: { type: 'error', status: 500, code: 'InternalError', message: 'secret words' } });
    const failure = await failureOf(hasty.put(bucket, 'a\u202eb', bytes('x')));
    expect(failure).toMatchObject({ kind: 'Other', status: 500, s3Code: 'InternalError' });
    expect(failure.message).toBe(
      `PutObject s3://bucket/a\\u{202e}b: InternalError (HTTP 500, request ID ${failure.requestId ?? ''})`,
    );
    expect(operations()).toHaveLength(3);
  });

  it.each([
    ['AccessDenied', { status: 403, code: 'AccessDenied' }],
    ['InvalidObjectState', { status: 403, code: 'InvalidObjectState' }],
    ['NoSuchBucket', { status: 404, code: 'NoSuchBucket' }],
    ['KeyTooLong', { status: 400, code: 'KeyTooLongError' }],
    ['Other', { status: 501, code: 'NotImplemented' }],
  ] as const)('does not repeat what ends in %s', async (kind, answer) => {
    world.sandbox.addFault({ action: { type: 'error', ...answer } });
    const failure = await failureOf(s3.put(bucket, 'refused', bytes('x')));
    expect(failure).toMatchObject({ kind, status: answer.status, s3Code: answer.code });
    expect(operations()).toEqual(['PutObject']);
  });

  it('does not follow a redirect', async () => {
    const other = await startSandboxed();
    world.sandbox.addFault({ action: { type: 'redirect', location: `${other.sandbox.url}/bucket/k` } });
    const failure = await failureOf(s3.put(bucket, 'k', bytes('x')));
    expect(failure).toMatchObject({ kind: 'Other', status: 307 });
    expect(other.sandbox.requests()).toEqual([]);
    await other[Symbol.asyncDispose]();
  });

  it('tells a wrong secret, a missing bucket and a dead endpoint apart', async () => {
    const wrong = world.open({ credentials: { accessKeyId: 'AKIDSANDBOX', secretAccessKey: 'no' } });
    const denied = await failureOf(wrong.put(bucket, 'k', bytes('x')));
    expect(denied).toMatchObject({ kind: 'AccessDenied', s3Code: 'SignatureDoesNotMatch' });
    const missing = await failureOf(s3.put('no-such-bucket', 'k', bytes('x')));
    expect(missing).toMatchObject({ kind: 'NoSuchBucket', status: 404 });
    expect(operations()).toEqual(['PutObject', 'PutObject']);

    const gone = await startSandboxed();
    const { url } = gone.sandbox;
    await gone[Symbol.asyncDispose]();
    const failure = await failureOf(world.open({ endpoint: url, retries: 1 }).put(bucket, 'k', bytes('x')));
    expect(failure).toMatchObject({ kind: 'Unreachable', message: expect.stringContaining('ECONNREFUSED') });
    expect(failure.status).toBeUndefined();
  });

  it('makes every call wait when it says SlowDown to one', async () => {
    const slowDown = { type: 'error', status: 503, code: 'SlowDown' } as const;
    world.sandbox.addFault({ match: { key: 'told off' }, action: slowDown, count: 1 });
    const told = s3.put(bucket, 'told off', bytes('x'));
    const { endedAt = Infinity } = await world.sandbox.waitForRequest(({ status }) => status === 503);
    // One more request and its answer: by then the client has read the 503 that was sent before it.
    await s3.head(bucket, 'told off').catch(() => {});
    await Promise.all([
      told,
      ...Array.from({ length: 20 }, (_, index) => s3.put(bucket, `after ${index}`, bytes('x'))),
    ]);
    const [, ...later] = world.sandbox.requests({ operation: 'PutObject' });
    expect(later).toHaveLength(21);
    for (const { startedAt } of later) expect(startedAt).toBeGreaterThanOrEqual(endedAt + 20);
  });

  it('stops between attempts when it is aborted', async () => {
    const fault = world.sandbox.addFault({ action: { type: 'error', status: 500, code: 'InternalError' } });
    const controller = new AbortController();
    const put = s3.put(bucket, 'aborted', bytes('x'), { signal: controller.signal });
    await world.sandbox.waitForRequest(({ state }) => state === 'ended');
    controller.abort(new Error('canceled'));
    await expect(put).rejects.toThrow('canceled');
    // The look whether an answer was lost, and no more attempts.
    expect(operations()).toEqual(['PutObject', 'HeadObject']);
    fault.remove();
    expect(await failureOf(s3.head(bucket, 'aborted'))).toMatchObject({ kind: 'NoSuchKey' });
    await expect(s3.put(bucket, 'aborted', bytes('x'), { signal: controller.signal })).rejects.toThrow('canceled');
  });

  it('cuts a request that is on its way when it is aborted', async () => {
    world.sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'gate', at: 'start' } });
    const controller = new AbortController();
    const put = s3.put(bucket, 'on its way', bytes('x'), { signal: controller.signal });
    await world.sandbox.waitForRequest(({ state }) => state === 'held');
    controller.abort(new Error('canceled'));
    await expect(put).rejects.toThrow('canceled');
    await world.sandbox.waitForRequest(({ operation, state }) => operation === 'PutObject' && state === 'ended');
    expect(await failureOf(s3.head(bucket, 'on its way'))).toMatchObject({ kind: 'NoSuchKey' });
  });

  it('asks before every request that writes whether it may', async () => {
    world.sandbox.addFault({ action: { type: 'error', status: 500, code: 'InternalError' }, count: 1 });
    let asked = 0;
    const mayBegin = () => {
      asked += 1;
      if (asked === 2) throw new Error('somebody else has it');
    };
    await expect(s3.put(bucket, 'guarded', bytes('x'), { mayBegin })).rejects.toThrow('somebody else has it');
    expect(operations()).toEqual(['PutObject']);
  });

  it('reports what it stored when it is aborted with the answer lost', async () => {
    world.sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'reset', at: 'answer' } });
    const controller = new AbortController();
    const put = s3.put(bucket, 'stored anyway', bytes('x'), { signal: controller.signal });
    await world.sandbox.waitForRequest(({ state }) => state === 'ended');
    controller.abort();
    expect(await put).toMatchObject({ etag: hash('md5', 'x', 'hex') });
  });
});

describe('headBucket', () => {
  it('tells whether the bucket is there and may be used', async () => {
    await s3.headBucket(bucket);
    expect(await failureOf(s3.headBucket('no-such-bucket'))).toMatchObject({ kind: 'NoSuchBucket', status: 404 });
    world.sandbox.addFault({ action: { type: 'error', status: 403, code: 'AccessDenied' } });
    expect(await failureOf(s3.headBucket(bucket))).toMatchObject({ kind: 'AccessDenied', status: 403 });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Listed, type S3, bytes } from './s3.ts';
import { type Sandboxed, bucket, failureOf, gather, startSandboxed } from './sandbox.testing.ts';

let world: Sandboxed;
let s3: S3;

beforeAll(async () => {
  world = await startSandboxed();
  s3 = world.open({ stallMs: 300 });
});

afterAll(() => world[Symbol.asyncDispose]());

beforeEach(() => {
  world.sandbox.clearFaults();
  world.sandbox.clearRequests();
});

const keysIn = (pages: readonly (readonly Listed[])[]): string[] => pages.flat().map(({ key }) => key);

const store = async (keys: readonly string[]): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) await s3.put(bucket, key, bytes(key));
  };
  await Promise.all(Array.from({ length: 32 }, lane));
};

describe('list', () => {
  const many = Array.from({ length: 2_500 }, (_, index) => `many/${String(index).padStart(5, '0')}`);

  beforeAll(() => store(many));

  it('pages through any number of keys', async () => {
    const pages = await gather(s3.list(bucket, 'many/'));
    expect(pages.map((page) => page.length)).toEqual([1000, 1000, 500]);
    expect(keysIn(pages)).toEqual(many);
    const { modified, etag } = await s3.head(bucket, 'many/00000');
    expect(pages[0]?.[0]).toMatchObject({ key: 'many/00000', size: 10, etag });
    expect(Math.trunc((pages[0]?.[0]?.modified.getTime() ?? 0) / 1000)).toBe(modified.getTime() / 1000);
  });

  it('starts after a key, whether that is there or not', async () => {
    expect(keysIn(await gather(s3.list(bucket, 'many/', { startAfter: 'many/02497' })))).toEqual(many.slice(2498));
    expect(keysIn(await gather(s3.list(bucket, 'many/', { startAfter: 'many/02497x' })))).toEqual(many.slice(2498));
    expect(await gather(s3.list(bucket, 'many/', { startAfter: 'many/9' }))).toEqual([]);
    expect(await gather(s3.list(bucket, 'nothing/'))).toEqual([]);
  });

  it('gives any key as it is, in the order of its UTF-8 bytes', async () => {
    // In UTF-16 the emoji would come before the ligature.
    const keys = ['a b', 'a+b', 'a%20b', 'a\nb', 'a\u0001b', 'a//b', 'a&<>"\'b', 'é', 'ﬀ', '🗂', '../up'].map(
      (key) => `odd/${key}`,
    );
    await store(keys);
    const ordered = keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    expect(keysIn(await gather(s3.list(bucket, 'odd/')))).toEqual(ordered);
    expect(keysIn(await gather(s3.list(bucket, 'odd/a+')))).toEqual(['odd/a+b']);
    expect(keysIn(await gather(s3.list(bucket, 'odd/', { startAfter: 'odd/ﬀ' })))).toEqual(['odd/🗂']);
  });

  it('repeats a page that failed, and only that', async () => {
    const action = { type: 'error', status: 503, code: 'SlowDown' } as const;
    world.sandbox.addFault({ match: { operation: 'ListObjectsV2' }, action, skip: 1, count: 2 });
    world.sandbox.addFault({
      match: { operation: 'ListObjectsV2' },
      action: { type: 'hang', at: 'start' },
      skip: 1,
      count: 1,
    });
    world.sandbox.addFault({
      match: { operation: 'ListObjectsV2' },
      action: { type: 'reset', at: 'body' },
      skip: 2,
      count: 1,
    });
    expect(keysIn(await gather(s3.list(bucket, 'many/')))).toEqual(many);
    expect(world.sandbox.requests()).toHaveLength(7);
  });

  it('stops when it is aborted, between pages and in the middle of one', async () => {
    const controller = new AbortController();
    const pages: number[] = [];
    const listing = async (): Promise<void> => {
      for await (const page of s3.list(bucket, 'many/', { signal: controller.signal })) {
        pages.push(page.length);
        controller.abort(new Error('canceled'));
      }
    };
    await expect(listing()).rejects.toThrow('canceled');
    expect(pages).toEqual([1000]);

    const late = new AbortController();
    world.sandbox.addFault({ action: { type: 'hang', at: 'start' } });
    const hanging = gather(world.open().list(bucket, '', { signal: late.signal }));
    await world.sandbox.waitForRequest(({ state }) => state === 'held');
    late.abort(new Error('canceled too'));
    await expect(hanging).rejects.toThrow('canceled too');
  });

  it('fails where the bucket is missing or forbidden', async () => {
    expect(await failureOf(gather(s3.list('no-such-bucket', '')))).toMatchObject({ kind: 'NoSuchBucket', status: 404 });
    world.sandbox.addFault({ action: { type: 'error', status: 403, code: 'AccessDenied' } });
    const failure = await failureOf(gather(s3.list(bucket, '')));
    expect(failure).toMatchObject({
      kind: 'AccessDenied',
      message: expect.stringContaining('ListObjectsV2 s3://bucket'),
    });
    expect(failure.requestId).toBeDefined();
  });
});

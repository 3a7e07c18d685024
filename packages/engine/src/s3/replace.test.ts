import { hash } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type S3, bytes } from './s3.ts';
import { type Sandboxed, bucket, failureOf, observed, readAll, startSandboxed } from './sandbox.testing.ts';

let world: Sandboxed;
let s3: S3;

beforeAll(async () => {
  world = await startSandboxed();
});
afterAll(async () => world[Symbol.asyncDispose]());

beforeEach(() => {
  world.sandbox.clearFaults();
  world.sandbox.clearRequests();
  // What a client has learned of a store is its own.
  s3 = world.open();
});

const operations = () => world.sandbox.requests().map(({ operation }) => operation);

const contentOf = async (key: string) => (await readAll((await world.open().get(bucket, key)).body)).toString();

const md5 = (text: string) => hash('md5', text, 'hex');

describe('replace', () => {
  it('writes over nothing, and over what it has seen, in one request', async () => {
    const { etag } = await s3.replace(bucket, 'plain', bytes('one'), undefined);
    expect(await s3.replace(bucket, 'plain', bytes('two'), etag)).toMatchObject({ etag: md5('two') });
    expect(operations()).toEqual(['PutObject', 'PutObject']);
    expect(await contentOf('plain')).toBe('two');
  });

  it.each([
    ['nothing', undefined],
    ['another version', md5('an older one')],
  ])('having seen %s, overwrites what is there as it is now', async (_, seen) => {
    await s3.put(bucket, 'foreign', bytes('theirs'));
    await s3.replace(bucket, 'foreign', bytes('ours'), seen);
    expect(await contentOf('foreign')).toBe('ours');
    expect(operations().filter((operation) => operation === 'PutObject')).toHaveLength(3);
  });

  it('writes again what was deleted meanwhile', async () => {
    await s3.replace(bucket, 'deleted', bytes('ours'), md5('what was there'));
    expect(await contentOf('deleted')).toBe('ours');
  });

  it('does not send again what is there already', async () => {
    const metadata = { 'file-mtime': '1ns' };
    await s3.put(bucket, 'same', bytes('same'), { metadata });
    world.sandbox.clearRequests();
    expect(await s3.replace(bucket, 'same', bytes('same'), undefined, { metadata })).toMatchObject({
      etag: md5('same'),
    });
    expect(operations()).toEqual(['PutObject', 'HeadObject']);
    expect(world.sandbox.requests({ operation: 'PutObject' })[0]?.status).toBe(412);
  });

  it('sends the bytes when only the metadata differs', async () => {
    await s3.put(bucket, 'chmod', bytes('same'), { metadata: { 'file-permissions': '0100644' } });
    const metadata = { 'file-permissions': '0100600' };
    await s3.replace(bucket, 'chmod', bytes('same'), undefined, { metadata });
    expect((await s3.head(bucket, 'chmod')).metadata).toEqual(metadata);
  });

  it('writes nothing when its time is over by the time it finds another version', async () => {
    await s3.put(bucket, 'fenced', bytes("the successor's"));
    let isOver = false;
    const mayBegin = () => {
      if (isOver) throw new Error('somebody else has it');
      isOver = true;
    };
    const late = s3.replace(bucket, 'fenced', bytes("the sleeper's"), undefined, { mayBegin });
    await expect(late).rejects.toThrow('somebody else has it');
    expect(await contentOf('fenced')).toBe("the successor's");
  });

  it('gives up on a store that refuses whatever it is asked', async () => {
    world.sandbox.addFault({
      match: { operation: 'PutObject' },
      action: { type: 'error', status: 412, code: 'PreconditionFailed' },
    });
    const put = s3.replace(bucket, 'refused', bytes('ours'), undefined);
    expect(await failureOf(put)).toMatchObject({ kind: 'PreconditionFailed' });
  });

  it('puts without conditions on a store that has none, and asks only once', async () => {
    const refusal = world.sandbox.addFault({
      match: { operation: 'PutObject' },
      action: { type: 'error', status: 501, code: 'NotImplemented' },
      count: 1,
    });
    await s3.replace(bucket, 'simple', bytes('one'), undefined);
    await s3.put(bucket, 'simple', bytes('theirs'));
    world.sandbox.clearRequests();
    await s3.replace(bucket, 'simple', bytes('two'), undefined);
    expect(operations()).toEqual(['PutObject']);
    expect(refusal.hits).toBe(1);
    expect(await contentOf('simple')).toBe('two');
  });

  it('puts without conditions on a store that refuses the one that holds', async () => {
    const { etag } = await s3.put(bucket, 'confused', bytes('one'));
    world.sandbox.addFault({
      match: { operation: 'PutObject' },
      action: { type: 'error', status: 412, code: 'PreconditionFailed' },
      count: 1,
    });
    await s3.replace(bucket, 'confused', bytes('two'), etag);
    expect(await contentOf('confused')).toBe('two');
  });

  it('looks before a long upload instead of failing at its end', async () => {
    const mebibyte = 2 ** 20;
    const large = world.open({ multipartThreshold: 5 * mebibyte, partSize: 5 * mebibyte });
    await large.put(bucket, 'large', bytes('theirs'));
    world.sandbox.clearRequests();
    await large.replace(bucket, 'large', observed(6 * mebibyte), undefined);
    expect(operations().filter((operation) => operation === 'UploadPart')).toHaveLength(2);
    expect(operations()[0]).toBe('HeadObject');
    expect((await s3.head(bucket, 'large')).size).toBe(6 * mebibyte);
  });
});

import { hash } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Replacer } from './replace.ts';
import { type PutOptions, type S3, bytes } from './s3.ts';
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

describe('what replace asks for', () => {
  const large = 5 * 2 ** 20;
  let asked: Pick<PutOptions, 'ifMatch' | 'ifNoneMatch'>[];
  beforeEach(() => {
    asked = [];
  });

  /** Over the client itself, with a look at the conditions of each put, and something that happens just before it. */
  const replacer = (before: (key: string) => Promise<unknown> = async () => undefined) =>
    new Replacer({
      multipartThreshold: large,
      head: (...call) => s3.head(...call),
      put: async (to, key, source, { ifMatch, ifNoneMatch, ...options } = {}) => {
        const condition = {
          ...(ifMatch === undefined ? {} : { ifMatch }),
          ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
        };
        asked.push(condition);
        await before(key);
        return s3.put(to, key, source, { ...options, ...condition });
      },
    });

  const refuse = (operation: 'PutObject' | 'HeadObject', status: number, code: string, count = 1) =>
    world.sandbox.addFault({ match: { operation }, action: { type: 'error', status, code }, count });

  it('is what it has seen, then what it finds', async () => {
    await s3.put(bucket, 'asked', bytes('theirs'));
    await replacer().replace(bucket, 'asked', bytes('ours'), md5('older'));
    expect(asked).toEqual([{ ifMatch: md5('older') }, { ifMatch: md5('theirs') }]);
    asked = [];
    await replacer().replace(bucket, 'asked anew', bytes('ours'), md5('older'));
    expect(asked).toEqual([{ ifMatch: md5('older') }, { ifNoneMatch: '*' }]);
  });

  it('is asked four times, while others write in between', async () => {
    let version = 0;
    const put = replacer((key) => s3.put(bucket, key, bytes(`theirs ${(version += 1)}`)));
    expect(await failureOf(put.replace(bucket, 'crowded', bytes('ours'), undefined))).toMatchObject({
      kind: 'PreconditionFailed',
    });
    expect(asked).toEqual([{ ifNoneMatch: '*' }, ...[1, 2, 3].map((n) => ({ ifMatch: md5(`theirs ${n}`) }))]);
    expect(await contentOf('crowded')).toBe('theirs 4');
  });

  it.each([
    ['a refusal that has nothing to do with it', undefined, 403, 'AccessDenied'],
    ['the same over an object', md5('old'), 403, 'AccessDenied'],
    ['no such object where none was asked for', undefined, 404, 'NoSuchKey'],
  ])('is asked once when the answer is %s', async (_, seen, status, code) => {
    refuse('PutObject', status, code);
    expect(await failureOf(replacer().replace(bucket, 'denied', bytes('ours'), seen))).toMatchObject({ s3Code: code });
    expect(operations()).toEqual(['PutObject']);
  });

  it('is nothing where the object may not be looked at', async () => {
    await s3.put(bucket, 'unseen', bytes('theirs'));
    refuse('HeadObject', 403, 'AccessDenied', 2);
    await replacer().replace(bucket, 'unseen', bytes('ours'), undefined);
    expect(asked).toEqual([{ ifNoneMatch: '*' }, {}]);
    expect(await contentOf('unseen')).toBe('ours');
  });

  it('fails when the look fails', async () => {
    await s3.put(bucket, 'unlooked', bytes('theirs'));
    // The first look is the one that may find our own object.
    refuse('HeadObject', 403, 'AccessDenied', 1);
    const put = replacer(async () => {
      if (asked.length === 1) refuse('HeadObject', 400, 'Odd');
    });
    expect(await failureOf(put.replace(bucket, 'unlooked', bytes('ours'), undefined))).toMatchObject({ status: 400 });
    expect(asked).toHaveLength(1);
  });

  it('is nothing for a bucket whose store knows no conditions, and only for that', async () => {
    refuse('PutObject', 501, 'NotImplemented');
    const put = replacer();
    await put.replace(bucket, 'none', bytes('one'), undefined);
    await put.replace(bucket, 'none', bytes('two'), md5('x'));
    expect(asked).toEqual([{ ifNoneMatch: '*' }, {}, {}]);
    refuse('PutObject', 501, 'NotImplemented');
    expect(await failureOf(put.replace(bucket, 'none', bytes('three'), undefined))).toMatchObject({ status: 501 });
    asked = [];
    world.sandbox.clearRequests();
    await put.replace(bucket, 'none at all', observed(large), undefined);
    expect(asked).toEqual([{}]);
    expect(operations()).not.toContain('HeadObject');
    expect(await failureOf(put.replace('elsewhere', 'k', bytes(''), undefined))).toMatchObject({
      kind: 'NoSuchBucket',
    });
    expect(asked.at(-1)).toEqual({ ifNoneMatch: '*' });
  });

  it('is what is there, of an upload that is long, and what was seen, of one that is a byte shorter', async () => {
    await s3.put(bucket, 'long', bytes('theirs'));
    await replacer().replace(bucket, 'long', observed(large), undefined);
    expect(asked).toEqual([{ ifMatch: md5('theirs') }]);
    asked = [];
    await replacer().replace(bucket, 'shorter', observed(large - 1), undefined);
    expect(asked).toEqual([{ ifNoneMatch: '*' }]);
  });
});

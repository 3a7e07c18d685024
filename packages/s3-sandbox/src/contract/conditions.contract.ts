import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';

import { type Check, put, read, refusal, type World } from './world.ts';

const OTHER = '"00000000000000000000000000000000"';
const HOUR = 3_600_000;

export function conditionContract(world: World, check: Check): void {
  check('If-None-Match: * writes only where nothing is', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const create = (bytes: string) => put(client, Bucket, 'key', bytes, { IfNoneMatch: '*' });
    await create('first');
    expect(await refusal(create('second'))).toBe('PreconditionFailed 412');
    expect(await read(client, Bucket, 'key')).toBe('first');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'key' }));
    await create('third');
    expect(await read(client, Bucket, 'key')).toBe('third');
  });

  check('If-Match does not write over another object than it names', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', 'first');
    expect(await refusal(put(client, Bucket, 'key', 'second', { IfMatch: OTHER }))).toBe('PreconditionFailed 412');
    expect(await read(client, Bucket, 'key')).toBe('first');
  });

  check('If-Match writes over the object that it names, once', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const { ETag } = await put(client, Bucket, 'key', 'first');
    await put(client, Bucket, 'key', 'second', { IfMatch: ETag });
    expect(await read(client, Bucket, 'key')).toBe('second');
    expect(await refusal(put(client, Bucket, 'key', 'third', { IfMatch: ETag }))).toBe('PreconditionFailed 412');
  });

  check('If-Match without an object is NoSuchKey', async () => {
    const Bucket = await world.bucket();
    expect(await refusal(put(world.client(), Bucket, 'none', 'x', { IfMatch: OTHER }))).toBe('NoSuchKey 404');
  });

  check('of writers that race with If-None-Match: * exactly one wins', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, writer) => put(client, Bucket, 'key', `writer ${writer}`, { IfNoneMatch: '*' })),
    );
    const winners = outcomes.flatMap(({ status }, writer) => (status === 'fulfilled' ? [`writer ${writer}`] : []));
    expect(winners).toEqual([await read(client, Bucket, 'key')]);
  });

  check('reads obey If-Match and If-None-Match', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const { ETag } = await put(client, Bucket, 'key', 'bytes');
    const get = (conditions: Partial<GetObjectCommandInput>) =>
      client.send(new GetObjectCommand({ Bucket, Key: 'key', ...conditions }));
    expect((await get({ IfMatch: ETag })).ContentLength).toBe(5);
    expect((await get({ IfNoneMatch: OTHER })).ContentLength).toBe(5);
    expect(await refusal(get({ IfMatch: OTHER }))).toBe('PreconditionFailed 412');
    expect(await refusal(get({ IfNoneMatch: ETag }))).toMatch(/ 304$/);
    const head = new HeadObjectCommand({ Bucket, Key: 'key', IfNoneMatch: ETag });
    expect(await refusal(client.send(head))).toMatch(/ 304$/);
  });

  check('reads obey If-Modified-Since and If-Unmodified-Since', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', 'bytes');
    const { LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    const get = (conditions: Partial<GetObjectCommandInput>) =>
      client.send(new GetObjectCommand({ Bucket, Key: 'key', ...conditions }));
    const [before, after] = [new Date(Date.now() - HOUR), new Date(Date.now() + HOUR)];
    expect((await get({ IfModifiedSince: before })).ContentLength).toBe(5);
    expect((await get({ IfUnmodifiedSince: after })).ContentLength).toBe(5);
    expect((await get({ IfUnmodifiedSince: LastModified })).ContentLength).toBe(5);
    expect(await refusal(get({ IfModifiedSince: LastModified }))).toMatch(/ 304$/);
    expect(await refusal(get({ IfUnmodifiedSince: before }))).toBe('PreconditionFailed 412');
  });

  check('conditions on the ETag win over conditions on the time', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const { ETag } = await put(client, Bucket, 'key', 'bytes');
    const before = new Date(Date.now() - HOUR);
    const get = (conditions: Partial<GetObjectCommandInput>) =>
      client.send(new GetObjectCommand({ Bucket, Key: 'key', ...conditions }));
    expect((await get({ IfMatch: ETag, IfUnmodifiedSince: before })).ContentLength).toBe(5);
    expect(await refusal(get({ IfNoneMatch: ETag, IfModifiedSince: before }))).toMatch(/ 304$/);
  });

  check('a range of an object is 206 with its Content-Range', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', '0123456789');
    const get = async (Range: string) => {
      const got = await client.send(new GetObjectCommand({ Bucket, Key: 'key', Range }));
      return [got.$metadata.httpStatusCode, got.ContentRange, got.ContentLength, await got.Body?.transformToString()];
    };
    expect(await get('bytes=0-0')).toEqual([206, 'bytes 0-0/10', 1, '0']);
    expect(await get('bytes=2-4')).toEqual([206, 'bytes 2-4/10', 3, '234']);
    expect(await get('bytes=7-')).toEqual([206, 'bytes 7-9/10', 3, '789']);
    expect(await get('bytes=-3')).toEqual([206, 'bytes 7-9/10', 3, '789']);
    expect(await get('bytes=-99')).toEqual([206, 'bytes 0-9/10', 10, '0123456789']);
    expect(await get('bytes=5-99')).toEqual([206, 'bytes 5-9/10', 5, '56789']);
    expect((await get('lines=1-2'))[3]).toBe('0123456789');
  });

  check('a range without bytes is InvalidRange', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', '0123456789');
    await put(client, Bucket, 'empty', '');
    const get = (Key: string, Range: string) => client.send(new GetObjectCommand({ Bucket, Key, Range }));
    expect(await refusal(get('key', 'bytes=10-'))).toBe('InvalidRange 416');
    expect(await refusal(get('key', 'bytes=10-12'))).toBe('InvalidRange 416');
    expect(await refusal(get('empty', 'bytes=0-'))).toBe('InvalidRange 416');
  });
}

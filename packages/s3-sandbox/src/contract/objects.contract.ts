import { createHash, randomBytes } from 'node:crypto';

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';

import { type Check, put, read, refusal, type World } from './world.ts';

const md5 = (bytes: string | Uint8Array) => `"${createHash('md5').update(bytes).digest('hex')}"`;

export function objectContract(world: World, check: Check): void {
  check('an object comes back as it was put: bytes, headers, metadata, ETag', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const Key = 'dir/object.bin';
    const bytes = randomBytes(300_000);
    const described = {
      ContentType: 'text/x-contract',
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment; filename="x.txt"',
      ContentEncoding: 'identity',
      ContentLanguage: 'de',
      Metadata: { 'file-permissions': '0100644', 'file-mtime': '1595002920000000000ns', mixedcase: 'As It Is' },
    };
    const answer = await put(client, Bucket, Key, bytes, described);
    expect(answer.ETag).toBe(md5(bytes));
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(got).toMatchObject({ ...described, ETag: md5(bytes), ContentLength: 300_000, AcceptRanges: 'bytes' });
    expect(Math.abs(Date.now() - Number(got.LastModified))).toBeLessThan(60_000);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({
      ...described,
      ETag: md5(bytes),
      ContentLength: 300_000,
      LastModified: got.LastModified,
    });
  });

  check('an object has no tags unless it was given some', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'plain', 'x');
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'plain' }))).TagSet).toEqual([]);
    const missing = client.send(new GetObjectTaggingCommand({ Bucket, Key: 'nothing' }));
    expect(await refusal(missing)).toBe('NoSuchKey 404');
  });

  check('an empty object is an object, and a key that ends with a slash may hold metadata or bytes', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'empty', '');
    await put(client, Bucket, 'dir/', '', { Metadata: { 'file-permissions': '040755' } });
    await put(client, Bucket, 'dir/full/', 'bytes');
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).toMatchObject({
      ContentLength: 0,
      ETag: md5(''),
    });
    const directory = await client.send(new HeadObjectCommand({ Bucket, Key: 'dir/' }));
    expect(directory).toMatchObject({ ContentLength: 0, Metadata: { 'file-permissions': '040755' } });
    expect(await read(client, Bucket, 'dir/')).toBe('');
    expect(await read(client, Bucket, 'dir/full/')).toBe('bytes');
    expect(await refusal(client.send(new GetObjectCommand({ Bucket, Key: 'dir' })))).toBe('NoSuchKey 404');
  });

  check('a second put replaces bytes, headers and metadata as a whole', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', 'the first, longer', {
      Metadata: { one: '1', two: '2' },
      CacheControl: 'no-store',
    });
    await put(client, Bucket, 'key', 'second', { Metadata: { two: 'II' } });
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'key' }));
    expect(await got.Body?.transformToString()).toBe('second');
    expect(got.Metadata).toEqual({ two: 'II' });
    expect(got.CacheControl).toBeUndefined();
    expect(got.ETag).toBe(md5('second'));
  });

  check('a key that is not there is NoSuchKey', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    expect(await refusal(client.send(new GetObjectCommand({ Bucket, Key: 'none' })))).toBe('NoSuchKey 404');
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'none' })))).toBe('NotFound 404');
  });

  check('deleting is the same the second time', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key');
    for (let time = 1; time <= 2; time += 1) {
      const { $metadata } = await client.send(new DeleteObjectCommand({ Bucket, Key: 'key' }));
      expect($metadata.httpStatusCode).toBe(204);
    }
    expect(await refusal(client.send(new GetObjectCommand({ Bucket, Key: 'key' })))).toBe('NoSuchKey 404');
  });

  check('many objects are deleted at once, absent ones too, loudly or quietly', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    for (const key of ['a', 'b & <b>', 'c', 'stays']) await put(client, Bucket, key);
    const remove = (keys: string[], Quiet: boolean) =>
      client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet } }));
    const loud = await remove(['a', 'b & <b>', 'never there'], false);
    expect(loud.Deleted?.map(({ Key }) => Key).sort()).toEqual(['a', 'b & <b>', 'never there']);
    expect(loud.Errors ?? []).toEqual([]);
    const quiet = await remove(['c'], true);
    expect(quiet.Deleted ?? []).toEqual([]);
    for (const key of ['a', 'b & <b>', 'c']) {
      expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: key })))).toBe('NotFound 404');
    }
    expect(await read(client, Bucket, 'stays')).toBe('stays');
  });

  check('more than 1000 keys in one deletion are refused', async () => {
    const Bucket = await world.bucket();
    const Objects = Array.from({ length: 1001 }, (_, at) => ({ Key: `key-${at}` }));
    const request = world.client().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(await refusal(request)).toBe('MalformedXML 400');
  });

  check('a copy keeps or replaces the metadata', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const other = await world.bucket();
    await put(client, Bucket, 'from/ä +%20.txt', 'bytes', { ContentType: 'text/plain', Metadata: { one: '1' } });
    const CopySource = `${Bucket}/${encodeURIComponent('from/ä +%20.txt')}`;
    await client.send(new CopyObjectCommand({ Bucket: other, Key: 'kept', CopySource }));
    const replaced = { ContentType: 'text/html', Metadata: { two: '2' }, MetadataDirective: 'REPLACE' as const };
    await client.send(new CopyObjectCommand({ Bucket: other, Key: 'replaced', CopySource, ...replaced }));
    expect(await read(client, other, 'kept')).toBe('bytes');
    expect(await read(client, other, 'replaced')).toBe('bytes');
    const kept = await client.send(new HeadObjectCommand({ Bucket: other, Key: 'kept' }));
    expect(kept).toMatchObject({ ContentType: 'text/plain', Metadata: { one: '1' }, ETag: md5('bytes') });
    const changed = await client.send(new HeadObjectCommand({ Bucket: other, Key: 'replaced' }));
    expect(changed).toMatchObject({ ContentType: 'text/html', Metadata: { two: '2' } });
  });

  check('a copy onto itself must replace the metadata', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', 'bytes', { Metadata: { one: '1' } });
    const itself = { Bucket, Key: 'key', CopySource: `${Bucket}/key` };
    expect(await refusal(client.send(new CopyObjectCommand(itself)))).toBe('InvalidRequest 400');
    await client.send(new CopyObjectCommand({ ...itself, MetadataDirective: 'REPLACE', Metadata: { two: '2' } }));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    expect(head).toMatchObject({ Metadata: { two: '2' }, ContentLength: 5 });
    expect(await read(client, Bucket, 'key')).toBe('bytes');
  });

  check('a copy says the ETag of what it made, in quotation marks', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', 'bytes');
    const copy = await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/key` }));
    expect(copy.CopyObjectResult?.ETag).toBe(md5('bytes'));
  });

  check('a copy of nothing is refused', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const copy = (CopySource: string) => client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    expect(await refusal(copy(`${Bucket}/none`))).toBe('NoSuchKey 404');
    expect(await refusal(copy('contract-no-such-bucket/key'))).toBe('NoSuchBucket 404');
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'copy' })))).toBe('NotFound 404');
  });

  check('a copy has conditions on its source', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const { ETag } = await put(client, Bucket, 'key', 'bytes');
    const copy = (conditions: object) =>
      client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/key`, ...conditions }));
    expect(await refusal(copy({ CopySourceIfMatch: md5('other') }))).toBe('PreconditionFailed 412');
    expect(await refusal(copy({ CopySourceIfNoneMatch: ETag }))).toBe('PreconditionFailed 412');
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'copy' })))).toBe('NotFound 404');
    await copy({ CopySourceIfMatch: ETag });
    await copy({ CopySourceIfNoneMatch: md5('other') });
    expect(await read(client, Bucket, 'copy')).toBe('bytes');
  });

  check('the query of a read may change headers of the answer', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', 'bytes', { ContentType: 'text/plain' });
    const asked = { ResponseContentType: 'text/csv', ResponseContentDisposition: 'attachment' };
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'key', ...asked }));
    expect(got).toMatchObject({ ContentType: 'text/csv', ContentDisposition: 'attachment' });
    await got.Body?.transformToString();
  });

  check('user metadata of 2 KB is taken', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const full = { Metadata: { name: 'x'.repeat(2044) } };
    await put(client, Bucket, 'full', 'bytes', full);
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'full' }))).toMatchObject(full);
  });

  check('user metadata over 2 KB is MetadataTooLarge', async () => {
    const Bucket = await world.bucket();
    const request = put(world.client(), Bucket, 'over', 'bytes', { Metadata: { name: 'x'.repeat(2045) } });
    expect(await refusal(request)).toBe('MetadataTooLarge 400');
  });
}

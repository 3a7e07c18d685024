import { createHash, randomBytes } from 'node:crypto';

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';

import { type Check, put, read, refusal, type World } from './world.ts';

const MIN_PART = 5 * 2 ** 20;
const FULL = randomBytes(MIN_PART);
const OTHER = randomBytes(MIN_PART);

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest();

/** One multipart upload with what it is about. */
async function begin(client: S3Client, Bucket: string, Key: string, more: object = {}) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  const named = { Bucket, Key, UploadId };
  const part = async (PartNumber: number, Body: Uint8Array | string) => {
    const { ETag } = await client.send(new UploadPartCommand({ ...named, PartNumber, Body }));
    return { PartNumber, ETag };
  };
  const complete = (Parts: { PartNumber: number; ETag?: string | undefined }[], rest: Rest = {}) =>
    client.send(new CompleteMultipartUploadCommand({ ...named, MultipartUpload: { Parts }, ...rest }));
  const abort = () => client.send(new AbortMultipartUploadCommand(named));
  const parts = (page: object = {}) => client.send(new ListPartsCommand({ ...named, ...page }));
  return { named, part, complete, abort, parts };
}

type Rest = Partial<CompleteMultipartUploadCommandInput>;

export function multipartContract(world: World, check: Check): void {
  check('parts become one object with the ETag of parts', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const described = { ContentType: 'text/x-contract', Metadata: { one: '1' } };
    const upload = await begin(client, Bucket, 'dir/big', described);
    const parts = [await upload.part(1, FULL), await upload.part(2, OTHER), await upload.part(3, 'tail')];
    expect(parts[0]?.ETag).toBe(`"${md5(FULL).toString('hex')}"`);
    await upload.complete(parts);
    const sums = Buffer.concat([md5(FULL), md5(OTHER), md5(Buffer.from('tail'))]);
    const ETag = `"${md5(sums).toString('hex')}-3"`;
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'dir/big' }));
    expect(got).toMatchObject({ ...described, ETag, ContentLength: 2 * MIN_PART + 4 });
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([FULL, OTHER, Buffer.from('tail')]))).toBe(true);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.[0]).toMatchObject({ Key: 'dir/big', ETag, Size: 2 * MIN_PART + 4 });
  });

  check('a completion says the ETag, in quotation marks', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    const { ETag } = await upload.complete([await upload.part(1, 'bytes')]);
    expect(ETag).toBe(`"${md5(md5(Buffer.from('bytes'))).toString('hex')}-1"`);
  });

  check('parts may come in any order, twice, and with gaps; the last one put counts', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const upload = await begin(client, Bucket, 'key');
    const last = await upload.part(7, 'the end');
    await upload.part(2, OTHER);
    const first = await upload.part(2, FULL);
    await upload.complete([first, last]);
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    expect(ContentLength).toBe(MIN_PART + 7);
    const range = { Bucket, Key: 'key', Range: `bytes=${MIN_PART - 2}-` };
    const end = await client.send(new GetObjectCommand(range));
    expect(await end.Body?.transformToString('latin1')).toBe(`${FULL.toString('latin1').slice(-2)}the end`);
  });

  check('one small part is enough', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    await upload.complete([await upload.part(1, 'bytes')]);
    expect(await read(world.client(), Bucket, 'key')).toBe('bytes');
  });

  check('a completion may leave parts out', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    const part = await upload.part(1, 'bytes');
    await upload.part(2, 'not wanted');
    await upload.complete([part]);
    expect(await read(world.client(), Bucket, 'key')).toBe('bytes');
  });

  check('nothing is seen of an upload before it is complete', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'old', 'old bytes');
    const replacing = await begin(client, Bucket, 'old');
    const fresh = await begin(client, Bucket, 'new');
    const part = await replacing.part(1, 'new bytes');
    await fresh.part(1, 'new bytes');
    expect(await read(client, Bucket, 'old')).toBe('old bytes');
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'new' })))).toBe('NotFound 404');
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(1);
    await replacing.complete([part]);
    expect(await read(client, Bucket, 'old')).toBe('new bytes');
  });

  check('a small part that is not the last is EntityTooSmall', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    const parts = [await upload.part(1, 'small'), await upload.part(2, 'small too')];
    expect(await refusal(upload.complete(parts))).toBe('EntityTooSmall 400');
    const again = [await upload.part(1, FULL), await upload.part(2, 'small too')];
    await upload.complete(again);
    const { ContentLength } = await world.client().send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    expect(ContentLength).toBe(MIN_PART + 9);
  });

  check('a part that is not there, or is another one, is InvalidPart', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    const part = await upload.part(1, 'bytes');
    expect(await refusal(upload.complete([{ PartNumber: 2, ETag: part.ETag }]))).toBe('InvalidPart 400');
    const other = `"${md5(Buffer.from('other')).toString('hex')}"`;
    expect(await refusal(upload.complete([{ PartNumber: 1, ETag: other }]))).toBe('InvalidPart 400');
    await upload.complete([part]);
    expect(await read(world.client(), Bucket, 'key')).toBe('bytes');
  });

  check('parts out of order are InvalidPartOrder', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    const [one, two] = [await upload.part(1, FULL), await upload.part(2, 'tail')];
    expect(await refusal(upload.complete([two, one]))).toBe('InvalidPartOrder 400');
  });

  check('a completion without parts is MalformedXML', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    await upload.part(1, 'bytes');
    expect(await refusal(upload.complete([]))).toBe('MalformedXML 400');
  });

  check('part numbers below 1 and above 10000 are InvalidArgument', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    expect(await refusal(upload.part(0, 'bytes'))).toBe('InvalidArgument 400');
    expect(await refusal(upload.part(10_001, 'bytes'))).toBe('InvalidArgument 400');
  });

  check('a part may have the number 10000', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    await upload.complete([await upload.part(10_000, 'bytes')]);
    expect(await read(world.client(), Bucket, 'key')).toBe('bytes');
  });

  check('an aborted upload is gone with its parts', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const upload = await begin(client, Bucket, 'key');
    await upload.part(1, 'bytes');
    expect((await upload.abort()).$metadata.httpStatusCode).toBe(204);
    expect(await refusal(upload.part(2, 'bytes'))).toBe('NoSuchUpload 404');
    expect(await refusal(upload.abort())).toBe('NoSuchUpload 404');
    expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'key' })))).toBe('NotFound 404');
  });

  check('completing an upload that is gone is NoSuchUpload', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    const part = await upload.part(1, 'bytes');
    await upload.abort();
    expect(await refusal(upload.complete([part]))).toBe('NoSuchUpload 404');
  });

  check('the parts of an upload that is gone are NoSuchUpload', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    await upload.abort();
    expect(await refusal(upload.parts())).toBe('NoSuchUpload 404');
  });

  check('parts are listed in order, by pages', async () => {
    const Bucket = await world.bucket();
    const upload = await begin(world.client(), Bucket, 'key');
    for (const number of [3, 1, 12]) await upload.part(number, `part ${number}`);
    const { Parts = [], IsTruncated } = await upload.parts();
    expect(IsTruncated).toBe(false);
    expect(Parts.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 6],
      [3, 6],
      [12, 7],
    ]);
    expect(Parts[0]?.ETag).toBe(`"${md5(Buffer.from('part 1')).toString('hex')}"`);
    const first = await upload.parts({ MaxParts: 2 });
    expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '3', MaxParts: 2 });
    const rest = await upload.parts({ MaxParts: 2, PartNumberMarker: first.NextPartNumberMarker });
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([12]);
  });

  check('uploads are listed in order of their keys, by prefix and pages', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const ids: (string | undefined)[] = [];
    for (const key of ['b', 'a/1', 'a/2']) ids.push((await begin(client, Bucket, key)).named.UploadId);
    const list = (more: object) => client.send(new ListMultipartUploadsCommand({ Bucket, ...more }));
    const all = await list({});
    expect(all.Uploads?.map(({ Key, UploadId }) => [Key, UploadId])).toEqual([
      ['a/1', ids[1]],
      ['a/2', ids[2]],
      ['b', ids[0]],
    ]);
    expect((await list({ Prefix: 'a/' })).Uploads?.length).toBe(2);
    const page = await list({ MaxUploads: 2 });
    expect(page).toMatchObject({ IsTruncated: true, NextKeyMarker: 'a/2', NextUploadIdMarker: ids[2] });
    const rest = await list({ KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker });
    expect(rest.Uploads?.map(({ Key }) => Key)).toEqual(['b']);
  });

  check('a part may be copied from an object, or from a range of one', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'source', FULL);
    const upload = await begin(client, Bucket, 'key');
    const copy = async (PartNumber: number, CopySourceRange?: string) => {
      const named = { ...upload.named, PartNumber, CopySource: `${Bucket}/source` };
      const { CopyPartResult } = await client.send(new UploadPartCopyCommand({ ...named, CopySourceRange }));
      return { PartNumber, ETag: CopyPartResult?.ETag };
    };
    const parts = [await copy(1), await copy(2, 'bytes=10-19')];
    expect(parts[0]?.ETag?.replaceAll('"', '')).toBe(md5(FULL).toString('hex'));
    await upload.complete(parts);
    const bytes = await read(client, Bucket, 'key');
    expect(bytes === FULL.toString('latin1') + FULL.toString('latin1', 10, 20)).toBe(true);
  });

  check('If-None-Match: * holds for a completion too', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const upload = await begin(client, Bucket, 'key');
    const part = await upload.part(1, 'new');
    await put(client, Bucket, 'key', 'old');
    expect(await refusal(upload.complete([part], { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
    expect(await read(client, Bucket, 'key')).toBe('old');
  });

  check('parts with checksums make an object with the checksum of checksums', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const upload = await begin(client, Bucket, 'key', { ChecksumAlgorithm: 'SHA256' });
    const Parts = [];
    for (const [PartNumber, Body] of [[1, FULL] as const, [2, Buffer.from('tail')] as const]) {
      const part = { ...upload.named, PartNumber, Body, ChecksumAlgorithm: 'SHA256' } as const;
      const { ETag, ChecksumSHA256 } = await client.send(new UploadPartCommand(part));
      Parts.push({ PartNumber, ETag, ChecksumSHA256 });
    }
    const sums = Parts.map(({ ChecksumSHA256 = '' }) => Buffer.from(ChecksumSHA256, 'base64'));
    const expected = createHash('sha256').update(Buffer.concat(sums)).digest('base64');
    const completed = await upload.complete(Parts);
    expect(completed.ChecksumSHA256).toBe(`${expected}-2`);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'key', ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumSHA256).toBe(`${expected}-2`);
  });
}

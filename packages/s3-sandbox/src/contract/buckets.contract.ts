import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';

import { type Check, put, read, refusal, type World } from './world.ts';

export function bucketContract(world: World, check: Check): void {
  check('a bucket is made, seen, listed and deleted', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    expect((await client.send(new HeadBucketCommand({ Bucket }))).$metadata.httpStatusCode).toBe(200);
    const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
    const listed = Buckets.find(({ Name }) => Name === Bucket);
    expect(Math.abs(Date.now() - Number(listed?.CreationDate))).toBeLessThan(60_000);
    expect((await client.send(new DeleteBucketCommand({ Bucket }))).$metadata.httpStatusCode).toBe(204);
    expect(await refusal(client.send(new HeadBucketCommand({ Bucket })))).toBe('NotFound 404');
  });

  check('a bucket that is not there is NoSuchBucket', async () => {
    const client = world.client();
    const Bucket = 'contract-no-such-bucket';
    expect(await refusal(client.send(new HeadBucketCommand({ Bucket })))).toBe('NotFound 404');
    expect(await refusal(put(client, Bucket, 'key'))).toBe('NoSuchBucket 404');
    expect(await refusal(client.send(new GetObjectCommand({ Bucket, Key: 'key' })))).toBe('NoSuchBucket 404');
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'key' })))).toBe('NotFound 404');
    expect(await refusal(client.send(new DeleteObjectCommand({ Bucket, Key: 'key' })))).toBe('NoSuchBucket 404');
    expect(await refusal(client.send(new ListObjectsV2Command({ Bucket })))).toBe('NoSuchBucket 404');
    expect(await refusal(client.send(new GetBucketLocationCommand({ Bucket })))).toBe('NoSuchBucket 404');
    expect(await refusal(client.send(new DeleteBucketCommand({ Bucket })))).toBe('NoSuchBucket 404');
  });

  check('making a bucket again that is our own changes nothing', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', 'bytes');
    // us-east-1 says 200, every other region 409.
    const again = await client.send(new CreateBucketCommand({ Bucket })).catch((error: unknown) => error);
    if (again instanceof Error) expect(again.name).toBe('BucketAlreadyOwnedByYou');
    expect(await read(client, Bucket, 'key')).toBe('bytes');
  });

  check('a bucket with objects is not deleted', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key');
    expect(await refusal(client.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
    expect(await read(client, Bucket, 'key')).toBe('key');
  });

  check('a bucket name with capitals, an underscore or two dots is refused', async () => {
    const client = world.client();
    for (const Bucket of ['Contract', 'contract_name', 'contract..name', 'co']) {
      expect(await refusal(client.send(new CreateBucketCommand({ Bucket })))).toBe('InvalidBucketName 400');
    }
  });

  check('a bucket has a location', async () => {
    const Bucket = await world.bucket();
    const { LocationConstraint } = await world.client().send(new GetBucketLocationCommand({ Bucket }));
    expect(LocationConstraint ?? '').toMatch(/^[a-z0-9-]*$/);
  });
}

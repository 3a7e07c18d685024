import { randomUUID } from 'node:crypto';

import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { type S3, bytes, openS3 } from './s3.ts';
import { bucket as sandboxBucket, keys, observed, readAll, startSandboxed } from './sandbox.testing.ts';

/**
 * What depends on how much of S3 a store has: the same on the sandbox and on the store that `npm run test:s3` brings
 * up (whose conditional writes are not those of S3).
 */

const MEBIBYTE = 2 ** 20;
const options = { multipartThreshold: 5 * MEBIBYTE, partSize: 5 * MEBIBYTE };

let s3: S3;
let sdk: S3Client;
let bucket: string;
let close: () => Promise<void>;

/** A store that was started for us, by its endpoint and the environment's credentials. */
const openStarted = async (endpoint: string) => {
  const region = process.env['AWS_REGION'] ?? 'us-east-1';
  sdk = new S3Client({ endpoint, region, forcePathStyle: true });
  bucket = `stores-${randomUUID()}`;
  await sdk.send(new CreateBucketCommand({ Bucket: bucket }));
  s3 = openS3({ endpoint, region, ...options });
  close = async () => s3[Symbol.asyncDispose]();
};

const openSandbox = async () => {
  const sandboxed = await startSandboxed();
  sdk = new S3Client({
    endpoint: sandboxed.sandbox.url,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials: keys,
  });
  bucket = sandboxBucket;
  s3 = sandboxed.open(options);
  close = async () => sandboxed[Symbol.asyncDispose]();
};

beforeAll(async () => {
  const started = process.env['S3_CONTRACT_ENDPOINT'];
  await (started ? openStarted(started) : openSandbox());
});
afterAll(async () => {
  sdk.destroy();
  await close();
});

const contentOf = async (key: string) => readAll((await s3.get(bucket, key)).body);

test('an object is replaced whatever was seen and whatever is there', async () => {
  const first = await s3.replace(bucket, 'object', bytes('one'), undefined);
  await s3.replace(bucket, 'object', bytes('two'), first.etag);
  expect((await contentOf('object')).toString()).toBe('two');
  await s3.replace(bucket, 'object', bytes('three'), first.etag);
  expect((await contentOf('object')).toString()).toBe('three');
  await s3.replace(bucket, 'object', bytes('four'), undefined);
  expect((await contentOf('object')).toString()).toBe('four');
  await s3.replace(bucket, 'new', bytes('five'), first.etag);
  expect((await contentOf('new')).toString()).toBe('five');
});

test('so is one that goes up in parts', async () => {
  for (const content of [observed(11 * MEBIBYTE), observed(6 * MEBIBYTE)]) {
    const { etag } = await s3.replace(bucket, 'parts', content, undefined);
    expect((await s3.head(bucket, 'parts')).etag).toBe(etag);
    expect((await contentOf('parts')).equals(content.content)).toBe(true);
  }
});

test('uploads that nobody ends are found by their keys and aborted, and no others', async () => {
  const began = new Date();
  for (const key of ['left/a b', 'left/ä', 'left/other', 'elsewhere']) {
    await sdk.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }));
  }
  await s3.abandonUploads(bucket, new Set(['left/a b', 'left/ä', 'left/none']), began);
  await s3.abandonUploads(bucket, new Set(['elsewhere']), new Date(Date.now() + 3_600_000));
  const { Uploads = [] } = await sdk.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  expect(Uploads.map(({ Key }) => Key)).toEqual(['elsewhere', 'left/other']);
  await s3.abandonUploads(bucket, new Set(['elsewhere', 'left/other']), began);
});

import { randomBytes } from 'node:crypto';

import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

/** A store to be judged. */
export interface ContractEndpoint {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Stops what `open` has started. The suite removes its own buckets before. */
  readonly cleanup: () => Promise<void>;
}

/** Adds a test. */
export type Check = (title: string, test: () => Promise<void>) => void;

/** What the tests of the contract work with. */
export interface World {
  /** A client that never retries, so that a test sees what the store said. */
  client(change?: Partial<ConstructorParameters<typeof S3Client>[0]>): S3Client;
  credentials(): ContractEndpoint['credentials'];
  /** A new bucket, which goes with all it holds when the test ends. */
  bucket(): Promise<string>;
}

/** Opens the store before the tests of this file's suite and cleans up behind them. */
export function createWorld(open: () => Promise<ContractEndpoint>): World {
  let store: ContractEndpoint | undefined;
  const clients: S3Client[] = [];
  beforeAll(async () => {
    store = await open();
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await store?.cleanup();
  });
  const opened = () => {
    if (store === undefined) throw new Error('the store is opened before the tests');
    return store;
  };
  let shared: S3Client | undefined;
  const client: World['client'] = (change) => {
    if (change === undefined && shared !== undefined) return shared;
    const { endpoint, region, credentials } = opened();
    const made = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1, ...change });
    clients.push(made);
    if (change === undefined) shared = made;
    return made;
  };
  return {
    client,
    credentials: () => opened().credentials,
    async bucket() {
      const Bucket = `contract-${randomBytes(6).toString('hex')}`;
      await client().send(new CreateBucketCommand({ Bucket }));
      onTestFinished(() => removeBucket(client(), Bucket));
      return Bucket;
    },
  };
}

async function removeBucket(client: S3Client, Bucket: string): Promise<void> {
  try {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    for (const { Key, UploadId } of Uploads) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    }
    for await (const page of paginateListObjectsV2({ client }, { Bucket, EncodingType: 'url' })) {
      const keys = (page.Contents ?? []).map(({ Key = '' }) => decodeKey(Key));
      await removeObjects(client, Bucket, keys);
    }
    await client.send(new DeleteBucketCommand({ Bucket }));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NoSuchBucket')) throw error;
  }
}

async function removeObjects(client: S3Client, Bucket: string, keys: readonly string[]): Promise<void> {
  // XML cannot carry control characters: those go one by one.
  const [odd, plain] = [keys.filter((key) => /\p{Cc}/u.test(key)), keys.filter((key) => !/\p{Cc}/u.test(key))];
  for (const Key of odd) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  const Delete = { Objects: plain.map((Key) => ({ Key })), Quiet: true };
  if (plain.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
}

/** A name from a listing with `encoding-type=url`; stores differ in how they spell a space. */
export const decodeKey = (spelled: string) => decodeURIComponent(spelled.replaceAll('+', ' '));

/** What a refused request was refused with: `NoSuchKey 404`. Throws when it was not refused. */
export async function refusal(request: Promise<unknown>): Promise<string> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error && '$metadata' in error) {
      // Every error of the SDK's that came from an answer has this.
      const { httpStatusCode } = error.$metadata as { httpStatusCode?: number };
      return `${error.name} ${httpStatusCode}`;
    }
    throw error;
  }
  throw new Error('The request was to be refused, and was not.');
}

/** Puts an object. */
export function put(
  client: S3Client,
  Bucket: string,
  Key: string,
  Body: string | Uint8Array = Key,
  more: PutMore = {},
) {
  // The SDK warns of an empty body unless it is told that it is meant.
  const ContentLength = Buffer.byteLength(Body);
  return client.send(new PutObjectCommand({ Bucket, Key, Body, ContentLength, ...more }));
}

type PutMore = Partial<PutObjectCommandInput>;

/** An object's bytes as text. */
export async function read(client: S3Client, Bucket: string, Key: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString('latin1')) ?? '';
}

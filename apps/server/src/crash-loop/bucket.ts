import { createHash } from 'node:crypto';

import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import type { RequestRecord, Sandbox } from '@drt/s3-sandbox';

import { CLIENT } from '../testing.ts';
import type { Exported } from '../tree.testing.ts';

const NAME = 'crash';
const AT_A_TIME = 16;

/** How an object differs from one of the same key before. */
const generation = (etag = '', modified: Date | undefined) => `${etag} ${modified?.getTime()}`;

/**
 * The bucket as anybody sees it who asks the store. Reads an object again only when its listing has changed or a request
 * could have changed it: trees of 10,000 files are looked at after every task.
 */
export class Bucket {
  readonly name = NAME;
  readonly #s3: S3Client;
  readonly #sandbox: Sandbox;
  readonly #known = new Map<string, { readonly generation: string; readonly object: Exported }>();

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.#s3 = new S3Client({ ...CLIENT, endpoint: sandbox.url, forcePathStyle: true, maxAttempts: 1 });
  }

  static async open(sandbox: Sandbox): Promise<Bucket> {
    const bucket = new Bucket(sandbox);
    await bucket.#s3.send(new CreateBucketCommand({ Bucket: NAME }));
    return bucket;
  }

  async #read(Key: string): Promise<Exported> {
    const { Body, Metadata = {} } = await this.#s3.send(new GetObjectCommand({ Bucket: NAME, Key }));
    const { 'file-atime': _, ...metadata } = Metadata;
    const content = (await Body?.transformToByteArray()) ?? new Uint8Array();
    return { sha256: createHash('sha256').update(content).digest('hex'), metadata };
  }

  async #keys(Prefix: string): Promise<Map<string, string>> {
    const keys = new Map<string, string>();
    for await (const page of paginateListObjectsV2({ client: this.#s3 }, { Bucket: NAME, Prefix })) {
      for (const { Key = '', ETag, LastModified } of page.Contents ?? []) keys.set(Key, generation(ETag, LastModified));
    }
    return keys;
  }

  /**
   * All objects below a prefix, by key without it.
   * @param requests what has happened since the last look
   */
  async objects(prefix: string, requests: readonly RequestRecord[]): Promise<Record<string, Exported>> {
    for (const { key, method } of requests) if (method !== 'GET' && method !== 'HEAD') this.#known.delete(key);
    const listed = await this.#keys(prefix);
    const stale = [...listed].filter(([key, now]) => this.#known.get(key)?.generation !== now);
    const lane = async () => {
      for (let next = stale.pop(); next; next = stale.pop()) {
        const [key, now] = next;
        this.#known.set(key, { generation: now, object: await this.#read(key) });
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
    const found: Record<string, Exported> = {};
    for (const key of listed.keys()) {
      const known = this.#known.get(key);
      if (known) found[key.slice(prefix.length)] = known.object;
    }
    return found;
  }

  /** The completion report of a task, wherever in the bucket it is. */
  async report(taskId: string): Promise<string | undefined> {
    const key = [...(await this.#keys('')).keys()].find((name) => name.includes(`${taskId}/`));
    if (key === undefined) return undefined;
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: NAME, Key: key }));
    return Body?.transformToString();
  }

  /** Keys of multipart uploads that are neither completed nor aborted. */
  async uploads(): Promise<string[]> {
    const { Uploads = [] } = await this.#s3.send(new ListMultipartUploadsCommand({ Bucket: NAME }));
    return Uploads.map(({ Key = '' }) => Key);
  }

  /** The server's requests so far, and forgets them. To be asked while no request of our own is on its way. */
  takeRequests(): RequestRecord[] {
    const requests = this.#sandbox.requests({ bucket: NAME }).map((record) => ({ ...record }));
    this.#sandbox.clearRequests();
    return requests;
  }

  [Symbol.dispose]() {
    this.#s3.destroy();
  }
}

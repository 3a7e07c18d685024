import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { S3Error } from '../wire/errors.ts';
import { Bucket } from './bucket.ts';
import { lockDirectory } from './directory-lock.ts';

/** Everything beside the plain files. No bucket can have this name. */
const INNER = '.s3';

const BUCKET_NAME = /^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * All buckets under one directory: `<directory>/<bucket>/` holds the plain files, `<directory>/.s3/<bucket>/` the rest.
 * One process at a time.
 */
export class Store {
  readonly #directory: string;
  readonly #lock: AsyncDisposable;
  readonly #caseSensitive: boolean;
  readonly #buckets = new Map<string, Bucket>();

  /**
   * Opens the directory, makes it when needed, and reads every bucket.
   * @throws Error with a sentence for the user when another sandbox has the directory
   */
  static async open(directory: string): Promise<Store> {
    mkdirSync(join(directory, INNER), { recursive: true });
    const lock = await lockDirectory(directory);
    try {
      return new Store(resolve(directory), lock);
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(directory: string, lock: AsyncDisposable) {
    this.#directory = directory;
    this.#lock = lock;
    this.#caseSensitive = probeCase(this.#inner());
    for (const name of readdirSync(this.#inner())) {
      // No bucket's name: a bucket that was on its way in or out when the process died.
      if (!isBucketName(name)) rmSync(this.#inner(name), { recursive: true });
      else this.#buckets.set(name, this.#openBucket(name));
    }
  }

  /** In order of names. */
  buckets(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  has(name: string): boolean {
    return this.#buckets.has(name);
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new S3Error('NoSuchBucket');
    return bucket;
  }

  /** Making a bucket that is there already changes nothing, as in us-east-1. @throws S3Error InvalidBucketName */
  create(name: string): void {
    if (!isBucketName(name)) throw new S3Error('InvalidBucketName', `The bucket name ${name} is not valid.`);
    if (this.has(name)) return;
    Bucket.create(join(this.#directory, name), this.#inner(name));
    this.#buckets.set(name, this.#openBucket(name));
  }

  /** @throws S3Error NoSuchBucket, BucketNotEmpty */
  delete(name: string): void {
    this.bucket(name).destroy();
    this.#buckets.delete(name);
  }

  async close(): Promise<void> {
    for (const bucket of this.#buckets.values()) bucket.close();
    await this.#lock[Symbol.asyncDispose]();
  }

  #inner(name = ''): string {
    return join(this.#directory, INNER, name);
  }

  #openBucket(name: string): Bucket {
    return new Bucket(name, join(this.#directory, name), this.#inner(name), this.#caseSensitive);
  }
}

const isBucketName = (name: string) => BUCKET_NAME.test(name);

/** Whether this file system tells `a` from `A`. */
function probeCase(directory: string): boolean {
  const probe = join(directory, '.case');
  writeFileSync(probe, '');
  const sensitive = !existsSync(join(directory, '.CASE'));
  rmSync(probe);
  return sensitive;
}

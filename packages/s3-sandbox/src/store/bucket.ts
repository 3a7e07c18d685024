import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { basename, join } from 'node:path';

import type { Checksum } from '../wire/checksums.ts';
import { S3Error } from '../wire/errors.ts';
import { checkWrite, type Conditions } from './conditions.ts';
import { Incoming } from './incoming.ts';
import { KeyIndex } from './key-index.ts';
import { ObjectFiles, type Place } from './object-files.ts';
import { ObjectLog, type ObjectAttributes, type StoredObject } from './object-log.ts';
import { Uploads } from './uploads.ts';

/** An object to be: what is known about it once its bytes are there. */
export interface NewObject extends ObjectAttributes {
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

const UNCONDITIONAL: Conditions = { ifMatch: undefined, ifNoneMatch: undefined };

/** So many superfluous lines in a log are not worth a compaction. */
const SLACK = 1000;

/**
 * One bucket: objects by key, in memory what is said about them, on disk that and the bytes. Beside the folder with the
 * plain files (`root`) it has a folder of its own (`inner`):
 * `objects.jsonl` the log, `tmp/` bytes on their way in, `odd/` bytes without a plain path, `uploads/` multipart uploads.
 */
export class Bucket {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly uploads: Uploads;
  readonly #root: string;
  readonly #inner: string;
  readonly #log: ObjectLog;
  readonly #objects: Map<string, StoredObject>;
  readonly #index: KeyIndex;
  readonly #files: ObjectFiles;
  /** Makes the names of temporary files unique over all runs: the log names them. */
  readonly #run = randomBytes(6).toString('hex');
  #temps = 0;
  #open = true;

  /** Makes the folders of an empty bucket, the inner one last and at once: it is what makes the bucket exist. */
  static create(root: string, inner: string): void {
    mkdirSync(root, { recursive: true });
    const draft = `${inner}_new`;
    rmSync(draft, { recursive: true, force: true });
    for (const name of ['tmp', 'odd', 'uploads']) mkdirSync(join(draft, name), { recursive: true });
    ObjectLog.create(join(draft, 'objects.jsonl'));
    renameSync(draft, inner);
  }

  /** Reads the bucket from disk, finishes the write that a kill cut short and removes what was never acknowledged. */
  constructor(name: string, root: string, inner: string, caseSensitive: boolean) {
    mkdirSync(root, { recursive: true });
    if (!lstatSync(root).isDirectory()) throw new Error(`${root} must be a directory and no link to one.`);
    const { log, replay } = ObjectLog.open(join(inner, 'objects.jsonl'));
    this.name = name;
    this.created = replay.created;
    this.#root = root;
    this.#inner = inner;
    this.#log = log;
    this.#objects = replay.objects;
    this.#files = new ObjectFiles(root, join(inner, 'odd'), caseSensitive);
    const { last } = replay;
    for (const [key, { place }] of this.#objects) if (key !== last?.key) this.#files.adopt(key, place);
    if (last !== undefined) this.#finish(last.key, last.previousPlace, last.temp);
    this.#index = new KeyIndex(this.#objects.keys());
    for (const temp of readdirSync(this.#temp())) rmSync(this.#temp(temp), { force: true });
    this.#files.sweepOddities([...this.#objects].filter(([, { place }]) => place === 'odd').map(([key]) => key));
    this.uploads = new Uploads(join(inner, 'uploads'));
    if (last?.upload !== undefined) this.uploads.forget(last.upload);
    this.#compact();
  }

  /** The keys in the order of listings. */
  get keys(): KeyIndex {
    return this.#index;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  /** @throws S3Error NoSuchKey */
  find(key: string): StoredObject {
    const object = this.#objects.get(key);
    if (object === undefined) throw new S3Error('NoSuchKey');
    return object;
  }

  /**
   * Opens an object's bytes; the caller closes the descriptor. It keeps showing these bytes when the object is replaced.
   * Answers `undefined` instead of a descriptor for an object without bytes.
   * @throws S3Error NoSuchKey, also when somebody has removed the file by hand
   */
  read(key: string): { readonly object: StoredObject; readonly fd: number | undefined } {
    const object = this.find(key);
    if (object.place === 'directory') return { object, fd: undefined };
    const fd = this.#files.open(key, object.place);
    if (fd === undefined) {
      this.delete(key);
      throw new S3Error('NoSuchKey');
    }
    if (fstatSync(fd).size === object.size) return { object, fd };
    closeSync(fd);
    throw new Error(`The file of ${key} in ${this.name} was changed by hand: it has no longer ${object.size} bytes.`);
  }

  /** A place for bytes on their way in. */
  incoming(): Incoming {
    this.#assertOpen();
    this.#temps += 1;
    return new Incoming(this.#temp(`${this.#run}-${this.#temps}`));
  }

  /**
   * Makes the bytes an object, all or nothing. The conditions are checked against what is there at this moment.
   * `upload` is the multipart upload that this object ends.
   * @throws S3Error PreconditionFailed, NoSuchKey (If-Match), NoSuchBucket when the bucket went meanwhile
   */
  commit(key: string, bytes: Incoming, draft: NewObject, conditions = UNCONDITIONAL, upload?: string): StoredObject {
    this.#assertOpen();
    const previous = this.#objects.get(key);
    checkWrite(previous, conditions);
    bytes.close();
    const { headers, metadata, etag, checksum } = draft;
    const place = this.#files.choose(key, bytes.size);
    const object = { headers, metadata, etag, checksum, size: bytes.size, modified: Date.now(), place };
    const temp = basename(bytes.path);
    const before = this.#log.mark();
    this.#log.put(key, object, temp, upload);
    let stored: StoredObject;
    try {
      stored = this.#place(key, object, temp, previous?.place);
    } catch (error) {
      this.#log.rewind(before);
      throw error;
    }
    this.#objects.set(key, stored);
    if (previous === undefined) this.#index.add(key);
    if (upload !== undefined) this.uploads.forget(upload);
    this.#compact();
    return stored;
  }

  /** Deletes an object; a key that is not there is no error. */
  delete(key: string): void {
    this.#assertOpen();
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#log.delete(key);
    this.#objects.delete(key);
    this.#index.delete(key);
    this.#files.remove(key, object.place);
    this.#compact();
  }

  /** Removes the bucket. @throws S3Error BucketNotEmpty */
  destroy(): void {
    if (this.#objects.size > 0) throw new S3Error('BucketNotEmpty');
    this.close();
    const gone = `${this.#inner}_deleted`;
    rmSync(gone, { recursive: true, force: true });
    renameSync(this.#inner, gone);
    rmSync(gone, { recursive: true, force: true });
    try {
      rmdirSync(this.#root);
    } catch {
      // Somebody has put files there by hand: they are theirs.
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#log.close();
  }

  /** Keeps the log from growing without end where objects are overwritten. */
  #compact(): void {
    if (this.#log.records > 2 * this.#objects.size + SLACK) this.#log.compact(this.#objects);
  }

  #assertOpen(): void {
    if (!this.#open) throw new S3Error('NoSuchBucket');
  }

  #temp(name = ''): string {
    return join(this.#inner, 'tmp', name);
  }

  /** Moves bytes to where the log says, or else to where they always fit, and takes away the ones before. */
  #place(key: string, object: StoredObject, temp: string, previousPlace: Place | undefined): StoredObject {
    let stored = object;
    try {
      this.#files.install(this.#temp(temp), key, object.place);
    } catch (error) {
      if (object.place === 'odd') throw error;
      // Something that is no object is in the way: a file made by hand, a path too long for this file system.
      stored = { ...object, place: 'odd' };
      this.#log.put(key, stored, temp);
      this.#files.install(this.#temp(temp), key, 'odd');
    }
    if (previousPlace !== undefined && previousPlace !== stored.place) this.#files.remove(key, previousPlace);
    return stored;
  }

  /** Does again what the last line of the log asks for; all of it may have happened already. */
  #finish(key: string, previousPlace: Place | undefined, temp: string | undefined): void {
    if (previousPlace !== undefined) this.#files.adopt(key, previousPlace);
    const object = this.#objects.get(key);
    if (object !== undefined && temp !== undefined && existsSync(this.#temp(temp))) {
      this.#objects.set(key, this.#place(key, object, temp, previousPlace));
      return;
    }
    if (previousPlace !== undefined && previousPlace !== object?.place) this.#files.remove(key, previousPlace);
    if (object !== undefined) this.#files.adopt(key, object.place);
  }
}

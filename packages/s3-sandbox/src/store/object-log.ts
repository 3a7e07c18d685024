import { closeSync, fstatSync, ftruncateSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';

import type { Checksum } from '../wire/checksums.ts';
import { readJsonLines } from './json-lines.ts';
import type { Place } from './object-files.ts';

/** What the client says about an object beside its bytes. Header names are in lower case. */
export interface ObjectAttributes {
  /** Headers that come back as they were sent: `content-type`, `cache-control` and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, without the `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An object without its bytes. */
export interface StoredObject extends ObjectAttributes {
  /** Bytes. */
  readonly size: number;
  /** Without quotation marks. */
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly checksum: Checksum | undefined;
  readonly place: Place;
}

interface LogMark {
  readonly length: number;
  readonly records: number;
}
interface Put extends StoredObject {
  readonly put: string;
  /** The temporary file with the bytes. While it exists, the object is not in its place yet. */
  readonly temp?: string;
  /** The multipart upload that ended in this object. */
  readonly upload?: string;
}
interface Delete {
  readonly delete: string;
}
interface Header {
  readonly version: 1;
  /** When the bucket was made, in milliseconds since 1970. */
  readonly created: number;
}

/** What a log says when it is read from the start. */
export interface Replay {
  readonly created: number;
  readonly objects: Map<string, StoredObject>;
  /** The last record. Only its files can be unfinished, because each write finishes before the next begins. */
  readonly last: LastWrite | undefined;
}

interface LastWrite {
  readonly key: string;
  /** Where the key's object was before. */
  readonly previousPlace: Place | undefined;
  readonly temp: string | undefined;
  readonly upload: string | undefined;
}

/**
 * The truth about one bucket: a file of JSON lines, one for each put and delete. Appending the line is what makes a
 * write happen; the file's move into its place is done again at the next start if the process dies in between. So the
 * bytes and what is said about them never disagree.
 */
export class ObjectLog {
  readonly #path: string;
  readonly #created: number;
  #fd: number;
  /** Bytes of whole lines. */
  #length: number;
  #records: number;

  private constructor(path: string, created: number, records: number) {
    this.#path = path;
    this.#created = created;
    this.#records = records;
    this.#fd = openSync(path, 'a');
    this.#length = fstatSync(this.#fd).size;
  }

  /** Writes the log of an empty bucket. */
  static create(path: string): void {
    writeFileSync(path, line({ version: 1, created: Date.now() } satisfies Header), { flag: 'wx' });
  }

  /** Reads a log and cuts off a last line that was not written whole. */
  static open(path: string): { readonly log: ObjectLog; readonly replay: Replay } {
    const { values, length } = readJsonLines(path);
    // Nobody else writes this file: the shapes are those of `create`, `put`, `delete` and `compact`.
    const records = values as (Header | Put | Delete)[];
    const header = records.shift();
    if (header === undefined || !('version' in header) || header.version !== 1) {
      throw new Error(`${path} is not the log of a bucket that this version can read.`);
    }
    const log = new ObjectLog(path, header.created, records.length);
    if (length < log.#length) log.#cut(length);
    return { log, replay: replay(header.created, records) };
  }

  /** Puts and deletes in the file. */
  get records(): number {
    return this.#records;
  }

  put(key: string, object: StoredObject, temp?: string, upload?: string): void {
    // `undefined` members are left out by JSON.
    this.#append({ put: key, ...object, temp, upload });
  }

  delete(key: string): void {
    this.#append({ delete: key });
  }

  /** Where the log ends now, for `rewind`. */
  mark(): LogMark {
    return { length: this.#length, records: this.#records };
  }

  /** Takes back what was appended since the mark. Works on a full disk too. */
  rewind({ length, records }: LogMark): void {
    this.#cut(length);
    this.#records = records;
  }

  /** Replaces the file by one with a line for each object. Every object must be in its place. */
  compact(objects: ReadonlyMap<string, StoredObject>): void {
    const next = `${this.#path}.new`;
    const fd = openSync(next, 'w');
    let text = line({ version: 1, created: this.#created } satisfies Header);
    for (const [key, object] of objects) {
      text += line({ put: key, ...object });
      if (text.length > 1 << 20) {
        writeAll(fd, Buffer.from(text));
        text = '';
      }
    }
    writeAll(fd, Buffer.from(text));
    closeSync(fd);
    renameSync(next, this.#path);
    closeSync(this.#fd);
    this.#fd = openSync(this.#path, 'a');
    this.#length = fstatSync(this.#fd).size;
    this.#records = objects.size;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #append(record: object): void {
    const bytes = Buffer.from(line(record));
    try {
      writeAll(this.#fd, bytes);
    } catch (error) {
      // A full disk may take half a line, and the next line would be glued to it.
      this.#cut(this.#length);
      throw error;
    }
    this.#length += bytes.length;
    this.#records += 1;
  }

  #cut(length: number): void {
    ftruncateSync(this.#fd, length);
    this.#length = length;
  }
}

const line = (record: object) => `${JSON.stringify(record)}\n`;

function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done);
}

function replay(created: number, records: readonly (Header | Put | Delete)[]): Replay {
  const objects = new Map<string, StoredObject>();
  let last: LastWrite | undefined;
  for (const record of records) {
    if ('version' in record) continue;
    const key = 'put' in record ? record.put : record.delete;
    const previousPlace = objects.get(key)?.place;
    if ('delete' in record) {
      objects.delete(key);
      last = { key, previousPlace, temp: undefined, upload: undefined };
    } else {
      const { put: _, temp, upload, ...object } = record;
      objects.set(key, { ...object, checksum: object.checksum });
      last = { key, previousPlace, temp, upload };
    }
  }
  return { created, objects, last };
}

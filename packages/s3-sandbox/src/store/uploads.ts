import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { type Checksum, type ChecksumAlgorithm, createDigest, type Digest } from '../wire/checksums.ts';
import { S3Error } from '../wire/errors.ts';
import { Incoming } from './incoming.ts';
import { readJsonLines } from './json-lines.ts';
import type { ObjectAttributes } from './object-log.ts';

/** Smallest part that is not the last, in bytes. */
const MIN_PART = 5 * 2 ** 20;
const COPY_BUFFER = 2 ** 20;

/** What CreateMultipartUpload has said. */
export interface UploadPlan extends ObjectAttributes {
  readonly key: string;
  /** How the parts and the object are to be checked, when the client has said so. */
  readonly checksum: Pick<Checksum, 'algorithm' | 'type'> | undefined;
}

/** A part that is there. */
export interface Part {
  readonly number: number;
  readonly size: number;
  /** MD5 in hex. */
  readonly etag: string;
  readonly modified: number;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
  /** Name of its file in the upload's folder. */
  readonly file: string;
}

/** A part as CompleteMultipartUpload names it. */
export interface PartName {
  readonly number: number;
  readonly etag: string;
  /** Base64; the client may leave it out. */
  readonly checksum?: string | undefined;
}

export interface Upload extends UploadPlan {
  readonly id: string;
  readonly initiated: number;
  readonly parts: Map<number, Part>;
}

/**
 * The multipart uploads of one bucket. Each has a folder: `upload.json`, the parts' files, and `parts.jsonl` with a line
 * for each part; the line is what makes a part exist.
 */
export class Uploads {
  readonly #directory: string;
  readonly #uploads = new Map<string, Upload>();

  /** Reads what is on disk and removes what was never acknowledged. */
  constructor(directory: string) {
    this.#directory = directory;
    for (const id of readdirSync(directory)) {
      const upload = readUpload(join(directory, id), id);
      if (upload === undefined) rmSync(join(directory, id), { recursive: true, force: true });
      else this.#uploads.set(id, upload);
    }
  }

  create(plan: UploadPlan): Upload {
    const id = randomBytes(24).toString('base64url');
    const upload: Upload = { ...plan, id, initiated: Date.now(), parts: new Map() };
    mkdirSync(this.#path(upload));
    const { parts: _, ...saved } = upload;
    writeFileSync(this.#path(upload, 'upload.json'), JSON.stringify(saved));
    this.#uploads.set(id, upload);
    return upload;
  }

  /** @throws S3Error NoSuchUpload, also for another key's upload */
  find(key: string, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.key !== key) throw new S3Error('NoSuchUpload');
    return upload;
  }

  all(): Upload[] {
    return [...this.#uploads.values()];
  }

  /** A place for a part's bytes. */
  incoming(upload: Upload): Incoming {
    return new Incoming(this.#path(upload, randomBytes(9).toString('base64url')));
  }

  /** Makes the bytes a part, in place of an earlier one of that number. @throws S3Error NoSuchUpload */
  addPart(upload: Upload, bytes: Incoming, named: Pick<Part, 'number' | 'etag' | 'checksum'>): Part {
    this.find(upload.key, upload.id);
    bytes.close();
    const file = bytes.path.slice(this.#path(upload).length + 1);
    const part: Part = { ...named, size: bytes.size, modified: Date.now(), file };
    appendFileSync(this.#path(upload, 'parts.jsonl'), `${JSON.stringify(part)}\n`);
    const previous = upload.parts.get(part.number);
    upload.parts.set(part.number, part);
    if (previous !== undefined) rmSync(this.#path(upload, previous.file), { force: true });
    return part;
  }

  /**
   * The parts that are to make the object, in order.
   * @throws S3Error InvalidPart, InvalidPartOrder, EntityTooSmall
   */
  select(upload: Upload, names: readonly PartName[]): Part[] {
    if (names.some(({ number }, at) => number <= (names[at - 1]?.number ?? 0))) throw new S3Error('InvalidPartOrder');
    return names.map(({ number, etag, checksum }, at) => {
      const part = upload.parts.get(number);
      if (part === undefined || part.etag !== etag) throw new S3Error('InvalidPart');
      if (checksum !== undefined && part.checksum !== undefined && checksum !== part.checksum.value) {
        throw new S3Error('InvalidPart');
      }
      if (at < names.length - 1 && part.size < MIN_PART) throw new S3Error('EntityTooSmall');
      return part;
    });
  }

  /**
   * Copies the parts one behind the other. (A second completion of the same upload is NoSuchUpload, as AWS documents;
   * some stores, and AWS for a while, answer it like the first.)
   * Meanwhile the upload is out of sight, so that it is neither aborted nor
   * completed twice; it is back when the promise rejects, and gone for good with `forget`.
   */
  async join(upload: Upload, parts: readonly Part[], into: Incoming): Promise<Joined> {
    this.find(upload.key, upload.id);
    this.#uploads.delete(upload.id);
    try {
      const { checksum } = upload;
      const whole = checksum?.type === 'FULL_OBJECT' ? createDigest(checksum.algorithm) : undefined;
      for (const part of parts) await copy(this.#path(upload, part.file), into, whole);
      return { etag: joinedEtag(parts), checksum: joinedChecksum(upload, parts, whole) };
    } catch (error) {
      this.restore(upload);
      throw error;
    }
  }

  /** Undoes `join` when the object could not be committed. */
  restore(upload: Upload): void {
    this.#uploads.set(upload.id, upload);
  }

  /** Removes an upload with its parts. */
  forget(id: string): void {
    this.#uploads.delete(id);
    rmSync(join(this.#directory, id), { recursive: true, force: true });
  }

  #path(upload: Pick<Upload, 'id'>, file = ''): string {
    return join(this.#directory, upload.id, file);
  }
}

/** What a multipart object has in place of the MD5 and the checksum of its bytes. */
export interface Joined {
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

/** In pieces and through the thread pool: gigabytes may be copied here, and others want to be served. */
async function copy(path: string, into: Incoming, digest: Digest | undefined): Promise<void> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(COPY_BUFFER);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      const chunk = buffer.subarray(0, bytesRead);
      into.write(chunk);
      digest?.update(chunk);
    }
  } finally {
    await file.close();
  }
}

const joinedEtag = (parts: readonly Part[]) => {
  const md5 = createHash('md5');
  for (const { etag } of parts) md5.update(etag, 'hex');
  return `${md5.digest('hex')}-${parts.length}`;
};

function joinedChecksum(upload: Upload, parts: readonly Part[], whole: Digest | undefined): Checksum | undefined {
  if (upload.checksum === undefined) return undefined;
  const { algorithm, type } = upload.checksum;
  if (whole !== undefined) return { algorithm, type, value: whole.digest().toString('base64') };
  const digest = createDigest(algorithm);
  for (const { checksum } of parts) {
    if (checksum === undefined) return undefined;
    digest.update(Buffer.from(checksum.value, 'base64'));
  }
  return { algorithm, type, value: `${digest.digest().toString('base64')}-${parts.length}` };
}

/** Reads one upload's folder; `undefined` when its creation was never acknowledged. */
function readUpload(directory: string, id: string): Upload | undefined {
  let saved: Omit<Upload, 'parts'>;
  try {
    // Written by `create`.
    saved = JSON.parse(readFileSync(join(directory, 'upload.json'), 'utf8')) as Omit<Upload, 'parts'>;
  } catch {
    return undefined;
  }
  const parts = new Map<number, Part>();
  const log = join(directory, 'parts.jsonl');
  if (existsSync(log)) {
    const { values, length } = readJsonLines(log);
    truncateSync(log, length);
    // Written by `addPart`.
    for (const part of values as Part[]) parts.set(part.number, part);
  }
  const known = new Set(['upload.json', 'parts.jsonl', ...[...parts.values()].map(({ file }) => file)]);
  for (const file of readdirSync(directory)) if (!known.has(file)) rmSync(join(directory, file), { force: true });
  return { ...saved, id, checksum: saved.checksum, parts };
}

import { setTimeout as pause } from 'node:timers/promises';

import { objectKeyOf, treePathOf } from '../associations/resolve.ts';
import { pack, wholeSeconds } from '../catalog/catalog.ts';
import { isFailure } from '../posix/failure.ts';
import { toMetadata } from '../posix/metadata.ts';
import type { Attributes, Snapshot } from '../posix/tree.ts';
import { bytes, type Source } from '../s3/s3.ts';
import { type Entry, EntryFailure, type Outcome, type Sides } from './transfer.ts';

/** Longest S3 key, in bytes. */
const MAX_KEY_BYTES = 1024;

/** Largest file that FSx exports: 5 TiB. */
const MAX_FILE_BYTES = 5 * 2 ** 40;

/** How often a file that changes while it is read is read again before the task gives up on it. */
const READS = 3;

/** Longest pause before a file is read again, in milliseconds; its half on average, so that two writers do not beat in time. */
const PAUSE_MS = 100;

const sourceOf = (file: Snapshot): Source => ({
  size: file.attributes.size,
  read: (into, position) => file.read(into, position),
  confirm: () => file.confirm(),
});

async function put(sides: Sides, [key, , seen]: Entry, source: Source, attributes: Attributes) {
  const { s3, association, signal, mayBegin, moved } = sides;
  const stored = await s3.replace(association.bucket, objectKeyOf(association, key), source, seen, {
    metadata: toMetadata(attributes),
    ...(attributes.kind === 'directory' ? { contentType: 'application/x-directory' } : {}),
    signal,
    mayBegin,
    moved,
  });
  return {
    kind: 'done' as const,
    bytes: source.size,
    row: { key, attributes: pack(attributes), etag: stored.etag, modified: wholeSeconds(stored.date) },
  };
}

async function exportFile(sides: Sides, entry: Entry): Promise<Outcome> {
  const { tree, signal } = sides;
  const path = treePathOf(sides.association, entry[0]);
  for (let attempt = 1; ; attempt += 1) {
    try {
      using file = await tree.openSnapshot(path, { isRestless: attempt > 1, signal });
      return await put(sides, entry, sourceOf(file), file.attributes);
    } catch (error) {
      if (!isFailure(error, 'Changed')) throw error;
      if (attempt >= READS) throw new EntryFailure('ResourceBusy', 'the file changed each time it was read');
    }
    await pause(Math.random() * PAUSE_MS, undefined, { signal });
  }
}

/** Uploads one entry: a file's bytes, a symlink's target, an empty object for a directory, with POSIX metadata. */
export async function exportEntry(sides: Sides, entry: Entry): Promise<Outcome> {
  const [key] = entry;
  const bytesOfKey = Buffer.byteLength(objectKeyOf(sides.association, key));
  if (bytesOfKey > MAX_KEY_BYTES) {
    throw new EntryFailure(
      'PathSizeTooLong',
      `the object key would have ${bytesOfKey} bytes, ${MAX_KEY_BYTES} at most`,
    );
  }
  const path = treePathOf(sides.association, key);
  const attributes = sides.tree.lstat(path);
  const isDirectory = attributes?.kind === 'directory';
  if (!attributes || isDirectory !== key.endsWith('/')) {
    throw new EntryFailure('ResourceBusy', 'it was removed or replaced while the task ran');
  }
  switch (attributes.kind) {
    case 'directory':
      return put(sides, entry, bytes(''), attributes);
    case 'symlink':
      return put(sides, entry, bytes(sides.tree.readLink(path)), attributes);
    case 'file':
      if (attributes.size > MAX_FILE_BYTES) throw new EntryFailure('FileSizeTooLarge', 'the file is larger than 5 TiB');
      return exportFile(sides, entry);
    case 'other':
      throw new EntryFailure('ResourceBusy', 'it was replaced by a special file while the task ran');
  }
}

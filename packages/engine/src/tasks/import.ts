import { objectKeyOf, treePathOf } from '../associations/resolve.ts';
import { type CatalogRow, pack, wholeSeconds } from '../catalog/catalog.ts';
import { fromMetadata } from '../posix/metadata.ts';
import type { Attributes, Kind, Restorable } from '../posix/tree.ts';
import { CorruptBody } from '../s3/failure.ts';
import type { ObjectHead } from '../s3/s3.ts';
import { type Entry, EntryFailure, type Outcome, type Sides } from './transfer.ts';

/** Longest target of a symlink that Linux makes. */
const MAX_TARGET_BYTES = 4095;

/** What FSx gives to an object without POSIX metadata (user guide, "POSIX metadata support"). */
const DEFAULT_MODE = 0o755;

const NANOSECONDS = 1_000_000n;

/** Attributes to restore: what the metadata says, and FSx's defaults for what it leaves out. */
function attributesOf(head: ObjectHead): { kind: Kind | undefined; restorable: Restorable } {
  const { kind, restorable } = fromMetadata(head.metadata);
  const modified = BigInt(head.modified.getTime()) * NANOSECONDS;
  return {
    kind,
    restorable: { mode: DEFAULT_MODE, uid: 0, gid: 0, atimeNs: modified, mtimeNs: modified, ...restorable },
  };
}

const UNREADABLE_TIERS = new Set(['GLACIER', 'DEEP_ARCHIVE']);

const done = (key: string, head: ObjectHead, attributes: Attributes, size: number): Outcome => {
  const row: CatalogRow = {
    key,
    attributes: pack(attributes),
    etag: head.etag,
    modified: wholeSeconds(head.modified),
  };
  return { kind: 'done', row, bytes: size };
};

async function readTarget(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_TARGET_BYTES) break;
    chunks.push(chunk);
  }
  const target = Buffer.concat(chunks);
  if (size > MAX_TARGET_BYTES || size === 0 || target.includes(0)) {
    throw new EntryFailure('S3ObjectPathNotPosixCompliant', 'its content is no possible target of a symlink');
  }
  return target;
}

const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

async function importContent(sides: Sides, key: string, path: string, received?: string): Promise<Outcome> {
  const { tree, s3, association, signal, moved, mayBegin } = sides;
  // Left unread where the place in the tree turns out to be taken.
  using object = await s3.get(association.bucket, objectKeyOf(association, key), {
    signal,
    moved,
    ...(received === undefined ? {} : { received }),
  });
  const { head, body } = object;
  const { kind, restorable } = attributesOf(head);
  const target = kind === 'symlink' ? await readTarget(body) : undefined;
  const writer = { name: sides.writer, check: mayBegin };
  mayBegin();
  tree.makeDirectories(parentOf(path));
  if (target) return done(key, head, tree.writeSymlink(path, target, restorable, writer), 0);
  return done(key, head, await tree.writeFile(path, body, restorable, writer), head.size);
}

/** Bytes that were damaged on their way are asked for once more; until they are right the file stays as it was. */
async function importIntact(sides: Sides, key: string, path: string): Promise<Outcome> {
  try {
    return await importContent(sides, key, path);
  } catch (error) {
    if (!(error instanceof CorruptBody)) throw error;
    return importContent(sides, key, path, error.received);
  }
}

/** Directories get their attributes when all else is in place, because every entry written into one moves its mtime. */
async function importDirectory(sides: Sides, key: string, path: string): Promise<Outcome> {
  const { tree, s3, association, mayBegin } = sides;
  const head = await s3.head(association.bucket, objectKeyOf(association, key));
  mayBegin();
  return done(key, head, tree.setAttributes(path, attributesOf(head).restorable), 0);
}

/** Brings one object into the tree: a file, a symlink or a directory, with the POSIX metadata the object carries. */
export async function importEntry(
  sides: Sides,
  [key, , , , storageClass]: Entry,
  stage: 'FILES' | 'DIRECTORIES',
): Promise<Outcome> {
  const path = treePathOf(sides.association, key);
  if (!key.endsWith('/')) {
    if (storageClass !== undefined && UNREADABLE_TIERS.has(storageClass)) {
      throw new EntryFailure('S3ObjectInUnsupportedTier', `the object is in storage class ${storageClass}`);
    }
    return importIntact(sides, key, path);
  }
  if (stage === 'DIRECTORIES') {
    const there = sides.tree.lstat(path);
    if (there && there.kind !== 'directory') {
      throw new EntryFailure('S3ObjectTypeMismatch', `there is a ${there.kind} of this name in the file system`);
    }
    sides.mayBegin();
    sides.tree.makeDirectories(path);
    return importDirectory(sides, key, path);
  }
  sides.mayBegin();
  try {
    sides.tree.makeDirectories(path);
  } catch {
    // The stage of directories meets the same obstacle, and is where a directory is counted.
  }
  return { kind: 'prepared' };
}

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/** Directory trees, and the objects that an export makes of them, in one form that `expect` compares. */

/** One entry of a tree as S3 should have it: what is not in an object is not here either. */
export interface Exported {
  /** SHA-256 of the content; of the target for a symbolic link. */
  readonly sha256: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Paths of all entries below a directory, directories with a slash at the end. */
const pathsBelow = (root: string, directory = ''): string[] =>
  readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = directory + entry.name;
    return entry.isDirectory() ? [`${path}/`, ...pathsBelow(root, `${path}/`)] : [path];
  });

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

const contentOf = (path: string, isLink: boolean, isFile: boolean) =>
  isLink ? Buffer.from(readlinkSync(path)) : isFile ? readFileSync(path) : Buffer.alloc(0);

/**
 * What FSx would write to S3 for every entry of a tree (FSx for Lustre user guide, "POSIX metadata support for data
 * repositories"), by key without the repository's prefix. Access times are left out, since reading moves them.
 */
export const exportOf = (root: string): Record<string, Exported> =>
  Object.fromEntries(
    pathsBelow(root).map((path) => {
      const full = join(root, path.replace(/\/$/, ''));
      const stat = lstatSync(full, { bigint: true });
      // Without set-user-ID and set-group-ID, which FSx does not keep.
      const mode = stat.mode & ~0o6000n;
      const metadata = {
        'file-permissions': mode.toString(8).padStart(7, '0'),
        'file-owner': String(stat.uid),
        'file-group': String(stat.gid),
        'file-mtime': `${stat.mtimeNs}ns`,
        'user-agent': 'aws-fsx-lustre',
      };
      const content = contentOf(full, stat.isSymbolicLink(), stat.isFile());
      return [path, { sha256: sha256(content), metadata }];
    }),
  );

/** All objects below a prefix, by key without it. */
export const objectsBelow = async (s3: S3Client, Bucket: string, Prefix: string): Promise<Record<string, Exported>> => {
  const objects: Record<string, Exported> = {};
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(
      // Keys may hold what XML cannot.
      new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken, EncodingType: 'url' }),
    );
    for (const { Key: encoded = '' } of page.Contents ?? []) {
      const Key = decodeURIComponent(encoded.replace(/\+/g, ' '));
      const { Body, Metadata = {} } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const { 'file-atime': atime, ...metadata } = Metadata;
      if (!/^\d+ns$/.test(atime ?? '')) throw new Error(`${Key} has the access time ${atime}`);
      const content = (await Body?.transformToByteArray()) ?? new Uint8Array();
      objects[Key.slice(Prefix.length)] = { sha256: sha256(content), metadata };
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return objects;
};

/** Sets the time of an entry to the nanosecond, which Node cannot; links are not followed. */
const touch = (path: string, seconds: string) => execFileSync('touch', ['-h', '-d', `@${seconds}`, path]);

/** A small tree with every kind of entry, and attributes that a sloppy copy would lose. */
export const makeTree = (root: string) => {
  const at = (path: string) => join(root, path);
  for (const directory of ['data/deep/deeper', 'empty', 'links', 'names'])
    mkdirSync(at(directory), { recursive: true });
  writeFileSync(at('README'), 'read me\n');
  writeFileSync(at('data/one.csv'), 'a,b\n1,2\n');
  writeFileSync(at('data/empty'), '');
  writeFileSync(at('data/deep/deeper/block.bin'), Buffer.alloc(300_000, 'block'));
  for (const name of ['new\nline', 'comma, "quote"', '=1+1', '-rf', ' ', 'Größe 日本 😀', 'x'.repeat(255)]) {
    writeFileSync(at(`names/${name}`), name);
  }
  symlinkSync('../README', at('links/file'));
  symlinkSync('../data', at('links/directory'));
  symlinkSync('/no/such/file', at('links/dangling'));
  chmodSync(at('README'), 0o400);
  chmodSync(at('data/one.csv'), 0o755);
  chmodSync(at('data/deep'), 0o750);
  chmodSync(at('empty'), 0o1777);
  if (process.getuid?.() === 0) {
    chownSync(at('data/one.csv'), 1234, 4321);
    chownSync(at('data/deep'), 99, 100);
    lchownSync(at('links/dangling'), 7, 8);
  }
  // Directories last, because making an entry moves the time of its directory.
  const moments = [
    'links/file',
    'links/dangling',
    'README',
    'data/one.csv',
    'data/deep/deeper',
    'data/deep',
    'data',
    'empty',
  ];
  for (const [index, path] of moments.entries()) touch(at(path), `${946_684_800 + index}.12345678${index}`);
  touch(at('data/empty'), '0.000000001');
};

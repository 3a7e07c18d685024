import { execFileSync } from 'node:child_process';
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

/** All that an import has to restore of one entry: one line of text, so that differences are easy to read. */
const describeEntry = (root: string, path: string): string => {
  const full = join(root, path);
  const stat = lstatSync(full, { bigint: true });
  const kind = stat.isDirectory() ? 'd' : stat.isSymbolicLink() ? 'l' : 'f';
  const content =
    kind === 'f' ? readFileSync(full).toString('base64').slice(0, 200) : kind === 'l' ? readlinkSync(full) : '';
  const size = kind === 'f' ? stat.size : 0;
  return `${kind} ${(stat.mode & 0o7777n).toString(8)} ${stat.uid}:${stat.gid} ${stat.mtimeNs} ${size} ${content}`;
};

const pathsBelow = (root: string, path = ''): string[] =>
  readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const each = path === '' ? entry.name : `${path}/${entry.name}`;
    return entry.isDirectory() ? [each, ...pathsBelow(root, each)] : [each];
  });

/** Every entry below `root` with what describes it. */
export const snapshot = (root: string): Record<string, string> =>
  Object.fromEntries(
    pathsBelow(root)
      .toSorted()
      .map((path) => [path, describeEntry(root, path)]),
  );

/** Sets an mtime to the nanosecond, which node:fs cannot; symlinks are not followed. */
const touch = (path: string, time: string) => execFileSync('touch', ['-h', '-d', `@${time}`, path]);

const hasRoot = process.getuid?.() === 0;

/** A tree of mixed kinds: nested and empty directories, symlinks, empty files, odd names, modes, owners, exact times. */
export function makeMixedTree(root: string): void {
  for (const directory of ['a/b/c', 'empty', 'a-b', 'names']) mkdirSync(join(root, directory), { recursive: true });
  const files = [
    'top.txt',
    'a/one',
    'a/b/two.bin',
    'a/b/c/three',
    'a-b/four',
    'names/ü, "quoted"\n=line',
    'names/ 😀 ',
    `names/${'n'.repeat(255)}`,
  ];
  for (const [index, file] of files.entries())
    writeFileSync(join(root, file), `content ${index} of ${file}`.repeat(index));
  chmodSync(join(root, 'a/one'), 0o600);
  chmodSync(join(root, 'a/b/two.bin'), 0o755);
  chmodSync(join(root, 'a/b'), 0o750);
  if (hasRoot) {
    chownSync(join(root, 'a/one'), 1234, 4321);
    chownSync(join(root, 'empty'), 7, 8);
  }
  symlinkSync('a/one', join(root, 'link'));
  symlinkSync('/no/such/target', join(root, 'a/dangling'));
  symlinkSync('b', join(root, 'a/to-directory'));
  if (hasRoot) lchownSync(join(root, 'link'), 99, 98);
  touch(join(root, 'link'), '1600000000.987654321');
  for (const [index, path] of ['a/one', 'names', 'a/b/c', 'a/b', 'empty', 'top.txt'].entries()) {
    touch(join(root, path), `170000000${index}.12345678${index}`);
  }
}

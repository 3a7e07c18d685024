import { hash } from 'node:crypto';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';

import { openTree } from '../posix/tree.ts';

/** Trees of names, kinds, owners and times that are all permitted and all unkind. */

const hasRoot = process.getuid?.() === 0;

const MAX_NAME_BYTES = 255;

/** Each stands for something that broke a tool. */
const NAMES = [
  'line\nbreak',
  'carriage\rreturn',
  '\ttab',
  '"quoted"',
  'a,b',
  '=1+1',
  '+1',
  '-rf',
  '@user',
  "'single'",
  '\u0001\u001b[31m\u007f',
  'n'.repeat(255),
  '\u00fc'.repeat(127),
  '\u{1f600}'.repeat(63),
  // The same to the eye and to macOS, two names to Linux.
  '\u00e9',
  'e\u0301',
  '\u202egnp.exe',
  '\u{1f469}\u200d\u{1f680}',
  '\\',
  '..\\up',
  '%',
  '%2e%2e',
  '%00',
  'na\\xffme',
  'dot.',
  'space ',
  ' ',
  '...',
  '..x',
  '~',
  '*',
  '?',
  '#fragment',
  '&amp;<>',
  '\ufeffbom',
  '\ufffd',
  '\u2028',
  'aux',
  'Case',
  'case',
];

const isName = (name: string) =>
  name !== '' &&
  name !== '.' &&
  name !== '..' &&
  !/[/\0]/.test(name) &&
  name.isWellFormed() &&
  Buffer.byteLength(name) <= MAX_NAME_BYTES;

const anyName = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }) },
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('a', '.', ' ', '-', '\\', '%', '\n'), minLength: 1 }) },
    { weight: 1, arbitrary: fc.string({ minLength: 100, maxLength: 255 }) },
  )
  .filter(isName);

const anyId = fc.oneof(fc.constantFrom(0, 1, 1000, 65534, 2 ** 31, 2 ** 32 - 2), fc.integer({ min: 0, max: 70_000 }));

const SECOND = 1_000_000_000n;

const anyTime = fc.oneof(
  fc.bigInt({ min: -2_000_000_000n * SECOND, max: 9_223_372_036n * SECOND }),
  fc.constantFrom(0n, -1n, 1n, -SECOND, SECOND - 1n, 2n ** 31n * SECOND, 9_223_372_036_854_775_807n),
);

const anyContent = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array()) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 5000, maxLength: 9000, size: 'max' }) },
);

const anyTarget = fc.oneof(
  fc.constantFrom('.', '..', '/', '/etc/passwd', '../../../../etc', 'nothing', '/proc/self/root', 'x'.repeat(1000)),
  fc
    .string({ unit: 'binary', minLength: 1, maxLength: 40 })
    .filter((text) => text.isWellFormed() && !text.includes('\0')),
);

const anyEntry = fc.record({
  name: fc.oneof({ weight: 1, arbitrary: fc.constantFrom(...NAMES) }, { weight: 2, arbitrary: anyName }),
  kind: fc.constantFrom('file', 'file', 'file', 'file', 'directory', 'symlink', 'sparse', 'hard link'),
  parent: fc.nat(),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: anyId,
  gid: anyId,
  mtimeNs: anyTime,
  content: anyContent,
  target: anyTarget,
});

type Made = ReturnType<typeof sampled>[number];
const sampled = (count: number, seed: number) => fc.sample(anyEntry, { numRuns: count, seed });

/** Depth that makes keys of about 1,024 bytes, and some beyond, without long names. */
const makeChain = (root: string, made: string[]) => {
  let path = 'deep';
  mkdirSync(join(root, path));
  made.push(path);
  for (const name of ['d'.repeat(250), 'e'.repeat(250), '\u00fc'.repeat(125), 'g'.repeat(240)]) {
    path = `${path}/${name}`;
    mkdirSync(join(root, path));
    made.push(path);
  }
  // With a prefix of eight bytes these are keys of 1,008 to 1,037 bytes.
  for (let length = 1; length <= 30; length += 1) {
    const name = `${path}/${'f'.repeat(length)}`;
    writeFileSync(join(root, name), name);
    made.push(name);
  }
};

const make = (root: string, path: string, entry: Made, files: readonly string[]) => {
  const full = join(root, path);
  switch (entry.kind) {
    case 'directory':
      return mkdirSync(full);
    case 'symlink':
      return symlinkSync(entry.target, full);
    case 'sparse':
      writeFileSync(full, entry.content);
      return truncateSync(full, 50_000);
    case 'hard link': {
      const other = files[entry.parent % Math.max(1, files.length)];
      return other === undefined ? writeFileSync(full, '') : linkSync(join(root, other), full);
    }
    default:
      return writeFileSync(full, entry.content);
  }
};

/**
 * Fills a directory with about `count` entries, the same ones for the same seed.
 * @returns their paths
 */
export const makeHostileTree = (root: string, count: number, seed: number): string[] => {
  const made: string[] = [];
  makeChain(root, made);
  const directories = [''];
  const files: string[] = [];
  const attributes = new Map<string, Made>();
  for (const name of NAMES) {
    writeFileSync(join(root, name), name);
    made.push(name);
  }
  const taken = new Set(made);
  for (const entry of sampled(count, seed)) {
    const parent = directories[entry.parent % directories.length] ?? '';
    const path = parent === '' ? entry.name : `${parent}/${entry.name}`;
    // 4,096 bytes is as long as a path may be that is written out.
    if (taken.has(path) || Buffer.byteLength(path) > 2000) continue;
    taken.add(path);
    make(root, path, entry, files);
    made.push(path);
    if (entry.kind === 'directory') directories.push(path);
    if (entry.kind === 'file' || entry.kind === 'sparse') files.push(path);
    attributes.set(path, entry);
  }
  using tree = openTree(root);
  // Directories last and from the deepest up: what is made in them moves their times.
  for (const [path, { mode, uid, gid, mtimeNs }] of [...attributes].toReversed()) {
    tree.setAttributes(path, hasRoot ? { mode, uid, gid, mtimeNs } : { mode: mode | 0o700, mtimeNs });
  }
  return made;
};

const pathsBelow = (root: string, path = ''): string[] =>
  readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const each = path === '' ? entry.name : `${path}/${entry.name}`;
    return entry.isDirectory() ? [each, ...pathsBelow(root, each)] : [each];
  });

/** What an import has to bring back, by path. */
export const restorable = (root: string): Map<string, string> =>
  new Map(
    pathsBelow(root).map((path) => {
      const full = join(root, path);
      const stat = lstatSync(full, { bigint: true });
      const kind = stat.isDirectory() ? 'd' : stat.isSymbolicLink() ? 'l' : 'f';
      // setuid and setgid are not exported, the sticky bit is restored on directories only.
      const mode = stat.mode & (kind === 'd' ? 0o1777n : 0o777n);
      const content = { d: () => '', l: () => readlinkSync(full, 'latin1'), f: () => hash('sha1', readFileSync(full)) }[
        kind
      ]();
      return [path, [kind, mode.toString(8), stat.uid, stat.gid, stat.mtimeNs, content].join(' ')];
    }),
  );

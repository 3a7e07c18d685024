import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { asNobody, descriptorsBelow, temporaryDirectory, thrownBy, type TemporaryDirectory } from './temporary-tree.ts';
import { openTree, type Tree } from './tree.ts';
import { walk, type Walked, type WalkFailure, type WalkOptions } from './walk.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

let root: TemporaryDirectory;
let tree: Tree;

beforeEach(() => {
  root = temporaryDirectory();
  tree = openTree(root.path);
});

afterEach(() => {
  tree[Symbol.dispose]();
  const forgotten = descriptorsBelow(root.path);
  root[Symbol.dispose]();
  expect(forgotten).toEqual([]);
});

const items = (start = '', options: WalkOptions = {}) => walk(tree, start, options).toArray();
const keys = (start = '', options: WalkOptions = {}) => items(start, options).map((item) => item.key);
const shown = (item: Walked | WalkFailure) =>
  'failure' in item ? [item.path, item.failure === 'NotUtf8' ? item.failure : item.failure.kind] : item.path;

test('a directory comes before what is in it, and siblings stand in the byte order of keys', () => {
  for (const name of ['a', 'a/z', 'b', 'a-', 'a.txt', 'a0', '\uffff', '\u{1f600}', 'Z', 'é', 'e\u0301']) {
    if (['a', 'b'].includes(name)) fs.mkdirSync(root.at(name));
    else fs.writeFileSync(root.at(name), '');
  }
  expect(keys()).toEqual(['Z', 'a-', 'a.txt', 'a/', 'a/z', 'a0', 'b/', 'e\u0301', 'é', '\uffff', '\u{1f600}']);
});

/** Names that stand on both sides of '/', of each other and of the surrogates. */
const name = fc.constantFrom(
  'a',
  'a!',
  'a-',
  'a.',
  'a0',
  'aa',
  '-',
  '\u{1f600}',
  '\ue000',
  '\uffff',
  'é',
  '~',
  ' ',
  '\n',
  '\\xff',
);
const entries = fc.array(
  fc.record({
    path: fc.array(name, { minLength: 1, maxLength: 4 }),
    kind: fc.constantFrom('file', 'directory', 'symlink'),
  }),
  { maxLength: 25 },
);

/** Makes the entries below a directory, where an earlier one does not stand in the way; answers all keys there. */
const make = (directory: string, wanted: readonly { path: readonly string[]; kind: string }[]): string[] => {
  const made = new Map<string, string>();
  for (const { path, kind } of wanted) {
    const parents = path.slice(0, -1).map((_, index) => path.slice(0, index + 1).join('/'));
    const whole = path.join('/');
    if (made.has(whole) || parents.some((each) => (made.get(each) ?? 'directory') !== 'directory')) continue;
    for (const each of [...parents, ...(kind === 'directory' ? [whole] : [])]) {
      fs.mkdirSync(`${directory}/${each}`, { recursive: true });
      made.set(each, 'directory');
    }
    if (kind === 'file') fs.writeFileSync(`${directory}/${whole}`, '');
    if (kind === 'symlink') fs.symlinkSync('.', `${directory}/${whole}`);
    made.set(whole, kind);
  }
  return [...made].map(([path, kind]) => (kind === 'directory' ? `${path}/` : path));
};

test('for any tree: every entry once, in byte order; behind any key exactly the rest; each subtree its part', () => {
  fc.assert(
    fc.property(
      entries,
      fc.string({ unit: fc.constantFrom('a', '/', '!', '\u{1f600}', '\uffff') }),
      (wanted, anywhere) => {
        const directory = fs.mkdtempSync(root.at('case-'));
        const expected = make(directory, wanted).sort(byBytes);
        using small = openTree(directory);
        const walked = (start: string, options?: WalkOptions) => walk(small, start, options).toArray();
        const all = walked('');
        expect(all.map((item) => item.key)).toEqual(expected);
        for (const item of all) {
          // Listing a directory moves its access time.
          const atimeNs: unknown = expect.any(BigInt);
          expect('attributes' in item && { ...item.attributes, atimeNs }).toEqual({
            ...small.lstat(item.path),
            atimeNs,
          });
          expect(item.key).toBe(
            'attributes' in item && item.attributes.kind === 'directory' ? `${item.path}/` : item.path,
          );
        }
        for (const after of ['', anywhere, ...expected]) {
          const rest = walked('', { after }).map((item) => item.key);
          expect(rest).toEqual(expected.filter((key) => byBytes(key, after) > 0));
        }
        for (const start of all) {
          const subtree = expected.filter(
            (key) => key === start.key || (start.key.endsWith('/') && key.startsWith(start.key)),
          );
          expect(walked(start.path).map((item) => item.key)).toEqual(subtree);
          for (const after of [anywhere, start.key, expected.at(-1) ?? '']) {
            const rest = walked(start.path, { after }).map((item) => item.key);
            expect(rest).toEqual(subtree.filter((key) => byBytes(key, after) > 0));
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('subtrees wholly before the key are not visited', () => {
  for (const path of ['a/x', 'b/c/x', 'b/d/x', 'c']) {
    tree.makeDirectories(path);
  }
  const opened: string[] = [];
  const watched: Tree = new Proxy(tree, {
    get: (target, property) => {
      if (property === 'openDirectory') {
        return (path: string) => {
          opened.push(path);
          return target.openDirectory(path);
        };
      }
      const member: unknown = Reflect.get(target, property, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  expect(
    walk(watched, '', { after: 'b/c/x/' })
      .toArray()
      .map((item) => item.key),
  ).toEqual(['b/d/', 'b/d/x/', 'c/']);
  expect(opened).toEqual(['', 'b', 'b/c', 'b/c/x', 'b/d', 'b/d/x', 'c']);
});

test('the start is yielded itself, unless it is the root; a start that is not there is a failure', () => {
  fs.mkdirSync(root.at('a/b'), { recursive: true });
  fs.writeFileSync(root.at('a/b/file'), '');
  fs.symlinkSync('a', root.at('link'));
  expect(keys('a/b')).toEqual(['a/b/', 'a/b/file']);
  expect(keys('a/b/file')).toEqual(['a/b/file']);
  expect(keys('link')).toEqual(['link']);
  expect(keys('')).toContain('a/');
  expect(thrownBy(() => items('nothing'))).toMatchObject({ kind: 'NotFound' });
  expect(thrownBy(() => items('a/b/file/below'))).toMatchObject({ kind: 'NotFound' });
  expect(thrownBy(() => items('link/b'))).toMatchObject({ kind: 'Symlink' });
  expect(thrownBy(() => items('../x'))).toMatchObject({ kind: 'Outside' });
});

test('FIFOs and sockets are told, links are not followed, our temporary files are left out', () => {
  spawnSync('mkfifo', [root.at('fifo')]);
  fs.mkdirSync(root.at('d'));
  fs.symlinkSync('d', root.at('link'));
  fs.writeFileSync(root.at(`.drt-${'0'.repeat(32)}.tmp`), '');
  fs.writeFileSync(root.at('.drt-mine.tmp'), '');
  fs.mkdirSync(root.at(`.drt-${'1'.repeat(32)}.tmp`));
  const kinds = items().map((item) => ['attributes' in item && item.attributes.kind, item.key]);
  expect(kinds).toEqual([
    ['directory', `.drt-${'1'.repeat(32)}.tmp/`],
    ['file', '.drt-mine.tmp'],
    ['directory', 'd/'],
    ['other', 'fifo'],
    ['symlink', 'link'],
  ]);
});

describe('what cannot be looked at', () => {
  test('a directory that may not be read is yielded, then its failure; it does not look empty', () => {
    fs.mkdirSync(root.at('a/closed/inner'), { recursive: true });
    fs.writeFileSync(root.at('a/z'), '');
    fs.mkdirSync(root.at('a/listed-only'));
    fs.writeFileSync(root.at('a/listed-only/file'), '');
    fs.chmodSync(root.at('a/closed'), 0o000);
    fs.chmodSync(root.at('a/listed-only'), 0o444);
    const all = asNobody(() => items());
    expect(all.map(shown)).toEqual([
      'a',
      'a/closed',
      ['a/closed', 'AccessDenied'],
      'a/listed-only',
      ['a/listed-only/file', 'AccessDenied'],
      'a/z',
    ]);
    const all_keys = all.map((item) => item.key);
    expect(all_keys).toEqual([...new Set(all_keys)].sort(byBytes));
    for (const [index, after] of all_keys.entries()) {
      expect(asNobody(() => keys('', { after }))).toEqual(all_keys.slice(index + 1));
    }
    fs.chmodSync(root.at('a/closed'), 0o755);
    fs.chmodSync(root.at('a/listed-only'), 0o755);
  });

  test('a root that may not be read is a failure, not an empty tree', () => {
    fs.chmodSync(root.path, 0o311);
    expect(asNobody(() => items()).map(shown)).toEqual([['', 'AccessDenied']]);
    fs.chmodSync(root.path, 0o755);
  });

  test('a root that was removed is a failure, not an empty tree', () => {
    fs.rmdirSync(root.path);
    expect(items().map(shown)).toEqual([['', 'NotFound']]);
  });

  test('names that are not UTF-8 are failures, shown readably, and resumed behind like any other', () => {
    const raw = (...bytes: number[]) => Buffer.concat([Buffer.from(`${root.path}/d/`), Buffer.from(bytes)]);
    fs.mkdirSync(root.at('d'));
    fs.writeFileSync(raw(0x62, 0xff), '');
    fs.mkdirSync(raw(0x62, 0xfe));
    fs.writeFileSync(root.at('d/b\\xff'), '');
    fs.writeFileSync(root.at('d/!'), '');
    const all = items();
    expect(new Set(all.map(shown).map(String))).toEqual(
      new Set(['d', 'd/!', 'd//b\\xfe,NotUtf8', 'd//b\\xff,NotUtf8', 'd/b\\xff']),
    );
    const all_keys = all.map((item) => item.key);
    expect(all_keys).toEqual([...new Set(all_keys)].sort(byBytes));
    for (const [index, after] of all_keys.entries()) expect(keys('', { after })).toEqual(all_keys.slice(index + 1));
  });
});

describe('a tree that changes meanwhile', () => {
  test('what vanishes is left out; what became something else is too', () => {
    for (const each of ['a', 'b', 'c', 'd', 'e']) fs.mkdirSync(root.at(each));
    fs.writeFileSync(root.at('b/file'), '');
    const walking = walk(tree, '');
    expect(walking.next().value).toMatchObject({ key: 'a/' });
    fs.rmSync(root.at('b'), { recursive: true });
    fs.rmdirSync(root.at('c'));
    fs.writeFileSync(root.at('c'), '');
    fs.rmdirSync(root.at('d'));
    fs.symlinkSync('/etc', root.at('d'));
    expect(walking.toArray().map((item) => item.key)).toEqual(['e/']);
  });

  test('a walk that is given up closes what it opened', () => {
    tree.makeDirectories('a/b/c/d');
    const walking = walk(tree, '');
    walking.next();
    walking.next();
    expect(descriptorsBelow(root.path).length).toBeGreaterThan(1);
    walking.return(undefined);
    // One is the tree's own.
    expect(descriptorsBelow(root.path)).toEqual([root.path]);
  });
});

test('a chain of 1,500 directories is walked with a bounded number of open ones', () => {
  const path = Array.from({ length: 1500 }, (_, index) => `${index}`).join('/');
  tree.makeDirectories(path);
  fs.mkdirSync(root.at('0/z'));
  let most = 0;
  let count = 0;
  for (const item of walk(tree, '')) {
    expect('attributes' in item).toBe(true);
    count += 1;
    if (count % 50 === 0) most = Math.max(most, descriptorsBelow(root.path).length);
  }
  expect(count).toBe(1501);
  expect(most).toBeLessThan(40);
  expect(keys('', { after: `${path}/` })).toEqual(['0/z/']);
});

test('a directory of another file system is yielded but not entered, unless that is asked for', () => {
  // Every Linux has /proc mounted.
  using system = openTree('/');
  expect(
    walk(system, 'proc')
      .toArray()
      .map((item) => item.key),
  ).toEqual(['proc/']);
  expect(walk(system, 'proc', { crossMounts: true }).take(3).toArray()).toHaveLength(3);
});

import fs from 'node:fs';

import { afterEach, beforeEach, expect, test } from 'vitest';

import {
  asNobody,
  descriptorsBelow,
  snapshot,
  temporaryDirectory,
  thrownBy,
  type TemporaryDirectory,
} from './temporary-tree.ts';
import { openTree, type Tree } from './tree.ts';
import { isTemporaryName, type Writer } from './write.ts';

/** Writers that are killed, taken over from, or no longer allowed. */

let root: TemporaryDirectory;
let outside: TemporaryDirectory;
let tree: Tree;
beforeEach(() => {
  root = temporaryDirectory();
  outside = temporaryDirectory();
  tree = openTree(root.path);
});
afterEach(() => {
  tree[Symbol.dispose]();
  const forgotten = descriptorsBelow(root.path);
  root[Symbol.dispose]();
  outside[Symbol.dispose]();
  expect(forgotten).toEqual([]);
});

async function* body(...parts: string[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

const writer = (name: string, check = () => {}): Writer => ({ name, check });

/** Whatever is thrown or rejected with. */
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

/** The temporary name under which a writer writes an entry, which is not there any more. */
const temporaryNameOf = async (path: string, name: string): Promise<string> => {
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  let found = '';
  async function* looking() {
    found = fs.readdirSync(root.at(parent)).find(isTemporaryName) ?? '';
    yield Buffer.from('');
    throw new Error('seen');
  }
  await failureOf(tree.writeFile(path, looking(), {}, writer(name)));
  expect(isTemporaryName(found)).toBe(true);
  return found;
};

test('what a writer left of an entry is removed, and nothing of another writer or entry', async () => {
  fs.mkdirSync(root.at('d'));
  const names = {
    mine: await temporaryNameOf('d/file', 'one'),
    othersWriter: await temporaryNameOf('d/file', 'two'),
    otherEntry: await temporaryNameOf('d/file2', 'one'),
    elsewhere: await temporaryNameOf('file', 'one'),
  };
  expect(new Set(Object.values(names)).size).toBe(4);
  fs.writeFileSync(root.at('d/file'), 'done before');
  for (const name of Object.values(names)) fs.writeFileSync(root.at('d', name), 'half');
  tree.removeLeft('d/file', ['zero', 'one']);
  expect(fs.readdirSync(root.at('d')).toSorted()).toEqual(
    ['file', names.othersWriter, names.otherEntry, names.elsewhere].toSorted(),
  );
  tree.removeLeft('d/file', ['one', 'two']);
  expect(fs.readdirSync(root.at('d'))).not.toContain(names.othersWriter);
  fs.writeFileSync(root.at(names.elsewhere), 'half');
  tree.removeLeft('file', ['one']);
  expect(fs.readdirSync(root.path)).toEqual(['d']);
});

test('where there is nothing to be removed it is no failure: no directory, a file or a link in its place', () => {
  fs.writeFileSync(root.at('file'), '');
  fs.symlinkSync(outside.path, root.at('link'));
  const before = snapshot(outside.path);
  for (const path of ['missing/a', 'missing/b/c', 'file/a', 'link/a', 'none']) tree.removeLeft(path, ['one']);
  expect(snapshot(outside.path)).toEqual(before);
});

test('what cannot be removed is told', async () => {
  const name = await temporaryNameOf('file', 'one');
  fs.mkdirSync(root.at(name));
  expect(thrownBy(() => tree.removeLeft('file', ['one']))).toMatchObject({ kind: 'IsADirectory' });
});

test('a directory that may not be made is told as what it is, and one that somebody else made first is taken', () => {
  fs.chmodSync(root.path, 0o555);
  expect(asNobody(() => thrownBy(() => tree.makeDirectories('a/b')))).toMatchObject({ kind: 'AccessDenied' });
  fs.chmodSync(root.path, 0o755);
  tree.makeDirectories('a/b');
  tree.makeDirectories('a/b/c');
  expect(fs.readdirSync(root.at('a/b'))).toEqual(['c']);
});

test('a temporary name that somebody else has made is not written to', async () => {
  const name = await temporaryNameOf('file', 'one');
  fs.writeFileSync(outside.at('victim'), 'untouched');
  fs.symlinkSync(outside.at('victim'), root.at(name));
  expect(await failureOf(tree.writeFile('file', body('x'), {}, writer('one')))).toMatchObject({ errno: 'EEXIST' });
  expect(thrownBy(() => tree.writeSymlink('file', Buffer.from('x'), {}, writer('one')))).toMatchObject({
    errno: 'EEXIST',
  });
  expect(fs.readFileSync(outside.at('victim'), 'utf8')).toBe('untouched');
  // It is not ours to remove either.
  expect(fs.readdirSync(root.path)).toEqual([name]);
});

test('a writer that may not begin makes no name, and one whose time is over by the end changes none', async () => {
  fs.writeFileSync(root.at('file'), 'old');
  let checks = 0;
  const over = (when: number) =>
    writer('late', () => {
      checks += 1;
      if (checks === when) throw new Error('somebody else has it');
    });
  let isRead = false;
  async function* watched() {
    isRead = true;
    yield Buffer.from('new');
  }
  expect(await failureOf(tree.writeFile('file', watched(), {}, over(1)))).toMatchObject({
    message: 'somebody else has it',
  });
  expect(isRead).toBe(false);
  checks = 0;
  expect(await failureOf(tree.writeFile('file', watched(), {}, over(2)))).toMatchObject({
    message: 'somebody else has it',
  });
  expect(isRead).toBe(true);
  checks = 0;
  expect(thrownBy(() => tree.writeSymlink('file', Buffer.from('x'), {}, over(1)))).toMatchObject({
    message: 'somebody else has it',
  });
  expect(fs.readdirSync(root.path)).toEqual(['file']);
  expect(fs.readFileSync(root.at('file'), 'utf8')).toBe('old');
});

test('a directory in the place of the one that was opened gets nothing that was under way', async () => {
  fs.mkdirSync(root.at('d'));
  async function* exchanging() {
    yield Buffer.from('first');
    fs.renameSync(root.at('d'), root.at('moved'));
    fs.mkdirSync(root.at('d'));
  }
  expect(await failureOf(tree.writeFile('d/file', exchanging(), {}))).toMatchObject({ kind: 'NotFound' });
  expect(fs.readdirSync(root.at('d'))).toEqual([]);
  expect(fs.readdirSync(root.at('moved'))).toEqual([]);
});

test.each(['', '/', 'a/', '/a', 'a//b', '.', '..', 'a/..', '../a', 'a/./b', 'a\0b', '\ud800'])(
  'no entry can be written at %j',
  async (path) => {
    const kind = path === '' ? 'IsADirectory' : 'Outside';
    expect(await failureOf(tree.writeFile(path, body('x'), {}))).toMatchObject({ kind });
    expect(thrownBy(() => tree.writeSymlink(path, Buffer.from('x'), {}))).toMatchObject({ kind });
    expect(thrownBy(() => tree.readLink(path))).toMatchObject({ kind });
    expect(fs.readdirSync(root.path)).toEqual([]);
  },
);

test.each(['...', '.a', 'a.', '..a', 'a..b', 'a/.../b'])('%j is a name like any other', async (path) => {
  tree.makeDirectories('a/...');
  expect(await tree.writeFile(path, body('x'), {})).toMatchObject({ kind: 'file', size: 1 });
});

test.each(['kernel', 'components'] as const)('a name longer than any is refused by its length: %s', (way) => {
  using other = openTree(root.path, way);
  for (const length of [256, 1334, 5000, 10_000]) {
    expect(thrownBy(() => other.openDirectory('n'.repeat(length)))).toMatchObject({ kind: 'NameTooLong' });
  }
  // Longer than the kernel takes at once, and not there from its first piece on.
  expect(thrownBy(() => other.openDirectory(`${'d/'.repeat(2500)}d`))).toMatchObject({ kind: 'NotFound' });
});

import fs from 'node:fs';
import os from 'node:os';

import koffi from 'koffi';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { isFailure } from './failure.ts';
import { descriptorsBelow, temporaryDirectory, type TemporaryDirectory } from './temporary-tree.ts';
import { openTree, type Snapshot, type Tree } from './tree.ts';

const BLOCK = 2 ** 20;
const HOUR = 3_600_000;

let root: TemporaryDirectory;
let tree: Tree;

beforeEach(() => {
  root = temporaryDirectory();
  tree = openTree(root.path);
});

afterEach(() => {
  vi.useRealTimers();
  tree[Symbol.dispose]();
  const forgotten = descriptorsBelow(root.path);
  root[Symbol.dispose]();
  expect(forgotten).toEqual([]);
});

/** The file has not been touched for an hour. */
const letRest = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR });

/** `meanwhile`: what another program does when all was read. */
const readAll = async (snapshot: Snapshot, meanwhile: () => void = () => {}): Promise<Buffer> => {
  const bytes = Buffer.alloc(snapshot.attributes.size);
  expect(snapshot.read(bytes, 0)).toBe(bytes.length);
  meanwhile();
  await snapshot.confirm();
  return bytes;
};

/** How a reading went that something came into: noticed, or of a clone that has what was there before. */
const verdict = async (before: Buffer, reading: Promise<Buffer>): Promise<string> => {
  let bytes: Buffer;
  try {
    bytes = await reading;
  } catch (error) {
    return isFailure(error, 'Changed') ? 'fine' : String(error);
  }
  return bytes.equals(before) ? 'fine' : 'torn';
};

const libc = koffi.load(null);
const mmap = libc.func('void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)');
const munmap = libc.func('int munmap(void *address, size_t length)');

/** Stores through a shared mapping of the first page of a file. */
const mapping = (path: string): Disposable & { store(value: number): void } => {
  const fd = fs.openSync(path, 'r+');
  const start: unknown = mmap(null, 4096, 3, 1, fd, 0);
  return {
    store: (value) => koffi.encode(start, 0, 'uint8_t', value),
    [Symbol.dispose]: () => {
      munmap(start, 4096);
      fs.closeSync(fd);
    },
  };
};

/** tmpfs never tells of a second store. */
const tellsOfStores = [0xef53, 0x58465342, 0x9123683e].includes(fs.statfsSync(os.tmpdir()).type);

const content = Buffer.alloc(3 * BLOCK + 17, 'content');

test.each([
  ['at rest', {}, letRest],
  ['touched just now', {}, () => undefined],
  ['at rest and known to change', { isRestless: true }, letRest],
])('a snapshot of a file that is %s has its bytes and attributes', async (_, options, prepare) => {
  fs.writeFileSync(root.at('f'), content, { mode: 0o640 });
  const directory = fs.statSync(root.path, { bigint: true });
  prepare();
  using snapshot = await tree.openSnapshot('f', options);
  expect(snapshot.attributes).toMatchObject({ kind: 'file', mode: 0o640, size: content.length });
  expect(snapshot.attributes).toMatchObject({ ctimeNs: tree.lstat('f')?.ctimeNs, mtimeNs: tree.lstat('f')?.mtimeNs });
  // In parts and out of order, as an upload may read them.
  const bytes = Buffer.alloc(content.length);
  expect(snapshot.read(bytes.subarray(2 * BLOCK), 2 * BLOCK)).toBe(BLOCK + 17);
  expect(snapshot.read(bytes.subarray(0, 2 * BLOCK), 0)).toBe(2 * BLOCK);
  await snapshot.confirm();
  expect(bytes.equals(content)).toBe(true);
  const { mtimeNs, ctimeNs } = fs.statSync(root.path, { bigint: true });
  expect({ mtimeNs, ctimeNs }).toEqual({ mtimeNs: directory.mtimeNs, ctimeNs: directory.ctimeNs });
});

test('an empty file has a snapshot; a directory, a link and nothing have none', async () => {
  fs.writeFileSync(root.at('empty'), '');
  fs.mkdirSync(root.at('d'));
  fs.symlinkSync('empty', root.at('link'));
  using snapshot = await tree.openSnapshot('empty');
  expect(await readAll(snapshot)).toEqual(Buffer.alloc(0));
  await expect(tree.openSnapshot('d')).rejects.toMatchObject({ kind: 'IsADirectory' });
  await expect(tree.openSnapshot('')).rejects.toMatchObject({ kind: 'IsADirectory' });
  await expect(tree.openSnapshot('link')).rejects.toMatchObject({ kind: 'Symlink' });
  await expect(tree.openSnapshot('none')).rejects.toMatchObject({ kind: 'NotFound' });
});

/** What another program does to a file of whose snapshot the first block has been read. */
const CHANGES: Readonly<Record<string, (path: string) => void>> = {
  'rewritten in place': (path) => fs.writeFileSync(path, Buffer.alloc(content.length, 'other'), { flag: 'r+' }),
  'cut short': (path) => fs.truncateSync(path, BLOCK),
  'cut short and written again': (path) => fs.writeFileSync(path, content),
  'appended to': (path) => fs.appendFileSync(path, 'more'),
};

test.each(Object.keys(CHANGES).flatMap((change) => [true, false].map((rests) => [change, rests] as const)))(
  'a file that is %s while it is read has changed, or its clone has not (at rest before: %s)',
  async (change, rests) => {
    fs.writeFileSync(root.at('f'), content);
    if (rests) letRest();
    using snapshot = await tree.openSnapshot('f');
    const bytes = Buffer.alloc(content.length);
    snapshot.read(bytes.subarray(0, BLOCK), 0);
    CHANGES[change]?.(root.at('f'));
    const readRest = async () => {
      snapshot.read(bytes.subarray(BLOCK), BLOCK);
      await snapshot.confirm();
      return bytes;
    };
    expect(await verdict(content, readRest())).toBe('fine');
  },
);

test('a change that puts the times back is found out by reading twice', async () => {
  fs.writeFileSync(root.at('f'), content);
  const { atimeNs, mtimeNs } = tree.lstat('f') ?? { atimeNs: 0n, mtimeNs: 0n };
  using snapshot = await tree.openSnapshot('f', { isRestless: true });
  const change = () => {
    fs.writeFileSync(root.at('f'), Buffer.from('C'), { flag: 'r+' });
    tree.setAttributes('f', { atimeNs, mtimeNs });
  };
  expect(await verdict(content, readAll(snapshot, change))).toBe('fine');
});

test('who changes only the mode all the time does not keep a file from being read', async () => {
  fs.writeFileSync(root.at('f'), content);
  using snapshot = await tree.openSnapshot('f', { isRestless: true });
  const chmod = () => fs.chmodSync(root.at('f'), 0o600);
  expect((await readAll(snapshot, chmod)).equals(content)).toBe(true);
  // The next export sees another time of change, and takes the mode.
  expect(snapshot.attributes.ctimeNs).not.toBe(tree.lstat('f')?.ctimeNs);
});

test('a file at rest shows the first store through a mapping', async () => {
  fs.writeFileSync(root.at('f'), content);
  const fd = fs.openSync(root.at('f'), 'r');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  letRest();
  using map = mapping(root.at('f'));
  using snapshot = await tree.openSnapshot('f');
  await expect(readAll(snapshot, () => map.store(1))).rejects.toMatchObject({ kind: 'Changed' });
});

test.skipIf(!tellsOfStores)(
  'a store that comes after a snapshot is seen, although the page was dirty before (needs temporary files on a disk)',
  async () => {
    fs.writeFileSync(root.at('f'), content);
    using map = mapping(root.at('f'));
    map.store(1);
    using snapshot = await tree.openSnapshot('f');
    expect((await readAll(snapshot))[0]).toBe(1);
    map.store(2);
    expect(tree.lstat('f')?.ctimeNs).not.toBe(snapshot.attributes.ctimeNs);
  },
);

test('a store to a page that is dirty already is found out by reading twice', async () => {
  fs.writeFileSync(root.at('f'), content);
  using map = mapping(root.at('f'));
  map.store(1);
  const before = fs.readFileSync(root.at('f'));
  using snapshot = await tree.openSnapshot('f');
  expect(
    await verdict(
      before,
      readAll(snapshot, () => map.store(2)),
    ),
  ).toBe('fine');
});

test('an abort ends it', async () => {
  fs.writeFileSync(root.at('f'), content);
  const reason = new Error('stop');
  await expect(tree.openSnapshot('f', { isRestless: true, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

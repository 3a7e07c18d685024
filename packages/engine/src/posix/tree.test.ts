import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { eachName } from './listing.ts';
import { asNobody, descriptorsBelow, temporaryDirectory, thrownBy, type TemporaryDirectory } from './temporary-tree.ts';
import { openTree, type Tree } from './tree.ts';

const isRoot = process.getuid?.() === 0;

describe.each(['kernel', 'components'] as const)('a tree, resolved by %s', (way) => {
  let root: TemporaryDirectory;
  let tree: Tree;

  beforeEach(() => {
    root = temporaryDirectory();
    tree = openTree(root.path, way);
  });

  afterEach(() => {
    tree[Symbol.dispose]();
    const forgotten = descriptorsBelow(root.path);
    root[Symbol.dispose]();
    expect(forgotten).toEqual([]);
  });

  test('its identity is the device and inode of the root directory', () => {
    const { dev, ino } = fs.statSync(root.path, { bigint: true });
    expect(tree.identity).toEqual({ dev, ino });
  });

  test('lstat says what the system says, for every kind of entry', () => {
    fs.mkdirSync(root.at('d'), { mode: 0o1750 });
    fs.writeFileSync(root.at('d/file'), 'twelve bytes');
    fs.symlinkSync('nowhere', root.at('d/link'));
    spawnSync('mkfifo', [root.at('d/fifo')]);
    for (const [path, kind] of [
      ['', 'directory'],
      ['d', 'directory'],
      ['d/file', 'file'],
      ['d/link', 'symlink'],
      ['d/fifo', 'other'],
    ] as const) {
      const system = fs.lstatSync(root.at(path), { bigint: true });
      expect(tree.lstat(path)).toEqual({
        kind,
        size: Number(system.size),
        mode: Number(system.mode & 0o7777n),
        uid: Number(system.uid),
        gid: Number(system.gid),
        atimeNs: system.atimeNs,
        mtimeNs: system.mtimeNs,
        ctimeNs: system.ctimeNs,
        dev: system.dev,
        ino: system.ino,
      });
    }
  });

  test('lstat answers undefined for what is not there, also below a file', () => {
    fs.writeFileSync(root.at('file'), '');
    expect(tree.lstat('nothing')).toBeUndefined();
    expect(tree.lstat('nothing/below')).toBeUndefined();
    expect(tree.lstat('file/below')).toBeUndefined();
  });

  test('an open directory lists and looks up its entries wherever it is moved', () => {
    fs.mkdirSync(root.at('before'));
    fs.writeFileSync(root.at('before/file'), '');
    using directory = tree.openDirectory('before');
    fs.renameSync(root.at('before'), root.at('after'));
    expect(directory.list().map((name) => [name.text, name.kind])).toEqual([['file', 'file']]);
    expect(directory.lstat('file')?.kind).toBe('file');
    expect(directory.lstat('other')).toBeUndefined();
  });

  test('names that are not UTF-8 are listed as bytes, names that look odd as text', () => {
    const latin1 = Buffer.from([0x66, 0xfc, 0x72]);
    fs.writeFileSync(Buffer.concat([Buffer.from(`${root.path}/`), latin1]), '');
    const odd = ['\ufffd', '\ufeffbom', 'line\nbreak', '\u{1f600}', '%2e%2e', 'ä', 'a\u0308'];
    for (const name of odd) fs.writeFileSync(root.at(name), '');
    const names = tree.list('');
    expect(new Set(names.map((name) => name.text))).toEqual(new Set([...odd, undefined]));
    for (const { text, raw } of names) expect(raw).toEqual(text === undefined ? latin1 : Buffer.from(text));
  });

  test('a listing without types finds them out', () => {
    fs.mkdirSync(root.at('d'));
    fs.symlinkSync('x', root.at('l'));
    fs.writeFileSync(Buffer.concat([Buffer.from(`${root.path}/f`), Buffer.from([0xff])]), '');
    using directory = tree.openDirectory('');
    const listed = directory.list().map(({ raw, kind }) => `${raw.toString('latin1')} ${kind}`);
    expect(listed).toHaveLength(3);
    const untyped: string[] = [];
    expect(eachName(directory.fd, (raw, kind) => untyped.push(`${raw.toString('latin1')} ${kind}`), false)).toBe(0);
    expect(untyped.toSorted()).toEqual(listed.toSorted());
  });

  test('a file is read from any position, as far as it goes, and its attributes are those of the open file', () => {
    fs.writeFileSync(root.at('file'), '0123456789');
    using file = tree.openFile('file');
    fs.renameSync(root.at('file'), root.at('moved'));
    const into = Buffer.alloc(4);
    expect(file.read(into, 3)).toBe(4);
    expect(into.toString()).toBe('3456');
    expect(file.read(into, 8)).toBe(2);
    expect(file.read(into, 10)).toBe(0);
    expect(file.now().size).toBe(10);
    fs.appendFileSync(root.at('moved'), 'x');
    expect(file.now().size).toBe(11);
    expect(file.attributes.size).toBe(10);
    expect(file.now().mtimeNs).not.toBe(file.attributes.mtimeNs);
  });

  test('reading a file leaves its access time alone', () => {
    fs.writeFileSync(root.at('file'), 'x');
    const longAgo = 1_000_000_000_123_456_789n;
    tree.setAttributes('file', { atimeNs: longAgo });
    {
      using file = tree.openFile('file');
      expect(file.read(Buffer.alloc(1), 0)).toBe(1);
    }
    expect(tree.lstat('file')?.atimeNs).toBe(longAgo);
  });

  test('only regular files are opened; a FIFO, a socket and a device are refused unopened', async () => {
    fs.mkdirSync(root.at('d'));
    fs.symlinkSync('d', root.at('l'));
    spawnSync('mkfifo', [root.at('fifo')]);
    const server = net.createServer().listen(root.at('socket'));
    await once(server, 'listening');
    using devices = openTree('/dev', way);
    // Opening a socket would be ENXIO: that no errno is there shows that nobody tried.
    expect(thrownBy(() => tree.openFile('socket'))).toMatchObject({ kind: 'Special', errno: undefined });
    expect(thrownBy(() => tree.openFile('fifo'))).toMatchObject({ kind: 'Special', errno: undefined });
    expect(thrownBy(() => devices.openFile('null'))).toMatchObject({ kind: 'Special', errno: undefined });
    expect(thrownBy(() => tree.openFile('d'))).toMatchObject({ kind: 'IsADirectory' });
    expect(thrownBy(() => tree.openFile(''))).toMatchObject({ kind: 'IsADirectory' });
    expect(thrownBy(() => tree.openFile('l'))).toMatchObject({ kind: 'Symlink' });
    expect(thrownBy(() => tree.openFile('nothing'))).toMatchObject({ kind: 'NotFound', errno: 'ENOENT' });
    expect(thrownBy(() => tree.setAttributes('fifo', { mode: 0o600 }))).toMatchObject({ kind: 'Special' });
    server.close();
    await once(server, 'close');
  });

  test('what may not be read is AccessDenied', () => {
    fs.mkdirSync(root.at('closed'), { mode: 0o000 });
    fs.writeFileSync(root.at('secret'), '', { mode: 0o000 });
    expect(thrownBy(() => asNobody(() => tree.list('closed')))).toMatchObject({ kind: 'AccessDenied' });
    expect(thrownBy(() => asNobody(() => tree.openFile('secret')))).toMatchObject({ kind: 'AccessDenied' });
    expect(thrownBy(() => asNobody(() => tree.lstat('closed/x')))).toMatchObject({ kind: 'AccessDenied' });
    expect(asNobody(() => tree.lstat('secret')?.kind)).toBe('file');
  });

  test('a file of somebody else is readable without the right to hide it', () => {
    fs.writeFileSync(root.at('public'), 'x', { mode: 0o644 });
    asNobody(() => {
      using file = tree.openFile('public');
      expect(file.read(Buffer.alloc(1), 0)).toBe(1);
    });
  });

  test('makeDirectories makes what is missing and is content with what is there', () => {
    tree.makeDirectories('a/b/c');
    tree.makeDirectories('a/b/c');
    tree.makeDirectories('a/b/d/e');
    tree.makeDirectories('');
    expect(fs.statSync(root.at('a/b/c')).isDirectory()).toBe(true);
    expect(fs.statSync(root.at('a/b/d/e')).mode & 0o777).toBe(0o755 & ~process.umask());
    fs.writeFileSync(root.at('a/file'), '');
    expect(thrownBy(() => tree.makeDirectories('a/file'))).toMatchObject({ kind: 'NotADirectory' });
    expect(thrownBy(() => tree.makeDirectories('a/file/x'))).toMatchObject({ kind: 'NotADirectory' });
  });

  test('times are set and read exact to the nanosecond, on files, directories and symbolic links', () => {
    fs.writeFileSync(root.at('file'), '');
    fs.mkdirSync(root.at('directory'));
    fs.symlinkSync('nowhere', root.at('link'));
    const time = fc.bigInt({ min: 0n, max: 2_147_483_647_999_999_999n });
    fc.assert(
      fc.property(fc.constantFrom('file', 'directory', 'link'), time, time, (path, atimeNs, mtimeNs) => {
        expect(tree.setAttributes(path, { atimeNs, mtimeNs })).toMatchObject({ atimeNs, mtimeNs });
        const system = fs.lstatSync(root.at(path), { bigint: true });
        expect([system.atimeNs, system.mtimeNs]).toEqual([atimeNs, mtimeNs]);
      }),
    );
  });

  test('one time alone leaves the other; times before 1970 are exact; times beyond all clocks are clamped', () => {
    fs.writeFileSync(root.at('file'), '');
    tree.setAttributes('file', { atimeNs: 5n, mtimeNs: 7n });
    expect(tree.setAttributes('file', { mtimeNs: -1_500_000_001n })).toMatchObject({
      atimeNs: 5n,
      mtimeNs: -1_500_000_001n,
    });
    expect(fs.lstatSync(root.at('file'), { bigint: true }).mtimeNs).toBe(-1_500_000_001n);
    expect(tree.setAttributes('file', { atimeNs: 9n })).toMatchObject({ atimeNs: 9n, mtimeNs: -1_500_000_001n });
    const late = tree.setAttributes('file', { mtimeNs: 2n ** 200n }).mtimeNs;
    const early = tree.setAttributes('file', { mtimeNs: -(2n ** 200n) }).mtimeNs;
    // 2038 and 1901 are the least that any file system holds.
    expect(late).toBeGreaterThanOrEqual(2_147_483_647_000_000_000n);
    expect(early).toBeLessThanOrEqual(-2_147_483_648_000_000_000n);
  });

  test('owner and mode are set where this process may, and the owner is left where it may not', () => {
    fs.writeFileSync(root.at('file'), '');
    fs.symlinkSync('nowhere', root.at('link'));
    const mine = { uid: process.getuid?.(), gid: process.getgid?.() };
    const wanted = isRoot ? { uid: 12_345, gid: 54_321 } : mine;
    expect(tree.setAttributes('file', { uid: 12_345, gid: 54_321, mode: 0o2751 })).toMatchObject(wanted);
    // Changing the owner takes setgid away, so the mode must come after it.
    expect(fs.statSync(root.at('file')).mode & 0o7777).toBe(0o2751);
    expect(tree.setAttributes('link', { uid: 12_345, gid: 54_321 })).toMatchObject(wanted);
    expect(tree.setAttributes('', { mode: 0o1777 }).mode).toBe(0o1777);

    fs.mkdirSync(root.at('theirs'), { mode: 0o777 });
    fs.chmodSync(root.at('theirs'), 0o777);
    const made = asNobody(() => {
      tree.makeDirectories('theirs/d');
      return tree.setAttributes('theirs/d', { uid: 0, gid: 0, mode: 0o700, mtimeNs: 3n });
    });
    const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : mine;
    expect(made).toMatchObject({ ...nobody, mode: 0o700, mtimeNs: 3n });
  });

  test('a mode that this process may not set is AccessDenied', () => {
    using system = openTree('/', way);
    expect(thrownBy(() => asNobody(() => system.setAttributes('etc', { mode: 0o755 })))).toMatchObject({
      kind: 'AccessDenied',
    });
  });

  test('everything works on paths beyond PATH_MAX', async () => {
    const long = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(125, 'ü')).join('/');
    const wide = Array.from({ length: 50 }, () => '\u{1f600}'.repeat(60)).join('/');
    const deep = Array.from({ length: 2500 }, (_, index) => `${index}`).join('/');
    // Without openat2 the time grows with the square of the depth.
    for (const directory of way === 'kernel' ? [long, wide, deep] : [long, wide]) {
      tree.makeDirectories(directory);
      const path = `${directory}/leaf`;
      expect(Buffer.byteLength(path)).toBeGreaterThan(8192);
      await tree.writeFile(path, chunks('deep'), { mtimeNs: 42n });
      tree.writeSymlink(`${directory}/link`, Buffer.from('leaf'), {});
      expect(tree.list(directory).map((name) => name.text)).toHaveLength(2);
      expect(tree.lstat(path)).toMatchObject({ kind: 'file', size: 4, mtimeNs: 42n });
      expect(tree.readLink(`${directory}/link`).toString()).toBe('leaf');
      expect(tree.setAttributes(path, { mode: 0o600 }).mode).toBe(0o600);
      using file = tree.openFile(path);
      expect(file.read(Buffer.alloc(10), 0)).toBe(4);
      tree.removeTree(directory.slice(0, directory.indexOf('/')));
    }
    expect(tree.list('')).toEqual([]);
    expect(thrownBy(() => tree.lstat('x'.repeat(256)))).toMatchObject({ kind: 'NameTooLong' });
    expect(thrownBy(() => tree.lstat('x'.repeat(20_000)))).toMatchObject({ kind: 'NameTooLong' });
  });

  test('a root that is not a directory, or not there, is RootMissing', () => {
    fs.writeFileSync(root.at('file'), '');
    expect(thrownBy(() => openTree(root.at('nothing'), way))).toMatchObject({ kind: 'RootMissing', errno: 'ENOENT' });
    expect(thrownBy(() => openTree(root.at('file'), way))).toMatchObject({ kind: 'RootMissing', errno: 'ENOTDIR' });
  });

  test('a tree whose root is moved stays the same tree', () => {
    tree.makeDirectories('d');
    fs.renameSync(root.path, `${root.path}.moved`);
    try {
      fs.mkdirSync(root.path);
      expect(tree.lstat('d')?.kind).toBe('directory');
      expect(openTreeIdentity(root.path)).not.toEqual(tree.identity);
      fs.rmdirSync(root.path);
    } finally {
      fs.renameSync(`${root.path}.moved`, root.path);
    }
  });

  test('a closed tree answers nothing, even when its descriptor number is in use again', () => {
    tree[Symbol.dispose]();
    const reused = fs.openSync('/', 'r');
    expect(thrownBy(() => tree.lstat('etc'))).toMatchObject({ kind: 'Other', errno: 'EBADF' });
    fs.closeSync(reused);
  });
});

const openTreeIdentity = (path: string) => {
  using tree = openTree(path);
  return tree.identity;
};

async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { text } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { asNobody, descriptorsBelow, temporaryDirectory, thrownBy, type TemporaryDirectory } from './temporary-tree.ts';
import { openTree, type Tree } from './tree.ts';
import { isTemporaryName } from './write.ts';

const isRoot = process.getuid?.() === 0;

async function* pieces(...parts: (string | Buffer | Error)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield Buffer.from(part);
  }
}

const contentAndHash = (length: number, fill: number) => {
  const content = Buffer.alloc(length, fill);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
};

describe('writing into a tree', () => {
  let root: TemporaryDirectory;
  let tree: Tree;

  beforeEach(() => {
    root = temporaryDirectory();
    tree = openTree(root.path);
  });

  afterEach(() => {
    tree[Symbol.dispose]();
    const forgotten = descriptorsBelow(root.path);
    const temporary = fs
      .readdirSync(root.path, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.drt-/.test(name));
    root[Symbol.dispose]();
    expect({ forgotten, temporary }).toEqual({ forgotten: [], temporary: [] });
  });

  test('a file has all its bytes and attributes, and answers what lstat says', async () => {
    const times = { atimeNs: 1_600_000_000_000_000_001n, mtimeNs: 1_500_000_000_999_999_999n };
    const written = await tree.writeFile('file', pieces('one ', '', 'two ', Buffer.from([0xff, 0])), {
      mode: 0o640,
      ...times,
    });
    expect(tree.lstat('file')).toEqual(written);
    expect(written).toMatchObject({ kind: 'file', size: 10, mode: 0o640, ...times });
    expect(fs.readFileSync(root.at('file'), 'latin1')).toBe('one two \xff\0');
  });

  test('without attributes a file is 0644 and of this moment, whatever the umask', async () => {
    const umask = process.umask(0o077);
    try {
      expect(await tree.writeFile('file', pieces(), {})).toMatchObject({
        size: 0,
        mode: 0o644,
        uid: process.getuid?.(),
      });
    } finally {
      process.umask(umask);
    }
  });

  test('an owner is given where this process may give it', async () => {
    const written = await tree.writeFile('file', pieces('x'), { uid: 4242, gid: 4343, mode: 0o2711 });
    const own = { uid: process.getuid?.(), gid: process.getgid?.() };
    expect(written).toMatchObject(isRoot ? { uid: 4242, gid: 4343 } : own);
    expect(written.mode & 0o777).toBe(0o711);
  });

  test('without the right to give files away the owner stays, and everything else is set', async () => {
    fs.chmodSync(root.path, 0o777);
    const symlink = asNobody(() => tree.writeSymlink('link', Buffer.from('t'), { uid: 0, gid: 0, mtimeNs: 9n }));
    const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : { uid: process.getuid?.() };
    expect(symlink).toMatchObject({ ...nobody, mtimeNs: 9n });
  });

  test('a group that this user belongs to is given even when the owner cannot be', () => {
    const groups = process.getgroups?.() ?? [];
    const gid = isRoot ? 4343 : (groups.at(-1) ?? 0);
    fs.writeFileSync(root.at('file'), '');
    if (isRoot) {
      fs.chownSync(root.at('file'), 65_534, 65_534);
      process.setgroups?.([gid]);
    }
    const set = asNobody(() => tree.setAttributes('file', { uid: 1, gid }));
    if (isRoot) process.setgroups?.(groups);
    expect(set).toMatchObject({ uid: isRoot ? 65_534 : process.getuid?.(), gid });
  });

  test('whatever had the name is replaced in one step, but never a directory', async () => {
    fs.mkdirSync(root.at('directory'));
    fs.writeFileSync(root.at('hard'), 'old');
    fs.linkSync(root.at('hard'), root.at('link'));
    spawnSync('mkfifo', [root.at('fifo')]);
    await tree.writeFile('link', pieces('new'), {});
    await tree.writeFile('fifo', pieces('new'), {});
    expect(fs.readFileSync(root.at('hard'), 'utf8')).toBe('old');
    expect(fs.readFileSync(root.at('link'), 'utf8')).toBe('new');
    expect(fs.readFileSync(root.at('fifo'), 'utf8')).toBe('new');
    let isAsked = false;
    async function* body() {
      isAsked = true;
      yield Buffer.from('x');
    }
    await expect(tree.writeFile('directory', body(), {})).rejects.toMatchObject({ kind: 'IsADirectory' });
    await expect(tree.writeFile('x'.repeat(256), body(), {})).rejects.toMatchObject({ kind: 'NameTooLong' });
    await expect(tree.writeFile('nothing/file', body(), {})).rejects.toMatchObject({ kind: 'NotFound' });
    await expect(tree.writeFile('hard/file', body(), {})).rejects.toMatchObject({ kind: 'NotADirectory' });
    expect(thrownBy(() => tree.writeSymlink('directory', Buffer.from('t'), {}))).toMatchObject({
      kind: 'IsADirectory',
    });
    // What cannot be written is refused before anything is downloaded.
    expect(isAsked).toBe(false);
  });

  test('a body that fails leaves the old file and nothing else, and its own error arrives', async () => {
    fs.writeFileSync(root.at('file'), 'old');
    const abort = new DOMException('stopped', 'AbortError');
    await expect(tree.writeFile('file', pieces('half', abort), {})).rejects.toBe(abort);
    expect(fs.readFileSync(root.at('file'), 'utf8')).toBe('old');
    await expect(tree.writeFile('new', pieces('half', abort), {})).rejects.toBe(abort);
    expect(fs.readdirSync(root.path)).toEqual(['file']);
  });

  test('a file that grows beyond what may be written is a failure and leaves nothing', () => {
    // /dev/full cannot be a tree, so the kernel's limit for file sizes stands in for a full disk.
    const script = `
      process.on('SIGXFSZ', () => {});
      const { openTree } = await import(process.argv[1]);
      const tree = openTree(process.argv[2]);
      async function* body() { for (let i = 0; i < 64; i += 1) yield Buffer.alloc(65536); }
      await tree.writeFile('file', body(), {}).catch((error) => process.stdout.write(error.kind + ' ' + error.errno));
    `;
    const child = spawnSync(
      'sh',
      [
        '-c',
        'ulimit -f 1024; exec "$@"',
        'sh',
        process.execPath,
        '--input-type=module',
        '-e',
        script,
        `${import.meta.dirname}/tree.ts`,
        root.path,
      ],
      { encoding: 'utf8' },
    );
    expect(child.stdout).toBe('Other EFBIG');
    expect(fs.readdirSync(root.path)).toEqual([]);
  });

  test('at every moment of a write the old file stands whole, beside one temporary name of ours', async () => {
    fs.writeFileSync(root.at('file'), 'old');
    async function* watching() {
      for (let part = 0; part < 3; part += 1) {
        yield Buffer.from('new');
        const others = fs.readdirSync(root.path).filter((name) => name !== 'file');
        expect(others.map(isTemporaryName)).toEqual([true]);
        expect(fs.statSync(root.at(others[0] ?? '')).mode & 0o777).toBe(0o600);
        expect(fs.readFileSync(root.at('file'), 'utf8')).toBe('old');
      }
    }
    await tree.writeFile('file', watching(), {});
    expect(fs.readFileSync(root.at('file'), 'utf8')).toBe('newnewnew');
  });

  test('a reader in another process never sees a file half written', async () => {
    const length = 300_000;
    fs.writeFileSync(root.at('file'), contentAndHash(length, 0));
    const reader = spawn(process.execPath, ['--input-type=module', '-e', READER, root.at('file')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(reader.stdout, 'data');
    for (let version = 1; version <= 200; version += 1) {
      const whole = contentAndHash(length, version);
      await tree.writeFile(
        'file',
        pieces(whole.subarray(0, 1000), whole.subarray(1000, 200_000), whole.subarray(200_000)),
        {},
      );
    }
    reader.stdin.end();
    const seen: unknown = JSON.parse(await text(reader.stdout));
    expect(seen).toMatchObject({ torn: 0 });
    // It did read while the versions changed.
    expect(seen).toHaveProperty(
      'versions',
      expect.toSatisfy((versions: number) => versions > 3),
    );
  });

  test('two writers of one name leave one whole file', async () => {
    await Promise.all([
      tree.writeFile('file', pieces('aaaa', 'aaaa'), {}),
      tree.writeFile('file', pieces('bbbb', 'bbbb'), {}),
    ]);
    expect(['aaaaaaaa', 'bbbbbbbb']).toContain(fs.readFileSync(root.at('file'), 'utf8'));
  });

  test('a symbolic link keeps its target byte for byte and its own times', () => {
    for (const target of [Buffer.from('../../etc'), Buffer.from([0xff, 0x2f, 0x0a]), Buffer.alloc(4095, 'x')]) {
      const written = tree.writeSymlink('link', target, { atimeNs: 1n, mtimeNs: 1_234_567_890_123_456_789n });
      expect(written).toMatchObject({ kind: 'symlink', size: target.length, mtimeNs: 1_234_567_890_123_456_789n });
      expect(tree.readLink('link')).toEqual(target);
    }
  });

  test('a target that no link can have is refused and leaves nothing', () => {
    expect(thrownBy(() => tree.writeSymlink('link', Buffer.alloc(0), {}))).toMatchObject({ kind: 'Other' });
    expect(thrownBy(() => tree.writeSymlink('link', Buffer.from('a\0b'), {}))).toMatchObject({ kind: 'Other' });
    expect(thrownBy(() => tree.writeSymlink('link', Buffer.alloc(5000, 'x'), {}))).toMatchObject({
      kind: 'NameTooLong',
    });
    expect(fs.readdirSync(root.path)).toEqual([]);
  });

  test('removeTree takes whole trees with names of any bytes, and answers calmly when nothing is there', () => {
    const raw = Buffer.concat([Buffer.from(`${root.path}/a/`), Buffer.from([0xfc, 0xff])]);
    fs.mkdirSync(root.at('a'));
    fs.mkdirSync(raw);
    fs.writeFileSync(Buffer.concat([raw, Buffer.from('/f'), Buffer.from([0xfe])]), '');
    fs.mkdirSync(root.at('a/b/c'), { recursive: true });
    fs.writeFileSync(root.at('a/b/file'), '');
    fs.writeFileSync(root.at('ab'), '');
    tree.removeTree('a/b');
    expect(fs.readdirSync(root.at('a'))).toHaveLength(1);
    tree.removeTree('a');
    expect(fs.readdirSync(root.path)).toEqual(['ab']);
    tree.removeTree('a');
    tree.removeTree('ab/below');
    tree.removeTree('nothing/below');
    tree.removeTree('ab');
    expect(fs.readdirSync(root.path)).toEqual([]);
  });

  test('removeTree of the root empties it and lets it stand', () => {
    fs.mkdirSync(root.at('a/b'), { recursive: true });
    fs.writeFileSync(root.at('file'), '');
    tree.removeTree('');
    expect(fs.readdirSync(root.path)).toEqual([]);
  });

  test('what cannot be removed is a failure that names it', () => {
    fs.mkdirSync(root.at('kept'), { mode: 0o755 });
    fs.writeFileSync(root.at('kept/file'), '');
    if (!isRoot) fs.chmodSync(root.at('kept'), 0o555);
    expect(thrownBy(() => asNobody(() => tree.removeTree('kept')))).toMatchObject({
      kind: 'AccessDenied',
      path: 'kept/file',
    });
    fs.chmodSync(root.at('kept'), 0o755);
  });

  test.each(['kernel', 'components'] as const)(
    'nothing in another mount is removed, nor its mount point: %s',
    (way) => {
      // Every Linux has /proc, and nothing in it could be removed if this went wrong.
      using system = openTree('/', way);
      expect(thrownBy(() => system.removeTree('proc'))).toMatchObject({
        kind: 'Outside',
        errno: 'EXDEV',
        path: 'proc',
      });
    },
  );
});

/** Reads a file again and again until its input ends; each version must be whole, which its hash at the end shows. */
const READER = `
  import { createHash } from 'node:crypto';
  import fs from 'node:fs';
  let [torn, isOver] = [0, false];
  const versions = new Set();
  process.stdin.resume().on('end', () => (isOver = true));
  process.stdout.write(' ');
  const look = () => {
    const bytes = fs.readFileSync(process.argv[1]);
    const [content, hash] = [bytes.subarray(0, -32), bytes.subarray(-32)];
    if (content.length !== 300000 || !createHash('sha256').update(content).digest().equals(hash)) torn += 1;
    versions.add(content[0]);
    if (isOver) process.stdout.write(JSON.stringify({ torn, versions: versions.size }));
    else setImmediate(look);
  };
  look();
`;

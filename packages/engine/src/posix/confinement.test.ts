import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { PosixFailure } from './failure.ts';
import { snapshot, temporaryDirectory, thrownBy, type TemporaryDirectory } from './temporary-tree.ts';
import { openTree, type Tree, type TreePath } from './tree.ts';

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

const failureOf = (pending: Promise<unknown>) =>
  pending.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Every call that takes a path, as far as it says how it went. */
const everyCall = (tree: Tree, path: TreePath): Record<string, () => unknown> => ({
  lstat: () => thrownBy(() => tree.lstat(path)),
  list: () => thrownBy(() => tree.list(path)),
  openDirectory: () => thrownBy(() => tree.openDirectory(path)),
  openFile: () => thrownBy(() => tree.openFile(path)),
  openSnapshot: () => failureOf(tree.openSnapshot(path).then((opened) => opened[Symbol.dispose]())),
  readLink: () => thrownBy(() => tree.readLink(path)),
  makeDirectories: () => thrownBy(() => tree.makeDirectories(path)),
  writeFile: () => failureOf(tree.writeFile(path, bytes('escaped'), { mode: 0o777, mtimeNs: 1n })),
  writeSymlink: () => thrownBy(() => tree.writeSymlink(path, Buffer.from('escaped'), {})),
  setAttributes: () => thrownBy(() => tree.setAttributes(path, { uid: 1, gid: 1, mode: 0o777, mtimeNs: 1n })),
  removeTree: () => thrownBy(() => tree.removeTree(path)),
});

describe.each(['kernel', 'components'] as const)('nothing outside the root is reached, resolved by %s', (way) => {
  let world: TemporaryDirectory;
  let tree: Tree;
  let before: Record<string, unknown>;

  beforeEach(() => {
    world = temporaryDirectory();
    fs.mkdirSync(world.at('root/inside'), { recursive: true });
    fs.mkdirSync(world.at('outside/directory'), { recursive: true });
    fs.writeFileSync(world.at('outside/file'), 'sentinel');
    fs.writeFileSync(world.at('outside/directory/file'), 'sentinel');
    fs.symlinkSync('file', world.at('outside/link'));
    // Reading for the first time moves access times; from the second time on nothing moves.
    snapshot(world.at('outside'));
    before = snapshot(world.at('outside'));
    tree = openTree(world.at('root'), way);
  });

  afterEach(() => {
    tree[Symbol.dispose]();
    const after = snapshot(world.at('outside'));
    world[Symbol.dispose]();
    expect(after).toEqual(before);
  });

  test.each([
    '..',
    '../outside/file',
    'inside/../../outside/file',
    'inside/..',
    '/outside/file',
    '/',
    '/etc/passwd',
    '.',
    './inside',
    'inside/.',
    'inside//file',
    'inside/',
    'inside/x\0/../../../outside/file',
    'inside/\ud800',
  ])('the path %j is refused by every call', async (path) => {
    for (const [name, call] of Object.entries(everyCall(tree, path))) {
      expect(await call(), name).toMatchObject({ kind: 'Outside', errno: undefined });
    }
  });

  test.each(['%2e%2e', '..\\outside', '...', '..x', 'x..', '-rf', '~', 'C:', '\u202e'])(
    'the name %j is an ordinary one',
    async (name) => {
      await tree.writeFile(`inside/${name}`, bytes('x'), {});
      expect(fs.readdirSync(world.at('root/inside'))).toEqual([name]);
      tree.removeTree(`inside/${name}`);
      expect(fs.readdirSync(world.at('root/inside'))).toEqual([]);
    },
  );

  test.each([
    ['relative', '../../outside'],
    ['absolute', undefined],
    ['to the directory itself', '.'],
    ['to proc', '/proc/self/cwd'],
    ['dangling', '../../outside/nothing'],
    ['to itself', 'link'],
  ])('a symbolic link as a parent directory is refused by every call: %s', async (_, target) => {
    fs.symlinkSync(target ?? world.at('outside'), world.at('root/inside/link'));
    for (const path of ['inside/link/file', 'inside/link/new', 'inside/link/directory/file']) {
      for (const [name, call] of Object.entries(everyCall(tree, path))) {
        expect(await call(), `${name} ${path}`).toMatchObject({ kind: 'Symlink', errno: 'ELOOP' });
      }
    }
    expect(fs.readdirSync(world.at('root/inside'))).toEqual(['link']);
  });

  test('a symbolic link as the entry itself is never followed', async () => {
    const link = world.at('root/inside/link');
    for (const target of ['../../outside', '../../outside/file', '../../outside/nothing', world.at('outside/file')]) {
      const again = () => {
        fs.rmSync(link, { force: true });
        fs.symlinkSync(target, link);
      };
      again();
      expect(tree.lstat('inside/link')?.kind).toBe('symlink');
      expect(tree.readLink('inside/link').toString()).toBe(target);
      expect(thrownBy(() => tree.list('inside/link'))).toMatchObject({ kind: 'Symlink' });
      expect(thrownBy(() => tree.openFile('inside/link'))).toMatchObject({ kind: 'Symlink' });
      expect(thrownBy(() => tree.makeDirectories('inside/link'))).toMatchObject({ kind: 'Symlink' });
      expect(thrownBy(() => tree.makeDirectories('inside/link/new'))).toMatchObject({ kind: 'Symlink' });

      const set = tree.setAttributes('inside/link', { uid: 1, gid: 1, mode: 0o700, atimeNs: 1n, mtimeNs: 2n });
      expect(set).toMatchObject({ kind: 'symlink', atimeNs: 1n, mtimeNs: 2n });

      expect(await tree.writeFile('inside/link', bytes('own'), {})).toMatchObject({ kind: 'file', size: 3 });
      expect(fs.lstatSync(link).isFile()).toBe(true);
      again();
      expect(tree.writeSymlink('inside/link', Buffer.from('elsewhere'), {}).kind).toBe('symlink');
      expect(fs.readlinkSync(link)).toBe('elsewhere');
      again();
      tree.removeTree('inside/link');
      expect(fs.readdirSync(world.at('root/inside'))).toEqual([]);
    }
  });

  test('links inside a removed tree go, what they lead to stays', () => {
    fs.mkdirSync(world.at('root/inside/a/b'), { recursive: true });
    for (const name of ['directory', 'file', 'nothing']) {
      fs.symlinkSync(world.at('outside', name), world.at('root/inside/a', name));
    }
    fs.symlinkSync('../../../..', world.at('root/inside/a/b/up'));
    tree.removeTree('inside');
    expect(tree.list('')).toEqual([]);
  });

  test('a directory moved out of the tree receives nothing that was under way', async () => {
    async function* moving() {
      yield Buffer.from('first');
      fs.renameSync(world.at('root/inside'), world.at('moved-out'));
      yield Buffer.from('second');
    }
    expect(await failureOf(tree.writeFile('inside/file', moving(), {}))).toMatchObject({ kind: 'NotFound' });
    expect(fs.readdirSync(world.at('moved-out'))).toEqual([]);
  });

  test('a directory that somebody exchanges for a link again and again lets nothing through', async () => {
    fs.symlinkSync(world.at('outside'), world.at('root/trap'));
    const swapper = spawn(process.execPath, ['--input-type=module', '-e', SWAPPER, world.at('root')], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: import.meta.dirname,
    });
    try {
      await once(swapper.stdout, 'data');
      const results = new Map<string, Set<string>>();
      // Each call must have met the directory and the link: only then was there a race to lose.
      const isDone = () => [...results.values()].every((kinds) => kinds.has('Symlink') && kinds.size > 1);
      for (let round = 0; round < 200 || (!isDone() && round < 5000); round += 1) {
        for (const [name, call] of Object.entries(everyCall(tree, 'inside/file'))) {
          const result = await call();
          const kind = result instanceof PosixFailure ? result.kind : String(result);
          results.set(name, (results.get(name) ?? new Set()).add(kind));
        }
      }
      expect(isDone()).toBe(true);
      const possible = ['undefined', 'Symlink', 'NotFound', 'NotADirectory', 'IsADirectory', 'Other'];
      for (const [name, kinds] of results) expect(possible, name).toEqual(expect.arrayContaining([...kinds]));
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'exit');
    }
  });
});

/** Exchanges `inside` and `trap` for ever, in one step each time, as only renameat2(2) can. */
const SWAPPER = `
  import koffi from 'koffi';
  const renameat2 = koffi.load(null).func('int renameat2(int from, const char *a, int to, const char *b, uint flags)');
  const root = process.argv[1];
  process.stdout.write('ready');
  for (;;) {
    if (renameat2(-100, root + '/inside', -100, root + '/trap', 2) !== 0) process.exit(1);
  }
`;

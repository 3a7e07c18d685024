import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { makeMixedTree, snapshot } from '../trees.testing.ts';
import { openWorld, type World } from '../world.testing.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const put = (key: string, body = '', metadata: Record<string, string> = {}) =>
  world.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: key, Body: body, Metadata: metadata }));

test('an export comes back into another file system to the nanosecond, and neither side has anything left to do', async () => {
  const source = await world.fileSystem();
  makeMixedTree(source.root);
  await world.link(source.id, 'bucket/round');
  await world.end((await world.create('export', source.id)).TaskId);

  const target = await world.fileSystem();
  await world.link(target.id, 'bucket/round');
  const task = await world.end((await world.create('import', target.id)).TaskId);
  const expected = snapshot(source.root);
  expect(task).toMatchObject({
    Lifecycle: 'SUCCEEDED',
    Status: { TotalCount: Object.keys(expected).length, FailedCount: 0 },
  });
  expect(snapshot(target.root)).toEqual(expected);

  for (const type of ['import', 'export'] as const) {
    for (const { id } of [source, target]) {
      const again = await world.end((await world.create(type, id)).TaskId);
      expect(again, `${type} again`).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: 0 } });
    }
  }
});

test('a later import brings what is new, changed or missing; it never deletes', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/later');
  for (const name of ['kept', 'changed', 'missing']) await put(`later/${name}`, name);
  await world.end((await world.create('import', id)).TaskId);
  await put('later/changed', 'other');
  await put('later/d/new', 'new');
  rmSync(join(root, 'missing'));
  writeFileSync(join(root, 'only-here'), 'mine');
  const task = await world.end((await world.create('import', id)).TaskId);
  expect(task.Status).toMatchObject({ TotalCount: 3, SucceededCount: 3 });
  expect(readFileSync(join(root, 'changed'), 'utf8')).toBe('other');
  expect(readdirSync(root).toSorted()).toEqual(['changed', 'd', 'kept', 'missing', 'only-here']);
});

test('objects without POSIX metadata get the defaults, an import into a linked directory stays in it', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/plain', '/ns/one');
  await put('plain/x/file', 'text');
  await put('plain/x/', '');
  await world.end((await world.create('import', id, { Paths: ['s3://bucket/plain/x'] })).TaskId);
  const stat = lstatSync(join(root, 'ns/one/x/file'));
  expect(stat.mode & 0o7777).toBe(0o755);
  expect(readdirSync(root)).toEqual(['ns']);
});

test('keys that cannot be paths fail by name and write nothing outside', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/keys');
  const bad = ['keys/../../escape', 'keys/a//b', 'keys/./c', 'keys/..', `keys/${'n'.repeat(256)}`, 'keys//abs'];
  for (const key of bad) await put(key, 'x');
  await put('keys/fine', 'x');
  const report = {
    Path: 's3://bucket/keys-report',
    Format: 'REPORT_CSV_20191124',
    Scope: 'FAILED_FILES_ONLY',
  } as const;
  const task = await world.end((await world.create('import', id, { Report: { Enabled: true, ...report } })).TaskId);
  expect(task.Status).toMatchObject({ TotalCount: bad.length + 1, SucceededCount: 1, FailedCount: bad.length });
  expect(Object.keys(snapshot(root))).toEqual(['fine']);
  expect(Object.keys(snapshot(join(world.directory, 'data'))).filter((path) => path.includes('escape'))).toEqual([]);
});

test('a file beside a directory of its name: the file wins; symlinks in the way are not followed', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/clash');
  for (const key of ['clash/foo', 'clash/foo-bar', 'clash/foo/bar', 'clash/link/inside']) await put(key, 'x');
  const outside = join(world.directory, 'outside');
  mkdirSync(outside, { recursive: true });
  symlinkSync(outside, join(root, 'link'));
  const task = await world.end((await world.create('import', id)).TaskId);
  expect(task.Status).toMatchObject({ TotalCount: 4, SucceededCount: 2, FailedCount: 2 });
  expect(readdirSync(outside)).toEqual([]);
  expect(lstatSync(join(root, 'foo')).isFile()).toBe(true);
});

test('hostile metadata does no harm', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/hostile');
  await put('hostile/setuid', 'x', { 'file-permissions': '0104755', 'file-owner': '-1', 'file-mtime': '1e400ns' });
  await put('hostile/device', 'x', { 'file-permissions': '0060644' });
  await put('hostile/symlink', '/etc/passwd', { 'file-permissions': '0120777' });
  await put('hostile/no-target', '', { 'file-permissions': '0120777' });
  const task = await world.end((await world.create('import', id)).TaskId);
  expect(task.Status).toMatchObject({ TotalCount: 4, SucceededCount: 3, FailedCount: 1 });
  expect(lstatSync(join(root, 'setuid')).mode & 0o7777).toBe(0o755);
  expect(lstatSync(join(root, 'device')).isFile()).toBe(true);
  expect(lstatSync(join(root, 'symlink')).isSymbolicLink()).toBe(true);
});

test('a path that leads to no object fails the task; an empty repository does not', async () => {
  const { id } = await world.fileSystem();
  await world.link(id, 'bucket/nothing');
  const none = await world.end((await world.create('import', id, { Paths: ['s3://bucket/nothing/here'] })).TaskId);
  expect(none).toMatchObject({
    Lifecycle: 'FAILED',
    FailureDetails: { Message: expect.stringContaining('no object') },
  });
  const empty = await world.end((await world.create('import', id)).TaskId);
  expect(empty).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: 0 } });
});

test('bytes that were damaged on their way are asked for again; what stays damaged fails and changes nothing', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/damaged');
  const put = (name: string, Body: string) =>
    world.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: `damaged/${name}`, Body }));
  await put('once', 'new');
  await put('always', 'old');
  expect((await world.end((await world.create('import', id)).TaskId)).Lifecycle).toBe('SUCCEEDED');
  await put('once', 'newer');
  await put('always', 'newer');
  const damage = (key: string, count: number) =>
    world.sandbox.addFault({ match: { operation: 'GetObject', key }, action: { type: 'corrupt' }, count });
  const faults = [damage('damaged/once', 1), damage('damaged/always', 2)];
  const task = await world.end((await world.create('import', id)).TaskId);
  expect(task).toMatchObject({ Lifecycle: 'FAILED', Status: { TotalCount: 2, SucceededCount: 1, FailedCount: 1 } });
  expect(readFileSync(join(root, 'once'), 'utf8')).toBe('newer');
  expect(readFileSync(join(root, 'always'), 'utf8')).toBe('old');
  const { Failures } = await world.engine.tell('ListTaskFailures', { TaskId: task.TaskId });
  expect(Failures).toMatchObject([{ Path: 's3://bucket/damaged/always', Code: 'S3Error' }]);
  for (const fault of faults) fault.remove();
});

test.each([
  [
    'an import that was canceled',
    async (id: string) => {
      const gate = world.sandbox.addFault({
        match: { operation: 'GetObject', key: 'wiped/*' },
        action: { type: 'gate', at: 'start' },
      });
      const { TaskId } = await world.create('import', id);
      await world.sandbox.waitForRequest(() => gate.held > 0);
      await world.cancel(TaskId);
      gate.remove();
      await world.end(TaskId);
    },
  ],
  [
    'an import of one file',
    async (id: string) => {
      await world.end((await world.create('import', id, { Paths: ['s3://bucket/wiped/a/b/file'] })).TaskId);
    },
  ],
])('directories that were gone get their attributes back, also after %s', async (_, before) => {
  const { id, root } = await world.fileSystem();
  mkdirSync(join(root, 'a/b'), { recursive: true });
  for (const name of ['a/b/file', 'a/b/other']) writeFileSync(join(root, name), name);
  for (const [name, mode] of [
    ['a/b', 0o711],
    ['a', 0o700],
  ] as const) {
    chmodSync(join(root, name), mode);
    utimesSync(join(root, name), 1, 1);
  }
  await world.link(id, 'bucket/wiped');
  await world.end((await world.create('export', id)).TaskId);
  const expected = snapshot(root);
  rmSync(join(root, 'a'), { recursive: true });
  await before(id);
  expect(lstatSync(join(root, 'a')).isDirectory()).toBe(true);
  expect((await world.end((await world.create('import', id)).TaskId)).Lifecycle).toBe('SUCCEEDED');
  expect(snapshot(root)).toEqual(expected);
});

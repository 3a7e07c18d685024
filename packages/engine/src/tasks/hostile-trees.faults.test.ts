import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ReportReader } from '@drt/contract/report';
import { type DataRepositoryTask, isFinished } from '@drt/contract/tasks';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { snapshot } from '../posix/temporary-tree.ts';
import { openTree } from '../posix/tree.ts';
import type { S3, Source } from '../s3/s3.ts';
import { openWorld, type World } from '../world.testing.ts';
import { exportEntry } from './export.ts';
import { makeHostileTree, restorable } from './hostile-trees.testing.ts';
import type { Sides } from './transfer.ts';

/** Entries of the generated tree; `HOSTILE_ENTRIES=10000` for a long look. */
const ENTRIES = Number(process.env['HOSTILE_ENTRIES'] ?? 1500);
const SEED = Number(process.env['HOSTILE_SEED'] ?? 20191124);

const TIMEOUT = 600_000;

const MAX_KEY_BYTES = 1024;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const hasRoot = process.getuid?.() === 0;

/** A task of thousands of entries may take longer than others. */
const ended = async (taskId: string): Promise<DataRepositoryTask> =>
  vi.waitFor(
    async () => {
      const task = await world.describe(taskId);
      expect(isFinished(task.Lifecycle)).toBe(true);
      return task;
    },
    { timeout: TIMEOUT, interval: 20 },
  );

const report = (prefix: string) => ({
  Enabled: true,
  Path: `s3://bucket/${prefix}/reports`,
  Format: 'REPORT_CSV_20191124' as const,
  Scope: 'FAILED_FILES_ONLY' as const,
});

const reportOf = async (prefix: string, taskId: string, name: string) => {
  const { Body: body } = await world.s3.send(
    new GetObjectCommand({ Bucket: 'bucket', Key: `${prefix}/reports/${taskId}/${name}` }),
  );
  const reader = new ReportReader();
  return [...reader.push((await body?.transformToString()) ?? ''), ...reader.end()];
};

const put = (key: string, body = '', metadata: Record<string, string> = {}) =>
  world.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: key, Body: body, Metadata: metadata }));

test(
  `a tree of hostile names, kinds, owners and times comes back as it was (seed ${SEED})`,
  { timeout: TIMEOUT },
  async () => {
    const { id, root } = await world.fileSystem();
    await world.link(id, 'bucket/hostile');
    makeHostileTree(root, ENTRIES, SEED);
    const before = restorable(root);
    const keyBytes = (path: string) =>
      Buffer.byteLength(`hostile/${path}${before.get(path)?.startsWith('d') ? '/' : ''}`);
    const tooLong = [...before.keys()].filter((path) => keyBytes(path) > MAX_KEY_BYTES);
    expect(tooLong.length).toBeGreaterThan(5);

    const out = await ended((await world.create('export', id)).TaskId);
    expect(out.Status).toMatchObject({ TotalCount: before.size, FailedCount: tooLong.length });
    const { Codes: codes } = await world.engine.tell('ListTaskFailures', { TaskId: out.TaskId });
    expect(codes).toEqual([{ Code: 'PathSizeTooLong', Count: tooLong.length }]);

    for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
    const back = await ended((await world.create('import', id)).TaskId);
    expect(back).toMatchObject({
      Lifecycle: 'SUCCEEDED',
      Status: { TotalCount: before.size - tooLong.length, FailedCount: 0 },
    });
    for (const path of tooLong) before.delete(path);
    const after = restorable(root);
    // One by one: the difference of two large trees is nothing to read.
    const different = [...before].filter(([path, entry]) => after.get(path) !== entry);
    expect(different.map(([path, entry]) => [path, entry, after.get(path)])).toEqual([]);
    expect(after.size).toBe(before.size);
  },
);

test('targets of symlinks are bytes: not UTF-8, and as long as there may be', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/targets');
  const targets = { odd: Buffer.from([0x2e, 0x2e, 0x2f, 0xff, 0x0a]), long: Buffer.alloc(4095, '/etc') };
  for (const [name, target] of Object.entries(targets)) symlinkSync(target, join(root, name));
  expect((await world.end((await world.create('export', id)).TaskId)).Lifecycle).toBe('SUCCEEDED');
  for (const name of Object.keys(targets)) rmSync(join(root, name));
  expect((await world.end((await world.create('import', id)).TaskId)).Lifecycle).toBe('SUCCEEDED');
  for (const [name, target] of Object.entries(targets)) {
    expect(readlinkSync(join(root, name), { encoding: 'buffer' })).toEqual(target);
  }
});

test('names that are not UTF-8 fail one row each, also beside the name that they are printed as', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/bytes');
  mkdirSync(join(root, 'd'));
  const raw = (directory: string, ...bytes: number[]) =>
    Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(bytes)]);
  for (const directory of [root, join(root, 'd')]) {
    writeFileSync(raw(directory, 0x6e, 0x61, 0xff, 0x6d, 0x65), 'x');
    writeFileSync(raw(directory, 0xc0, 0xaf), 'x');
    writeFileSync(join(directory, 'na\\xffme'), 'x');
    writeFileSync(join(directory, 'fine'), 'x');
  }
  mkdirSync(raw(root, 0xed, 0xa0, 0x80));
  const denied = ['na\\xffme', 'd/na\\xffme'].map((path) =>
    world.sandbox.addFault({
      match: { operation: 'PutObject', key: `bytes/${path}` },
      action: { type: 'error', status: 403, code: 'AccessDenied' },
    }),
  );
  const task = await world.end((await world.create('export', id, { Report: report('bytes') })).TaskId);
  for (const fault of denied) fault.remove();
  expect(task.Status).toMatchObject({ TotalCount: 10, SucceededCount: 3, FailedCount: 7 });
  const rows = await reportOf('bytes', task.TaskId, 'failures.csv');
  expect(rows.map(({ path, code }) => `${path} ${code}`)).toEqual([
    '/\\xc0\\xaf InternalError',
    '/\\xed\\xa0\\x80 InternalError',
    '/na\\xffme InternalError',
    'd//\\xc0\\xaf InternalError',
    'd//na\\xffme InternalError',
    'd/na\\xffme S3AccessDenied',
    'na\\xffme S3AccessDenied',
  ]);
});

test('FIFOs, sockets and devices are neither opened nor counted', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/special');
  execFileSync('mkfifo', [join(root, 'fifo')]);
  if (hasRoot) execFileSync('mknod', [join(root, 'device'), 'c', '5', '0']);
  const server = createServer();
  server.listen(join(root, 's'));
  await once(server, 'listening');
  writeFileSync(join(root, 'file'), 'x');
  const task = await world.end((await world.create('export', id)).TaskId);
  server.close();
  await once(server, 'close');
  expect(task).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: 1, SucceededCount: 1 } });
  expect(world.sandbox.requests({ operation: 'PutObject', key: 'special/*' }).map(({ key }) => key)).toEqual([
    'special/file',
  ]);
});

const TERABYTES_5 = 5 * 2 ** 40;

test('a file of 5 TiB and a byte is too large, and found so without being read; one of 5 TiB goes to S3', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/sparse');
  writeFileSync(join(root, 'sparse'), '');
  truncateSync(join(root, 'sparse'), TERABYTES_5 + 1);
  const task = await world.end((await world.create('export', id)).TaskId);
  const { Failures: failures } = await world.engine.tell('ListTaskFailures', { TaskId: task.TaskId });
  expect(failures).toMatchObject([{ Path: 'sparse', Code: 'FileSizeTooLarge' }]);

  truncateSync(join(root, 'sparse'), TERABYTES_5);
  using tree = openTree(root);
  const sent: Source[] = [];
  const s3 = {
    replace: (_: string, __: string, source: Source) => {
      sent.push(source);
      return Promise.reject(new Error('enough'));
    },
  };
  // Nothing of an association but these, and no call of S3 but replace, is asked for.
  const sides = {
    tree,
    s3: s3 as unknown as S3,
    association: { bucket: 'bucket', prefix: '', directory: '' },
  } as Sides;
  // At rest, so that it is not read twice.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  await expect(exportEntry(sides, ['sparse', 0])).rejects.toThrow('enough');
  vi.useRealTimers();
  expect(sent.map(({ size }) => size)).toEqual([TERABYTES_5]);
});

/** Keys that are no path below an association, or would lead out of it. */
const IMPOSSIBLE = [
  '../x',
  'a/../../x',
  '/abs',
  '.',
  '..',
  './x',
  'a//b',
  'a/./b',
  'a/..',
  'a/../',
  '//',
  '/',
  `${'n'.repeat(256)}`,
  `${'\u00fc'.repeat(128)}/x`,
];

/** Keys that look dangerous and are ordinary names. */
const ORDINARY = ['%2e%2e/x', '..\\x', '\\', 'C:\\x', '...', '..x', '-rf', '~', '%00', 'nl\nname', 'a\\..\\b', ' '];

test('an import reads, changes and makes nothing outside the tree, whatever keys and metadata say', async () => {
  const { id, root } = await world.fileSystem();
  await world.link(id, 'bucket/inward');
  // Beside the root, where one `..` leads.
  const outside = join(root, '../outside');
  mkdirSync(join(outside, 'directory'), { recursive: true });
  writeFileSync(join(outside, 'file'), 'sentinel', { mode: 0o640 });
  writeFileSync(join(outside, 'directory/file'), 'sentinel');
  snapshot(outside);
  const before = snapshot(outside);
  symlinkSync('../outside', join(root, 'parent'));
  symlinkSync('../outside/directory', join(root, 'as-directory'));
  symlinkSync('../outside/file', join(root, 'leaf'));
  symlinkSync('../outside/new', join(root, 'dangling'));
  symlinkSync('../outside/file', join(root, 'leaf-link'));

  for (const key of [...IMPOSSIBLE, ...ORDINARY]) await put(`inward/${key}`, 'x');
  const hostile = { 'file-permissions': '0107777', 'file-owner': '1', 'file-group': '1', 'file-mtime': '1ns' };
  for (const key of ['parent/file', 'parent/directory/new', 'as-directory/', 'leaf', 'dangling']) {
    await put(`inward/${key}`, 'overwritten', hostile);
  }
  const symlink = { 'file-permissions': '0120777' };
  await put('inward/leaf-link', '../outside/directory', symlink);
  await put('inward/planted', '../outside', symlink);
  await put('inward/planted/file', 'through it');
  await put('inward/long-target', 'x'.repeat(5000), symlink);
  await put('inward/nul-target', 'a\0b', symlink);
  await put('inward/body/', 'a directory has none', { 'file-permissions': '0042777' });
  await put('inward/both', 'file');
  await put('inward/both/', '');
  await put('inward/both/below', 'x');
  await put('inward/odd', 'x', {
    'file-permissions': '9'.repeat(50),
    'file-owner': '4294967295',
    'file-group': '-1',
    'file-mtime': '9'.repeat(50),
    'file-atime': '1e9ns',
  });

  const task = await world.end((await world.create('import', id, { Report: report('inward') })).TaskId);
  const rows = await reportOf('inward', task.TaskId, 'report.csv');
  const codes = Object.fromEntries(rows.map(({ path, code }) => [path.replace('s3://bucket/inward/', ''), code]));
  expect(codes).toEqual({
    ...Object.fromEntries(IMPOSSIBLE.map((key) => [key, 'S3ObjectPathNotPosixCompliant'])),
    'parent/file': 'S3ObjectTypeMismatch',
    'parent/directory/new': 'S3ObjectTypeMismatch',
    'as-directory/': 'S3ObjectTypeMismatch',
    'planted/file': 'S3ObjectTypeMismatch',
    'long-target': 'S3ObjectPathNotPosixCompliant',
    'nul-target': 'S3ObjectPathNotPosixCompliant',
    'both/': 'S3ObjectTypeMismatch',
    'both/below': 'S3ObjectTypeMismatch',
  });
  expect(task.Status).toMatchObject({ FailedCount: rows.length });

  expect(snapshot(outside)).toEqual(before);
  for (const key of ORDINARY) expect(readFileSync(join(root, key), 'utf8'), key).toBe('x');
  const links = ['parent', 'as-directory', 'leaf-link', 'planted'].map((name) => readlinkSync(join(root, name)));
  expect(links).toEqual(['../outside', '../outside/directory', '../outside/directory', '../outside']);
  expect([lstatSync(join(root, 'leaf')).isFile(), lstatSync(join(root, 'dangling')).isFile()]).toEqual([true, true]);
  expect(lstatSync(join(root, 'leaf')).mode & 0o7777).toBe(0o777);
  expect(readdirSync(join(root, 'body'))).toEqual([]);
  expect(lstatSync(join(root, 'body')).mode & 0o7777).toBe(0o777);
  expect(readFileSync(join(root, 'both'), 'utf8')).toBe('file');
  expect(lstatSync(join(root, 'odd')).mode & 0o7777).toBe(0o755);

  // What was planted by one task is not followed by the next.
  await put('inward/planted/again', 'x');
  await put('inward/leaf-link/again', 'x');
  await world.end((await world.create('import', id)).TaskId);
  expect(snapshot(outside)).toEqual(before);
});

import { chmodSync, lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { makeMixedTree, snapshot } from '../trees.testing.ts';
import { openWorld, type World } from '../world.testing.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const putKeys = (after: number) =>
  world.sandbox
    .requests({ operation: 'PutObject', after })
    .map((request) => request.key)
    .toSorted();

const lastRequest = () => world.sandbox.requests({}).at(-1)?.sequence ?? 0;

const readObject = async (bucket: string, key: string) => {
  const { Body: body, Metadata: metadata } = await world.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return { bytes: Buffer.from((await body?.transformToByteArray()) ?? []), metadata };
};

test('every object is byte- and metadata-equal to its entry, and a second export moves nothing', async () => {
  const { id, root } = await world.fileSystem();
  makeMixedTree(root);
  await world.link(id, 'bucket/mixed');
  const task = await world.end((await world.create('export', id)).TaskId);
  const entries = Object.keys(snapshot(root));
  expect(task).toMatchObject({
    Lifecycle: 'SUCCEEDED',
    Status: { TotalCount: entries.length, SucceededCount: entries.length, FailedCount: 0 },
  });

  for (const path of entries) {
    const stat = lstatSync(join(root, path), { bigint: true });
    const key = `mixed/${path}${stat.isDirectory() ? '/' : ''}`;
    const { bytes, metadata } = await readObject('bucket', key);
    const expected = stat.isDirectory()
      ? Buffer.alloc(0)
      : stat.isSymbolicLink()
        ? Buffer.from(readlinkSync(join(root, path)))
        : readFileSync(join(root, path));
    expect(bytes.equals(expected), key).toBe(true);
    expect(metadata, key).toEqual({
      'file-permissions': `0${stat.mode.toString(8)}`.padStart(7, '0'),
      'file-owner': String(stat.uid),
      'file-group': String(stat.gid),
      'file-atime': expect.stringMatching(/^\d+ns$/),
      'file-mtime': `${stat.mtimeNs}ns`,
      'user-agent': 'aws-fsx-lustre',
    });
  }

  const before = lastRequest();
  const again = await world.end((await world.create('export', id)).TaskId);
  expect(again).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: 0, SucceededCount: 0 } });
  expect(putKeys(before)).toEqual([]);
});

test('a later export moves what is new or changed, and directories whose mtime moved', async () => {
  const { id, root } = await world.fileSystem();
  makeMixedTree(root);
  await world.link(id, 'bucket/changes');
  await world.end((await world.create('export', id)).TaskId);
  const before = lastRequest();
  chmodSync(join(root, 'a/one'), 0o640);
  writeFileSync(join(root, 'a/b/two.bin'), 'edited');
  writeFileSync(join(root, 'empty/new'), 'new');
  const task = await world.end((await world.create('export', id)).TaskId);
  expect(task.Status).toMatchObject({ TotalCount: 4, SucceededCount: 4 });
  expect(putKeys(before)).toEqual(['changes/a/b/two.bin', 'changes/a/one', 'changes/empty/', 'changes/empty/new']);
});

test('paths narrow an export; a file, a directory and one inside the other count once', async () => {
  const { id, root } = await world.fileSystem();
  makeMixedTree(root);
  await world.link(id, 'bucket/narrow');
  const task = await world.end((await world.create('export', id, { Paths: ['a/b/', '/a/b/c', 'top.txt'] })).TaskId);
  expect(task.Lifecycle).toBe('SUCCEEDED');
  const keys = world.sandbox.requests({ operation: 'PutObject', key: 'narrow/*' }).map(({ key }) => key);
  expect(keys.toSorted()).toEqual([
    'narrow/a/b/',
    'narrow/a/b/c/',
    'narrow/a/b/c/three',
    'narrow/a/b/two.bin',
    'narrow/top.txt',
  ]);
});

test('a large file goes up in parts and comes out whole', async () => {
  const { id, root } = await world.fileSystem();
  const bytes = Buffer.alloc(40 * 2 ** 20);
  for (let index = 0; index < bytes.length; index += 4096) bytes.writeUInt32LE(index, index);
  writeFileSync(join(root, 'large'), bytes);
  await world.link(id, 'bucket/large');
  const task = await world.end((await world.create('export', id)).TaskId);
  expect(task.Lifecycle).toBe('SUCCEEDED');
  expect(world.sandbox.requests({ operation: 'UploadPart', key: 'large/large' }).length).toBeGreaterThan(1);
  const { bytes: stored } = await readObject('bucket', 'large/large');
  expect(stored.equals(bytes)).toBe(true);
});

test('one entry that cannot be exported fails alone, and the report names it', async () => {
  const { id, root } = await world.fileSystem();
  const deep = Array.from({ length: 5 }, () => 'd'.repeat(250)).join('/');
  mkdirSync(join(root, deep), { recursive: true });
  for (const name of ['fine', '@home', 'also,fine']) writeFileSync(join(root, name), name);
  await world.link(id, 'bucket/report');
  const task = await world.end(
    (
      await world.create('export', id, {
        Report: {
          Enabled: true,
          Path: 's3://bucket/report/out',
          Format: 'REPORT_CSV_20191124',
          Scope: 'FAILED_FILES_ONLY',
        },
      })
    ).TaskId,
  );
  expect(task).toMatchObject({
    Lifecycle: 'FAILED',
    FailureDetails: { Message: '1 of 8 entries failed to export. The completion report names them.' },
    Status: { TotalCount: 8, SucceededCount: 7, FailedCount: 1 },
  });
  const { bytes } = await readObject('bucket', `report/out/${task.TaskId}/failures.csv`);
  expect(bytes.toString()).toBe(`${deep},failed,PathSizeTooLong\r\n`);
  const { Activity } = await world.engine.tell('DescribeTaskWork', { TaskId: task.TaskId });
  const told = { Event: 'REPORTED', Detail: `s3://bucket/report/out/${task.TaskId}/failures.csv` };
  expect(Activity).toContainEqual(expect.objectContaining(told));
});

test('S3 refusing one key, and an object store that is slow to be believed', async () => {
  const { id, root } = await world.fileSystem();
  for (const name of ['open', 'shut', 'flaky']) writeFileSync(join(root, name), name);
  await world.link(id, 'bucket/refused');
  const denied = world.sandbox.addFault({
    match: { operation: 'PutObject', key: 'refused/shut' },
    action: { type: 'error', status: 403, code: 'AccessDenied' },
  });
  const flaky = world.sandbox.addFault({
    match: { operation: 'PutObject', key: 'refused/flaky' },
    action: { type: 'error', status: 503, code: 'SlowDown' },
    count: 2,
  });
  const report = { Path: 's3://bucket/refused', Format: 'REPORT_CSV_20191124', Scope: 'FAILED_FILES_ONLY' } as const;
  const task = await world.end((await world.create('export', id, { Report: { Enabled: true, ...report } })).TaskId);
  denied.remove();
  flaky.remove();
  expect(task.Status).toMatchObject({ TotalCount: 3, SucceededCount: 2, FailedCount: 1 });
  const { bytes } = await readObject('bucket', `refused/${task.TaskId}/failures.csv`);
  expect(bytes.toString()).toBe('shut,failed,S3AccessDenied\r\n');
});

test.each([
  ['is not there', ['no/such/path'], 'Path "no/such/path" does not exist in the file system.'],
  ['has a comma', ['one,two'], 'separate several paths with spaces, not commas'],
  ['climbs', ['a/../../etc'], 'must not contain ".."'],
  ['leads through a symlink', ['a/to-directory/c'], 'cannot be exported'],
])('a path that %s fails the task, not the call, and moves nothing', async (_, paths, message) => {
  const { id, root } = await world.fileSystem();
  makeMixedTree(root);
  await world.link(id, 'bucket/invalid');
  const task = await world.end((await world.create('export', id, { Paths: ['top.txt', ...paths] })).TaskId);
  expect(task).toMatchObject({
    Lifecycle: 'FAILED',
    FailureDetails: { Message: expect.stringContaining(message) },
    Status: { TotalCount: 0, SucceededCount: 0, FailedCount: 0 },
  });
  expect(world.sandbox.requests({ operation: 'PutObject', key: 'invalid/*' })).toEqual([]);
});

test('a bucket that is not there fails the task with its name', async () => {
  const { id, root } = await world.fileSystem();
  writeFileSync(join(root, 'file'), 'x');
  await world.link(id, 'nowhere/x');
  const task = await world.end((await world.create('export', id)).TaskId);
  expect(task).toMatchObject({ Lifecycle: 'FAILED', FailureDetails: { Message: expect.stringContaining('nowhere') } });
});

test('a report outside every linked repository leaves the counts alone and is said', async () => {
  const { id, root } = await world.fileSystem();
  mkdirSync(join(root, Array.from({ length: 5 }, () => 'd'.repeat(250)).join('/')), { recursive: true });
  await world.link(id, 'bucket/outside');
  const report = { Path: 's3://other/x', Format: 'REPORT_CSV_20191124', Scope: 'FAILED_FILES_ONLY' } as const;
  const task = await world.end((await world.create('export', id, { Report: { Enabled: true, ...report } })).TaskId);
  expect(task.Status).toMatchObject({ TotalCount: 5, SucceededCount: 4, FailedCount: 1 });
  expect(task.FailureDetails?.Message).toContain(
    'could not be delivered: s3://other/x is not in a linked data repository',
  );
  await expect(
    world.s3.send(new HeadObjectCommand({ Bucket: 'other', Key: `x/${task.TaskId}/failures.csv` })),
  ).rejects.toMatchObject({ name: 'NotFound' });
  const { ReportFailure, Activity } = await world.engine.tell('DescribeTaskWork', { TaskId: task.TaskId });
  expect(ReportFailure).toBe('s3://other/x is not in a linked data repository');
  expect(Activity.map(({ Event }) => Event)).toContain('REPORT_FAILED');
});

test('without failures there is no report, and none is spoken of', async () => {
  const { id } = await world.fileSystem();
  await world.link(id, 'bucket/unneeded');
  const report = { Path: 's3://bucket/unneeded/r', Format: 'REPORT_CSV_20191124', Scope: 'FAILED_FILES_ONLY' } as const;
  const task = await world.end((await world.create('export', id, { Report: { Enabled: true, ...report } })).TaskId);
  expect(task.Lifecycle).toBe('SUCCEEDED');
  expect(world.sandbox.requests({ key: `unneeded/r/${task.TaskId}/failures.csv` })).toEqual([]);
  const { Activity } = await world.engine.tell('DescribeTaskWork', { TaskId: task.TaskId });
  expect(Activity.map(({ Event }) => Event)).not.toContain('REPORTED');
});

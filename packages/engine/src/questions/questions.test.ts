import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { makeMixedTree } from '../trees.testing.ts';
import { openWorld, type World } from '../world.testing.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const put = (key: string) => world.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: key, Body: 'x' }));

test('a directory is listed page by page in the order of names, and nothing outside the file system', async () => {
  const { id, root } = await world.fileSystem();
  mkdirSync(join(root, 'd'));
  const names = Array.from({ length: 25 }, (_, n) => `f${String(n).padStart(2, '0')}`);
  for (const name of names) writeFileSync(join(root, 'd', name), name);
  symlinkSync('/etc', join(root, 'd/z'));
  const seen: string[] = [];
  let more = true;
  while (more) {
    const page = await world.engine.tell('ListDirectory', {
      FileSystemId: id,
      Path: '/d/',
      MaxResults: 10,
      ...(seen.length > 0 ? { After: seen.at(-1) } : {}),
    });
    seen.push(...page.Entries.map(({ Name }) => Name));
    more = page.More;
  }
  expect(seen).toEqual([...names, 'z']);
  // A page goes on where the one before ended, also when that name was removed meanwhile.
  rmSync(join(root, 'd/f09'));
  const next = await world.engine.tell('ListDirectory', { FileSystemId: id, Path: 'd', After: 'f09', MaxResults: 1 });
  expect(next.Entries.map(({ Name }) => Name)).toEqual(['f10']);
  const few = await world.engine.tell('ListDirectory', { FileSystemId: id, Path: 'd', Prefix: 'f1' });
  expect(few.Entries[0]).toMatchObject({ Name: 'f10', Kind: 'file', Size: 3, Modified: expect.any(Date) });
  for (const path of ['d/z', '../..', 'nothing', 'd/f00']) {
    await expect(world.engine.tell('ListDirectory', { FileSystemId: id, Path: path })).rejects.toMatchObject({
      code: 'BadRequest',
    });
  }
});

test('a repository is listed one level at a time, stepping over what lies deeper', async () => {
  const { id } = await world.fileSystem();
  const association = await world.link(id, 'bucket/browse');
  for (const key of ['a/1', 'a/2/3', 'a0', 'a-b', 'b/x', 'c']) await put(`browse/${key}`);
  const list = async (path: string, more = {}) => {
    const page = await world.engine.tell('ListRepository', { AssociationId: association, Path: path, ...more });
    return [page.Entries.map(({ Name }) => Name), page.More];
  };
  expect(await list('')).toEqual([['a-b', 'a/', 'a0', 'b/', 'c'], false]);
  expect(await list('', { MaxResults: 2 })).toEqual([['a-b', 'a/'], true]);
  expect(await list('', { MaxResults: 2, After: 'a/' })).toEqual([['a0', 'b/'], true]);
  expect(await list('a/')).toEqual([['1', '2/'], false]);
});

test('a preview tells what a task would do, and creates nothing', async () => {
  const { id, root } = await world.fileSystem();
  makeMixedTree(root);
  await world.link(id, 'bucket/preview');
  const preview = (paths: string[]) =>
    world.engine.tell('PreviewTask', { Type: 'EXPORT_TO_REPOSITORY', FileSystemId: id, Paths: paths });
  const all = await preview([]);
  const task = await world.end((await world.create('export', id)).TaskId);
  expect(all).toMatchObject({ Entries: task.Status?.TotalCount, Complete: true });
  expect(all.First.map(({ Path }) => Path)).toContain('a/b/two.bin');
  expect(await preview([])).toMatchObject({ Entries: 0, Bytes: 0 });
  expect((await preview(['nope,nope'])).Problem).toContain('separate several paths with spaces');
  const denied = world.sandbox.addFault({
    match: { operation: 'ListObjectsV2' },
    action: { type: 'error', status: 403, code: 'AccessDenied' },
  });
  const imported = await world.engine.tell('PreviewTask', {
    Type: 'IMPORT_METADATA_FROM_REPOSITORY',
    FileSystemId: id,
  });
  expect(imported.Problem).toContain('The data repository could not be listed: ');
  denied.remove();
  const { DataRepositoryTasks: tasks } = await world.engine.call('DescribeDataRepositoryTasks', {
    Filters: [{ Name: 'file-system-id', Values: [id] }],
  });
  expect(tasks).toHaveLength(1);
});

test('how work goes: stage, counters and bytes over time, what happened, what failed', async () => {
  const { id, root } = await world.fileSystem();
  for (const name of ['one', 'two', 'shut']) writeFileSync(join(root, name), name);
  await world.link(id, 'bucket/work');
  const denied = world.sandbox.addFault({
    match: { operation: 'PutObject', key: 'work/shut' },
    action: { type: 'error', status: 403, code: 'AccessDenied' },
  });
  const closed = world.sandbox.addFault({
    match: { operation: 'PutObject', key: 'work/*' },
    action: { type: 'gate', at: 'start' },
  });
  const { TaskId } = await world.create('export', id);
  await world.sandbox.waitForRequest(() => closed.held === 2);
  const second = await world.create('export', id, { Paths: ['one'] });
  expect(await world.engine.tell('DescribeTaskWork', { TaskId: second.TaskId })).toMatchObject({
    Ahead: 1,
    Stage: 'PLAN',
  });
  closed.remove();
  await world.end(TaskId);
  denied.remove();
  const work = await world.engine.tell('DescribeTaskWork', { TaskId });
  expect(work).toMatchObject({
    Stage: 'FINISH',
    TotalCount: 3,
    SucceededCount: 2,
    FailedCount: 1,
    ScannedCount: 3,
    Bytes: 6,
  });
  expect(work.Samples.at(-1)).toMatchObject({ SucceededCount: 2, FailedCount: 1 });
  expect(work.Activity.map(({ Event }) => Event)).toEqual(['PENDING', 'EXECUTING', 'PLANNED', 'FAILED']);
  const last = work.Samples.at(-1);
  const rest = await world.engine.tell('DescribeTaskWork', { TaskId, SamplesFrom: last?.Time, ActivityFrom: 3 });
  expect(rest).toEqual({ ...work, Samples: [last], Activity: work.Activity.slice(3) });
  const failures = await world.engine.tell('ListTaskFailures', { TaskId });
  expect(failures).toMatchObject({
    Failures: [{ Path: 'shut', Code: 'S3AccessDenied' }],
    Codes: [{ Code: 'S3AccessDenied', Count: 1 }],
    More: false,
  });
  expect((await world.engine.tell('ListTaskFailures', { TaskId, Code: 'ResourceBusy' })).Failures).toEqual([]);
});

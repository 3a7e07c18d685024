import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { FsxError } from '@drt/contract/errors';
import { isFinished } from '@drt/contract/tasks';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { openWorld, type World } from '../world.testing.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => world.sandbox.clearFaults());
afterAll(() => world[Symbol.asyncDispose]());

const names = (count: number) => Array.from({ length: count }, (_, n) => `f${String(n).padStart(5, '0')}`);

/** A linked file system with `count` small files, exported under `prefix`. */
async function linked(prefix: string, count = 3) {
  const { id, root } = await world.fileSystem();
  for (const name of names(count)) writeFileSync(join(root, name), name);
  const association = await world.link(id, `bucket/${prefix}`);
  return { id, root, association };
}

/** Every upload below `prefix` waits until the gate is opened. */
const gate = (prefix: string) =>
  world.sandbox.addFault({
    match: { operation: 'PutObject', key: `${prefix}/*` },
    action: { type: 'gate', at: 'answer' },
  });

const held = (prefix: string) =>
  world.sandbox.waitForRequest((request) => request.state === 'held' && request.key.startsWith(`${prefix}/`));

const puts = (prefix: string) => world.sandbox.requests({ operation: 'PutObject', key: `${prefix}/*` });

const refusal = async (call: Promise<unknown>): Promise<FsxError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FsxError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error;
};

test('tasks of one file system execute one after the other, those of another beside them', async () => {
  const { id } = await linked('fifo');
  const other = await linked('beside');
  const closed = gate('fifo');
  const first = await world.create('export', id);
  await held('fifo');
  const second = await world.create('export', id, { Paths: ['f00001'] });
  const third = await world.create('import', id);
  expect((await world.end((await world.create('export', other.id)).TaskId)).Lifecycle).toBe('SUCCEEDED');
  expect((await world.describe(first.TaskId)).Lifecycle).toBe('EXECUTING');
  for (const { TaskId } of [second, third]) {
    const task = await world.describe(TaskId);
    expect(task.Lifecycle).toBe('PENDING');
    expect(task.StartTime).toBeUndefined();
  }
  closed.remove();
  const ended = [];
  for (const { TaskId } of [first, second, third]) ended.push(await world.end(TaskId));
  expect(ended.map(({ Lifecycle }) => Lifecycle)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  for (const [index, task] of ended.slice(1).entries()) {
    expect(task.StartTime?.getTime()).toBeGreaterThanOrEqual(ended[index]?.EndTime?.getTime() ?? Infinity);
  }
});

test('a cancel lets files in flight finish, begins no other, and counts what was done', async () => {
  const { id } = await linked('cancel', 600);
  const closed = gate('cancel');
  const { TaskId } = await world.create('export', id);
  await held('cancel');
  await world.cancel(TaskId);
  expect((await world.describe(TaskId)).Lifecycle).toBe('CANCELING');
  await world.cancel(TaskId);
  closed.remove();
  const task = await world.end(TaskId);
  expect(task.Lifecycle).toBe('CANCELED');
  expect(task.EndTime).toBeInstanceOf(Date);
  // Three batches of at most 256 files were at work, with at most 16 files in flight each.
  expect(puts('cancel').length).toBeLessThanOrEqual(3 * 16);
  for (const { startedAt } of puts('cancel')) expect(startedAt).toBeLessThan(task.EndTime?.getTime() ?? 0);
  expect(task.Status?.SucceededCount).toBe(puts('cancel').length);
  expect(task.Status?.FailedCount).toBe(0);
  expect(await refusal(world.cancel(TaskId))).toMatchObject({
    code: 'DataRepositoryTaskEnded',
    message: expect.stringContaining('CANCELED'),
  });
});

test('of fifty cancels at once one moves the task, and none moves it when it has ended', async () => {
  const { id } = await linked('fifty', 40);
  const gate = world.sandbox.addFault({
    match: { operation: 'PutObject', key: 'fifty/*' },
    action: { type: 'gate', at: 'start' },
  });
  const { TaskId } = await world.create('export', id);
  await world.sandbox.waitForRequest(() => gate.held === 16);
  await Promise.all(Array.from({ length: 50 }, () => world.cancel(TaskId)));
  gate.remove();
  const task = await world.end(TaskId);
  expect(task.Lifecycle).toBe('CANCELED');
  const late = await Promise.all(Array.from({ length: 50 }, () => refusal(world.cancel(TaskId))));
  expect(new Set(late.map(({ code }) => code))).toEqual(new Set(['DataRepositoryTaskEnded']));
  const { Activity } = await world.engine.tell('DescribeTaskWork', { TaskId });
  expect(Activity.filter(({ Event }) => Event === 'CANCELING')).toHaveLength(1);
  expect(await world.describe(TaskId)).toEqual(task);
});

test('a pending task is canceled without ever having started', async () => {
  const { id } = await linked('pending');
  const closed = gate('pending');
  const first = await world.create('export', id);
  await held('pending');
  const second = await world.create('export', id, { Paths: ['f00001'] });
  await world.cancel(second.TaskId);
  const task = await world.end(second.TaskId);
  expect(task.Lifecycle).toBe('CANCELED');
  expect(task.StartTime).toBeUndefined();
  closed.remove();
  expect((await world.end(first.TaskId)).Lifecycle).toBe('SUCCEEDED');
});

test('an exact copy of a task that is not finished is refused by name, however its paths are spelled', async () => {
  const { id } = await linked('copy');
  const closed = gate('copy');
  const first = await world.create('export', id, { Paths: ['f00001', 'f00002'] });
  await held('copy');
  const copy = () => world.create('export', id, { Paths: ['/f00002/', './f00001', 'f00001'] });
  expect(await refusal(copy())).toMatchObject({
    code: 'DataRepositoryTaskExecuting',
    message: expect.stringContaining(first.TaskId),
  });
  await world.create('export', id, { Paths: ['f00001'] });
  closed.remove();
  await world.end(first.TaskId);
  expect((await copy()).TaskId).not.toBe(first.TaskId);
});

test('the same token and request give the same task, even while it executes; another request is refused', async () => {
  const { id } = await linked('token');
  const closed = gate('token');
  const create = (more = {}) => world.create('export', id, { ClientRequestToken: 'once', ...more });
  const [first, again] = await Promise.all([create(), create()]);
  await held('token');
  expect(again.TaskId).toBe(first.TaskId);
  expect((await create()).TaskId).toBe(first.TaskId);
  expect(await refusal(create({ Paths: ['f00001'] }))).toMatchObject({
    code: 'IncompatibleParameterError',
    members: { Parameter: 'Paths' },
  });
  closed.remove();
  await world.end(first.TaskId);
  expect((await create()).TaskId).toBe(first.TaskId);
});

test('of twenty equal creates at once one is accepted', async () => {
  const { id } = await linked('crowd');
  const closed = gate('crowd');
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => world.create('export', id)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  closed.remove();
});

test('a worker that stops hands its batch back, and every file is counted once', async () => {
  const lone = await openWorld({ workers: [] });
  try {
    const { id, root } = await lone.fileSystem();
    for (const name of names(600)) writeFileSync(join(root, name), name);
    await lone.link(id, 'bucket/handover');
    const slow = lone.sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'gate', at: 'start' } });
    const first = lone.work('first');
    const { TaskId } = await lone.create('export', id);
    for (let released = 0; released < 100; released += 10) {
      await lone.sandbox.waitForRequest((request) => request.state === 'held');
      slow.release(10);
    }
    const stopped = first.stop();
    slow.remove();
    await stopped;
    expect(isFinished((await lone.describe(TaskId)).Lifecycle)).toBe(false);
    lone.work('second');
    const task = await lone.end(TaskId);
    expect(task).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: 600, SucceededCount: 600 } });
    expect(lone.sandbox.requests({ operation: 'PutObject' })).toHaveLength(600);
  } finally {
    await lone[Symbol.asyncDispose]();
  }
});

test('a worker that lost its batch changes nothing when it wakes', async () => {
  const lone = await openWorld({ workers: [] });
  try {
    const { id, root } = await lone.fileSystem();
    for (const name of names(20)) writeFileSync(join(root, name), name);
    const sleeper = lone.work('sleeper');
    await lone.link(id, 'bucket/fence');
    const closed = lone.sandbox.addFault({
      match: { operation: 'PutObject', key: 'fence/*' },
      action: { type: 'gate', at: 'answer' },
    });
    const { TaskId } = await lone.create('export', id);
    await lone.sandbox.waitForRequest(() => closed.held === 16);
    // The sleeper still waits for its sixteen answers when its jobs go to another worker.
    await lone.engine.handBack('sleeper');
    lone.work('other');
    await lone.sandbox.waitForRequest(() => closed.held === 32);
    closed.release(16);
    await sleeper.stop();
    expect((await lone.describe(TaskId)).Status).toMatchObject({ TotalCount: 20, SucceededCount: 0 });
    closed.remove();
    const task = await lone.end(TaskId);
    expect(task.Status).toMatchObject({ TotalCount: 20, SucceededCount: 20, FailedCount: 0 });
    const next = await lone.end((await lone.create('export', id)).TaskId);
    expect(next.Status).toMatchObject({ TotalCount: 0 });
    expect(await lone.describe(TaskId)).toEqual(task);
  } finally {
    await lone[Symbol.asyncDispose]();
  }
});

test('planning rests while many batches wait, and everything is exported in the end', async () => {
  const { id, root } = await linked('many', 0);
  // More batches than planning hands out at once, because every file fills one.
  for (const name of names(230)) {
    writeFileSync(join(root, name), '');
    truncateSync(join(root, name), 64 * 2 ** 20);
  }
  const denied = world.sandbox.addFault({
    match: { operation: ['CreateMultipartUpload'], key: 'many/*' },
    action: { type: 'error', status: 403, code: 'AccessDenied' },
  });
  const task = await world.end((await world.create('export', id)).TaskId);
  denied.remove();
  expect(task).toMatchObject({ Lifecycle: 'FAILED', Status: { TotalCount: 230, SucceededCount: 0, FailedCount: 230 } });
});

test.each([
  ['no linked repository', {}, 'BadRequest', 'no linked data repository'],
  ['an unknown file system', { FileSystemId: 'fs-00000000000000000' }, 'FileSystemNotFound', 'fs-00000000000000000'],
  ['an incomplete report', { Report: { Enabled: true } }, 'BadRequest', 'Report.Path, Report.Format, Report.Scope'],
  ['a release', { Type: 'RELEASE_DATA_FROM_FILESYSTEM' as const }, 'UnsupportedOperation', 'not supported yet'],
  ['a file cache type', { Type: 'AUTO_RELEASE_DATA' as const }, 'UnsupportedOperation', 'File Cache'],
  ['a reserved tag', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'BadRequest', 'no linked data repository'],
])('create is refused for %s', async (_, more, code, message) => {
  const { id } = await world.fileSystem();
  expect(await refusal(world.create('export', id, more))).toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test('pages are newest first, complete, and stay so while tasks are added', async () => {
  const { id } = await linked('pages');
  const made: string[] = [];
  for (const name of names(7)) made.unshift((await world.create('export', id, { Paths: [name] })).TaskId);
  const request = { Filters: [{ Name: 'file-system-id' as const, Values: [id] }], MaxResults: 3 };
  const seen: string[] = [];
  let token: string | undefined;
  do {
    const page = await world.engine.call('DescribeDataRepositoryTasks', {
      ...request,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    seen.push(...(page.DataRepositoryTasks ?? []).map(({ TaskId }) => TaskId));
    token = page.NextToken;
    await world.create('export', id, { Paths: [`more-${seen.length}`] });
  } while (token !== undefined);
  expect(seen).toEqual(made);
  const wrong = world.engine.call('DescribeDataRepositoryTasks', { MaxResults: 3, NextToken: 'AAAA' });
  expect((await refusal(wrong)).code).toBe('BadRequest');
});

test('filters: file system, lifecycle, association; values are alternatives, filters must all fit', async () => {
  const one = await linked('filters-1');
  const two = await linked('filters-2');
  const done = await world.end((await world.create('export', one.id)).TaskId);
  const failed = await world.end((await world.create('export', one.id, { Paths: ['nope'] })).TaskId);
  const elsewhere = await world.end((await world.create('export', two.id)).TaskId);
  const find = async (
    ...filters: ['file-system-id' | 'task-lifecycle' | 'data-repository-association-id', string[]][]
  ) => {
    const { DataRepositoryTasks: tasks = [] } = await world.engine.call('DescribeDataRepositoryTasks', {
      Filters: filters.map(([Name, Values]) => ({ Name, Values })),
    });
    return tasks.map(({ TaskId }) => TaskId);
  };
  expect(await find(['file-system-id', [one.id]])).toEqual([failed.TaskId, done.TaskId]);
  expect(await find(['file-system-id', [one.id, two.id]], ['task-lifecycle', ['SUCCEEDED']])).toEqual([
    elsewhere.TaskId,
    done.TaskId,
  ]);
  expect(await find(['data-repository-association-id', [two.association]])).toEqual([elsewhere.TaskId]);
  expect(await refusal(find(['task-lifecycle', ['COMPLETED']]))).toMatchObject({
    code: 'BadRequest',
    message: expect.stringContaining('SUCCEEDED'),
  });
});

test('a file system and an association with work to do are not deleted; afterwards they go, with their data', async () => {
  const { id, root, association } = await linked('deleting');
  const closed = gate('deleting');
  const { TaskId } = await world.create('export', id);
  await held('deleting');
  const drop = (deleteData: boolean) =>
    world.engine.call('DeleteDataRepositoryAssociation', {
      AssociationId: association,
      DeleteDataInFileSystem: deleteData,
    });
  expect((await refusal(drop(false))).message).toContain(TaskId);
  expect((await refusal(world.engine.call('DeleteFileSystem', { FileSystemId: id }))).message).toContain(TaskId);
  closed.remove();
  await world.end(TaskId);
  expect((await drop(true)).Lifecycle).toBe('DELETING');
  const associations = async () =>
    (
      await world.engine.call('DescribeDataRepositoryAssociations', {
        Filters: [{ Name: 'file-system-id', Values: [id] }],
      })
    ).Associations;
  await expect.poll(associations).toEqual([]);
  expect(readdirSync(root)).toEqual([]);
  await world.engine.call('DeleteFileSystem', { FileSystemId: id });
  const gone = async () =>
    world.engine.call('DescribeFileSystems', { FileSystemIds: [id] }).then(
      () => 'there',
      (error: unknown) => (error instanceof FsxError ? error.code : 'broken'),
    );
  await expect.poll(gone).toBe('FileSystemNotFound');
  expect(readdirSync(join(world.directory, 'data/file-systems'))).not.toContain(id);
  expect((await world.describe(TaskId)).Lifecycle).toBe('SUCCEEDED');
});

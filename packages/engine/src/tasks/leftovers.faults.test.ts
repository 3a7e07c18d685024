import { readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { openWorld, type World } from '../world.testing.ts';

/**
 * A worker that is taken for dead while it is in the middle of an entry. It lives on, which is the harder case: what it
 * does later must change nothing, and what it left is gone before it could tidy up itself.
 */

const MEBIBYTE = 2 ** 20;

let world: World;
beforeEach(async () => {
  world = await openWorld({ workers: [] });
});
afterEach(async () => world[Symbol.asyncDispose]());

const temporaryFiles = (root: string) => readdirSync(root).filter((name) => name.startsWith('.drt-'));

const unfinishedUploads = async () => {
  const { Uploads = [] } = await world.s3.send(new ListMultipartUploadsCommand({ Bucket: 'bucket' }));
  return Uploads.map(({ Key }) => Key);
};

/** An import that a worker called 'sleeper' is in the middle of: its file is half there. */
const halfImported = async () => {
  const { id, root } = await world.fileSystem();
  const sleeper = world.work('sleeper');
  await world.link(id, 'bucket/half');
  const content = Buffer.alloc(MEBIBYTE, 'half');
  await world.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'half/file', Body: content }));
  const slow = world.sandbox.addFault({
    match: { operation: 'GetObject', key: 'half/file' },
    action: { type: 'slow', bytesPerSecond: 64 * 1024 },
    count: 1,
  });
  const { TaskId } = await world.create('import', id);
  await vi.waitFor(() => expect(temporaryFiles(root)).toHaveLength(1), { timeout: 20_000 });
  return { root, content, TaskId, sleeper, slow };
};

test('a half-written file of a dead worker is removed by the one who takes over', async () => {
  const { root, content, TaskId, sleeper, slow } = await halfImported();
  const [left] = temporaryFiles(root);
  await world.engine.handBack('sleeper');
  world.work('successor');
  const task = await world.end(TaskId);
  expect(task).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: 1, SucceededCount: 1 } });
  expect(readFileSync(join(root, 'file')).equals(content)).toBe(true);
  expect(temporaryFiles(root)).not.toContain(left);
  slow.remove();
  await sleeper.stop();
  expect(temporaryFiles(root)).toEqual([]);
  expect(await world.describe(TaskId)).toEqual(task);
});

test('what cannot be reached of one entry keeps nothing of another', async () => {
  const { id, root } = await world.fileSystem();
  // A link stands where the entry before needs a directory.
  symlinkSync('elsewhere', join(root, 'above'));
  const sleeper = world.work('sleeper');
  await world.link(id, 'bucket/half');
  for (const Key of ['half/above/in/it', 'half/file']) {
    await world.s3.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body: Buffer.alloc(MEBIBYTE, 'half') }));
  }
  const match = { operation: 'GetObject', key: 'half/above/*' } as const;
  const gate = world.sandbox.addFault({ match, action: { type: 'gate', at: 'start' } });
  const slow = { type: 'slow', bytesPerSecond: 64 * 1024 } as const;
  world.sandbox.addFault({ match: { operation: 'GetObject', key: 'half/file' }, action: slow, count: 1 });
  const { TaskId } = await world.create('import', id);
  await vi.waitFor(() => expect(temporaryFiles(root)).toHaveLength(1), { timeout: 20_000 });
  const [left] = temporaryFiles(root);
  await world.engine.handBack('sleeper');
  world.work('successor');
  await vi.waitFor(() => expect(temporaryFiles(root)).not.toContain(left));
  gate.remove();
  expect((await world.end(TaskId)).Status).toMatchObject({ TotalCount: 2, SucceededCount: 1, FailedCount: 1 });
  world.sandbox.clearFaults();
  await sleeper.stop();
});

test('a canceled task does not wait for what a dead worker left, and it is removed', async () => {
  const { root, TaskId, slow } = await halfImported();
  await world.cancel(TaskId);
  expect((await world.describe(TaskId)).Lifecycle).toBe('CANCELING');
  await world.engine.handBack('sleeper');
  world.work('successor');
  const task = await world.end(TaskId);
  expect(task).toMatchObject({ Lifecycle: 'CANCELED', Status: { TotalCount: 1, SucceededCount: 0, FailedCount: 0 } });
  await vi.waitFor(() => expect(temporaryFiles(root)).toEqual([]));
  expect(readdirSync(root)).toEqual([]);
  slow.remove();
});

test('the multipart upload of a dead worker is aborted by the one who takes over, and no other upload is', async () => {
  const { id, root } = await world.fileSystem();
  writeFileSync(join(root, 'large'), '');
  truncateSync(join(root, 'large'), 40 * MEBIBYTE);
  const sleeper = world.work('sleeper');
  await world.link(id, 'bucket/parts');
  // Somebody else's, to a key that begins alike.
  await world.s3.send(new CreateMultipartUploadCommand({ Bucket: 'bucket', Key: 'parts/larger' }));
  world.sandbox.clearRequests();
  const gate = world.sandbox.addFault({ match: { operation: 'UploadPart' }, action: { type: 'gate', at: 'start' } });
  const { TaskId } = await world.create('export', id);
  await world.sandbox.waitForRequest(() => gate.held > 0);
  expect(await unfinishedUploads()).toEqual(['parts/large', 'parts/larger']);
  await world.engine.handBack('sleeper');
  world.work('successor');
  await world.sandbox.waitForRequest(
    () => world.sandbox.requests({ operation: 'CreateMultipartUpload', status: 200 }).length === 2,
  );
  expect(world.sandbox.requests({ operation: 'AbortMultipartUpload' })).toHaveLength(1);
  expect(await unfinishedUploads()).toEqual(['parts/large', 'parts/larger']);
  gate.remove();
  const task = await world.end(TaskId);
  expect(task).toMatchObject({ Lifecycle: 'SUCCEEDED', Status: { TotalCount: 1, SucceededCount: 1 } });
  await sleeper.stop();
  expect(await unfinishedUploads()).toEqual(['parts/larger']);
  expect(await world.describe(TaskId)).toEqual(task);
});

test('an upload whose ID was in a lost answer is found and aborted', async () => {
  const { id, root } = await world.fileSystem();
  writeFileSync(join(root, 'large'), '');
  truncateSync(join(root, 'large'), 40 * MEBIBYTE);
  world.work('one');
  await world.link(id, 'bucket/lost');
  world.sandbox.addFault({
    match: { operation: 'CreateMultipartUpload' },
    action: { type: 'reset', at: 'answer' },
    count: 1,
  });
  const { TaskId } = await world.create('export', id);
  expect((await world.end(TaskId)).Lifecycle).toBe('SUCCEEDED');
  expect(world.sandbox.requests({ operation: 'CreateMultipartUpload' })).toHaveLength(2);
  expect(await unfinishedUploads()).toEqual([]);
});

test('a task is canceled although the store never answers what is in flight', async () => {
  const { id, root } = await world.fileSystem();
  for (let n = 0; n < 40; n += 1) writeFileSync(join(root, `f${n}`), `${n}`);
  world.work('one');
  await world.link(id, 'bucket/hung');
  const hang = world.sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'hang', at: 'start' } });
  const { TaskId } = await world.create('export', id);
  await world.sandbox.waitForRequest(() => hang.hits === 16);
  await world.cancel(TaskId);
  const task = await world.end(TaskId);
  expect(task).toMatchObject({ Lifecycle: 'CANCELED', Status: { TotalCount: 40, SucceededCount: 0, FailedCount: 0 } });
  expect(hang.hits).toBe(16);
});

test('a task is canceled although the store never answers its report', async () => {
  const { id, root } = await world.fileSystem();
  writeFileSync(join(root, 'x.denied'), '');
  world.work('one');
  await world.link(id, 'bucket/unreported');
  const hang = world.sandbox.addFault({
    match: { operation: 'PutObject', key: '*failures.csv' },
    action: { type: 'hang', at: 'start' },
  });
  const { TaskId } = await world.create('export', id, {
    Report: {
      Enabled: true,
      Path: 's3://bucket/unreported/reports',
      Format: 'REPORT_CSV_20191124',
      Scope: 'FAILED_FILES_ONLY',
    },
  });
  await world.sandbox.waitForRequest(() => hang.hits === 1);
  await world.cancel(TaskId);
  const task = await world.end(TaskId);
  expect(task).toMatchObject({ Lifecycle: 'CANCELED', Status: { TotalCount: 1, FailedCount: 1 } });
  const work = await world.engine.tell('DescribeTaskWork', { TaskId });
  expect(work.ReportFailure).toContain('the task was canceled');
});

test('a clock that is set back moves nothing back', async () => {
  const { id, root } = await world.fileSystem();
  writeFileSync(join(root, 'file'), '');
  world.work('one');
  await world.link(id, 'bucket/clock');
  const gate = world.sandbox.addFault({ match: { operation: 'PutObject' }, action: { type: 'gate', at: 'start' } });
  const { TaskId } = await world.create('export', id);
  await world.sandbox.waitForRequest(() => gate.held === 1);
  const before = await world.describe(TaskId);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
  try {
    gate.remove();
    const { CreationTime, StartTime, EndTime, Status } = await world.end(TaskId);
    const times = [CreationTime, StartTime, Status?.LastUpdatedTime, EndTime].map((time) => time?.getTime() ?? 0);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(Status?.LastUpdatedTime?.getTime()).toBeGreaterThanOrEqual(before.Status?.LastUpdatedTime?.getTime() ?? 0);
  } finally {
    vi.restoreAllMocks();
  }
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Sandbox, startSandbox } from '@drt/s3-sandbox';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { workBatch } from './batch.ts';
import { openRows, type Rows } from './rows.testing.ts';
import { sweepBatch } from './sweep.ts';
import type { Entry } from './transfer.ts';

/** One batch in the hands of one worker: what is written down, when, and what is left to the next. */

let sandbox: Sandbox;
let directory: string;
let rows: Rows;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'drt-batch-'));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'sandbox');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'sandbox');
  sandbox = await startSandbox({ directory, buckets: ['bucket'] });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox.close();
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  rows = await openRows({ endpoint: sandbox.url });
  await rows.task('other', { ...executing, succeeded: 5 });
  await rows.batch('other', 1, { attempt: 1 });
});
afterEach(async () => {
  sandbox.clearFaults();
  sandbox.clearRequests();
  await rows[Symbol.asyncDispose]();
});

const executing = { lifecycle: 'EXECUTING', started_at: 2000, stage: 'FILES' } as const;
const IMPORT = { type: 'IMPORT_METADATA_FROM_REPOSITORY' } as const;

/** A batch of files of these names, each with its name as content. */
const makeBatch = async (names: readonly string[], row: Parameters<Rows['task']>[1] = {}) => {
  for (const name of names) writeFileSync(join(rows.root, name), name);
  const entries = names.map((name): Entry => [name, name.length]);
  await rows.task('one', { ...executing, total: names.length, ...row });
  await rows.batch('one', 1, { entries: JSON.stringify(entries) });
  await rows.batch('one', 2, { entries: '[["elsewhere",1]]' });
};

const work = ({ stop = new AbortController().signal, isHeld = (): boolean => true } = {}) =>
  workBatch(rows.context, { id: 'one', number: 1 }, { stop, isHeld });

const counters = () => rows.read('one', 'succeeded', 'failed', 'bytes');

const query = async (text: string) => (await rows.context.sql.query<object>(text)).map((row) => ({ ...row }));

const write = (text: string) => rows.context.sql.transaction((tx) => tx.query(text));

const entriesLeft = async () => {
  const [row] = await rows.context.sql.query<{ entries: string }>(
    "SELECT entries FROM batches WHERE task_id = 'one' AND number = 1",
  );
  return row && (JSON.parse(row.entries) as Entry[]).map(([key]) => key); // Written by the engine.
};

const gate = (key: string) =>
  sandbox.addFault({ match: { operation: 'PutObject', key }, action: { type: 'gate', at: 'answer' } });

test('what was done is counted, what failed is named, and only the own rows are written', async () => {
  await makeBatch(['a', 'bb']);
  await write(`UPDATE batches SET entries = '[["a",1],["bb",2],["gone",9]]' WHERE task_id = 'one' AND number = 1`);
  await work();
  expect(await counters()).toEqual({ succeeded: 2, failed: 1, bytes: 3 });
  expect(await query('SELECT task_id, path, code FROM failures')).toEqual([
    { task_id: 'one', path: 'gone', code: 'ResourceBusy' },
  ]);
  expect(await query('SELECT association_id, key FROM catalog')).toEqual([
    { association_id: 'dra-1', key: 'a' },
    { association_id: 'dra-1', key: 'bb' },
  ]);
  expect(await rows.batches()).toEqual(['one/2 FILES 0', 'other/1 FILES 1']);
  expect(await rows.read('other', 'succeeded', 'failed', 'bytes', 'updated_at')).toEqual({
    succeeded: 5,
    failed: 0,
    bytes: 0,
    updated_at: null,
  });
  const [sample] = await query("SELECT succeeded, failed, bytes FROM task_samples WHERE task_id = 'one'");
  expect(sample).toEqual({ succeeded: 2, failed: 1, bytes: 3 });
  expect((await rows.read('one', 'updated_at')).updated_at).toBeGreaterThan(0);
  expect(await query('SELECT event FROM task_activity')).toEqual([]);
  expect(await rows.jobs()).toEqual([]);
});

test('the last batch takes the task on, and a task without it waits for nothing', async () => {
  await makeBatch(['a']);
  await write("DELETE FROM batches WHERE task_id = 'one' AND number = 2");
  await work();
  expect(await rows.read('one', 'stage')).toEqual({ stage: 'FINISH' });
  expect(await rows.jobs()).toEqual(['finish one']);
  // Handed out once more: there is nothing to do.
  await work();
  expect(await rows.jobs()).toEqual(['finish one']);
});

test('an import names objects that failed by their URL', async () => {
  await makeBatch(['a'], IMPORT);
  await write(`UPDATE batches SET entries = '[["missing",1,"x",1]]' WHERE task_id = 'one' AND number = 1`);
  await work();
  expect(await query('SELECT path, code FROM failures')).toEqual([
    { path: 's3://bucket/missing', code: 'S3ObjectNotFound' },
  ]);
});

test('what is done is written down every second, while the rest is at work', async () => {
  await makeBatch(['a', 'bb', 'held']);
  const held = gate('held');
  const working = work();
  await vi.waitFor(async () => expect(await counters()).toMatchObject({ succeeded: 2, bytes: 3 }), { timeout: 10_000 });
  expect(await entriesLeft()).toEqual(['held']);
  expect(await rows.batches()).toContain('one/1 FILES 1');
  held.remove();
  await working;
  expect(await counters()).toEqual({ succeeded: 3, failed: 0, bytes: 7 });
  expect(await rows.batches()).not.toContain('one/1 FILES 1');
});

test('a worker whose batch was taken up by another writes nothing and ends', async () => {
  await makeBatch(['a', 'held']);
  const held = gate('held');
  const working = work();
  await sandbox.waitForRequest(() => held.held === 1);
  await write("UPDATE batches SET attempt = attempt + 1 WHERE task_id = 'one' AND number = 1");
  held.remove();
  await working;
  expect(await counters()).toEqual({ succeeded: 0, failed: 0, bytes: 0 });
  expect(await query('SELECT key FROM catalog')).toEqual([]);
  expect(await entriesLeft()).toEqual(['a', 'held']);
  expect(await rows.batches()).toEqual(['one/1 FILES 2', 'one/2 FILES 0', 'other/1 FILES 1']);
});

test('the rest is handed back when the worker stops or has lost its lease, and blames no entry', async () => {
  await makeBatch(['a', 'b']);
  await expect(work({ isHeld: () => false })).rejects.toThrow('handed back');
  let asked = 0;
  // Still held when the first entry is begun, and no more when its request is.
  const isHeld = () => (asked += 1) === 1;
  await expect(work({ isHeld })).rejects.toThrow('handed back');
  await expect(work({ stop: AbortSignal.abort() })).rejects.toThrow('handed back');
  expect(sandbox.requests({ operation: 'PutObject' })).toEqual([]);
  expect(await counters()).toEqual({ succeeded: 0, failed: 0, bytes: 0 });
  expect(await entriesLeft()).toEqual(['a', 'b']);
  await work();
  expect(await counters()).toEqual({ succeeded: 2, failed: 0, bytes: 2 });
  const resumed = await query("SELECT detail FROM task_activity WHERE task_id = 'one' ORDER BY seq");
  expect(resumed).toEqual([1, 2, 3].map((times) => ({ detail: `batch 1, for the ${times}. time` })));
});

test('of a canceled task what is in flight is counted, nothing else is begun, and the batch goes', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `f${n}`);
  await makeBatch(names);
  const held = gate('f*');
  const working = work();
  await sandbox.waitForRequest(() => held.held === 16);
  await write("UPDATE tasks SET lifecycle = 'CANCELING' WHERE id = 'one'");
  held.remove();
  await working;
  expect(await counters()).toMatchObject({ succeeded: 16, failed: 0 });
  expect(await rows.batches()).toEqual(['other/1 FILES 1']);
  expect(await rows.jobs()).toEqual(['finish one']);
});

test('every entry fails with the reason when the directory cannot be used', async () => {
  await makeBatch(['a', 'b']);
  await write("UPDATE file_systems SET identity = '1:1'");
  await work();
  expect(await counters()).toEqual({ succeeded: 0, failed: 2, bytes: 0 });
  const failures = await query('SELECT path, code, detail FROM failures ORDER BY path');
  const detail: unknown = expect.stringContaining('is not the one that file system fs-1 was created with');
  expect(failures).toEqual(['a', 'b'].map((path) => ({ path, code: 'InternalError', detail })));
});

test('a batch without its association is a bug, and is said to be one', async () => {
  await makeBatch(['a']);
  await write("UPDATE batches SET association_id = 'dra-9' WHERE task_id = 'one'");
  await expect(work()).rejects.toThrow('association dra-9 of task one is gone');
});

test('what cannot be removed of another attempt keeps nobody from working, and is no reason to keep the batch', async () => {
  const denied = () =>
    sandbox.addFault({
      match: { operation: 'ListMultipartUploads' },
      action: { type: 'error', status: 403, code: 'AccessDenied' },
      count: 1,
    });
  await makeBatch(['a']);
  await write("UPDATE batches SET attempt = 1 WHERE task_id = 'one'");
  const first = denied();
  await work();
  expect(first.hits).toBe(1);
  expect(await counters()).toMatchObject({ succeeded: 1, failed: 0 });
  await write("UPDATE batches SET stage = 'SWEEP' WHERE task_id = 'one' AND number = 2");
  const second = denied();
  await sweepBatch(rows.context, { id: 'one', number: 2 });
  expect(second.hits).toBe(1);
  expect(await rows.batches()).toEqual(['other/1 FILES 1']);
});

test('leftovers are looked for in a batch that somebody has worked before, and in no other', async () => {
  await makeBatch(['a']);
  await work();
  expect(sandbox.requests({ operation: 'ListMultipartUploads' })).toEqual([]);
});

test('a sweep that fails by a bug is told, and the batch stays', async () => {
  await makeBatch(['a']);
  await write("UPDATE batches SET stage = 'SWEEP', attempt = 2, entries = '{' WHERE task_id = 'one' AND number = 1");
  await expect(sweepBatch(rows.context, { id: 'one', number: 1 })).rejects.toThrow(SyntaxError);
  await write(`UPDATE batches SET entries = '[[5]]' WHERE task_id = 'one' AND number = 1`);
  await write("UPDATE tasks SET type = 'IMPORT_METADATA_FROM_REPOSITORY' WHERE id = 'one'");
  await expect(sweepBatch(rows.context, { id: 'one', number: 1 })).rejects.toThrow(TypeError);
  expect(await rows.batches()).toContain('one/1 SWEEP 2');
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { TaskRow } from '../store/tasks.ts';
import { workBatch } from './batch.ts';
import { cancelDataRepositoryTask } from './cancel.ts';
import { finishTask } from './finish.ts';
import { move } from './lifecycle.ts';
import { admitNext, advance } from './progress.ts';
import { openRows, type Rows } from './rows.testing.ts';
import { sweepBatch } from './sweep.ts';

/** What a step writes, and above all what it leaves alone: the rows of other tasks, batches and attempts. */

let rows: Rows;
beforeEach(async () => {
  rows = await openRows();
});
afterEach(async () => rows[Symbol.asyncDispose]());

const executing = { lifecycle: 'EXECUTING', started_at: 2000 } as const;
const canceling = { lifecycle: 'CANCELING', started_at: 2000 } as const;

const advanceTask = (id: string) => rows.context.sql.transaction((tx) => advance(rows.context, tx, id));
const admit = (id: string) => rows.context.sql.transaction((tx) => admitNext(rows.context, tx, id));
const lifecycles = async (...ids: string[]) => {
  const all = [];
  for (const id of ids) all.push((await rows.read(id, 'lifecycle')).lifecycle);
  return all;
};
const activity = async (taskId: string) => {
  const events = await rows.context.sql.query<{ event: string }>(
    'SELECT event FROM task_activity WHERE task_id = $1 ORDER BY seq',
    [taskId],
  );
  return events.map(({ event }) => event);
};

const lease = { stop: new AbortController().signal, isHeld: () => true };

describe('a move', () => {
  const moveTo = (task: Parameters<typeof move>[1], to: TaskRow['lifecycle'], clock: number) =>
    rows.context.sql.transaction((tx) => move(tx, task, to, clock));

  test('is made once: whoever has read the task before another moved it moves nothing', async () => {
    await rows.task('one', executing);
    await rows.task('other', executing);
    const seen = await rows.read('one', 'id', 'lifecycle', 'created_at', 'started_at', 'updated_at');
    expect(await moveTo(seen, 'CANCELING', 3000)).toBe(true);
    expect(await moveTo(seen, 'SUCCEEDED', 4000)).toBe(false);
    expect(await rows.read('one', 'lifecycle', 'ended_at')).toEqual({ lifecycle: 'CANCELING', ended_at: null });
    expect(await activity('one')).toEqual(['CANCELING']);
    expect(await lifecycles('other')).toEqual(['EXECUTING']);
    expect(await activity('other')).toEqual([]);
  });

  test('that the life of a task does not know is refused', async () => {
    await rows.task('one', { lifecycle: 'CANCELED' });
    const seen = await rows.read('one', 'id', 'lifecycle', 'created_at', 'started_at', 'updated_at');
    for (const to of ['PENDING', 'EXECUTING', 'CANCELING', 'CANCELED', 'SUCCEEDED', 'FAILED'] as const) {
      await expect(moveTo(seen, to, 3000)).rejects.toThrow(`from CANCELED to ${to}`);
    }
  });

  test.each([
    ['when it was made', { created_at: 9000 }],
    ['its start', { started_at: 9000 }],
    ['what was told of it last', { updated_at: 9000 }],
  ])('is never earlier than %s', async (_, row) => {
    await rows.task('one', { ...executing, ...row });
    const seen = await rows.read('one', 'id', 'lifecycle', 'created_at', 'started_at', 'updated_at');
    await moveTo(seen, 'SUCCEEDED', 3000);
    expect(await rows.read('one', 'ended_at', 'updated_at')).toEqual({ ended_at: 9000, updated_at: 9000 });
  });
});

describe('admission', () => {
  test('lets the oldest task of that file system execute, and no other', async () => {
    await rows.fileSystem('fs-2');
    await rows.task('elsewhere', { file_system_id: 'fs-2' });
    await rows.task('ended', { lifecycle: 'SUCCEEDED' });
    await rows.task('first');
    await rows.task('second');
    await admit('fs-1');
    expect(await lifecycles('elsewhere', 'first', 'second')).toEqual(['PENDING', 'EXECUTING', 'PENDING']);
    expect(await rows.jobs()).toEqual(['plan first']);
    await admit('fs-1');
    expect(await lifecycles('second')).toEqual(['PENDING']);
    await admit('fs-2');
    expect(await lifecycles('elsewhere')).toEqual(['EXECUTING']);
  });

  test.each([['executes', executing] as const, ['is being canceled', canceling] as const])(
    'waits for a task that %s',
    async (_, state) => {
      await rows.task('busy', state);
      await rows.task('next');
      await admit('fs-1');
      expect(await lifecycles('next')).toEqual(['PENDING']);
      expect(await rows.jobs()).toEqual([]);
    },
  );

  test('waits until nothing of a task of the same file system is left to be swept', async () => {
    await rows.fileSystem('fs-2');
    await rows.task('elsewhere', { file_system_id: 'fs-2', lifecycle: 'CANCELED' });
    await rows.batch('elsewhere', 1, { stage: 'SWEEP' });
    await rows.task('ended', { lifecycle: 'CANCELED' });
    await rows.batch('ended', 1, { stage: 'SWEEP', attempt: 2 });
    await rows.batch('ended', 2, { stage: 'SWEEP', attempt: 2 });
    await rows.task('next');
    // Of no account here: a batch of a task that is not at work.
    await rows.batch('next', 7);
    await admit('fs-1');
    expect(await lifecycles('next')).toEqual(['PENDING']);
    for (const [number, lifecycle] of [[1, 'PENDING'] as const, [2, 'EXECUTING'] as const]) {
      await rows.context.sql.transaction((tx) => tx.query("UPDATE tasks SET type = 'IMPORT_METADATA_FROM_REPOSITORY'"));
      await sweepBatch(rows.context, { id: 'ended', number });
      expect(await lifecycles('next')).toEqual([lifecycle]);
    }
    expect(await rows.jobs()).toEqual(['plan next']);
  });

  test.each([['CREATING'] as const, ['DELETING'] as const])('waits for a file system that is %s', async (lifecycle) => {
    await rows.fileSystem('fs-2', { lifecycle });
    await rows.task('next', { file_system_id: 'fs-2' });
    await admit('fs-2');
    expect(await lifecycles('next')).toEqual(['PENDING']);
  });

  test('fails every task of a file system that failed, and says why', async () => {
    await rows.fileSystem('fs-2', { lifecycle: 'FAILED', failure: 'The disk is gone.' });
    await rows.task('one', { file_system_id: 'fs-2' });
    await rows.task('two', { file_system_id: 'fs-2' });
    await rows.task('elsewhere');
    await admit('fs-2');
    expect(await lifecycles('one', 'two', 'elsewhere')).toEqual(['FAILED', 'FAILED', 'PENDING']);
    const { failure } = await rows.read('two', 'failure');
    expect(failure).toBe('File system fs-2 cannot be used: The disk is gone.');
    expect(await rows.read('elsewhere', 'failure')).toEqual({ failure: null });
    expect(await rows.jobs()).toEqual([]);
  });

  test('fails the tasks of a file system that is gone', async () => {
    await rows.task('one', { file_system_id: 'fs-9' });
    await admit('fs-9');
    expect(await rows.read('one', 'lifecycle', 'failure')).toEqual({
      lifecycle: 'FAILED',
      failure: 'File system fs-9 cannot be used: it is gone.',
    });
  });
});

describe('the next step of a task', () => {
  beforeEach(async () => {
    await rows.task('other', { ...executing, stage: 'FILES', parked: 1 });
  });
  const expectOtherAsBefore = async () =>
    expect(await rows.read('other', 'stage', 'parked')).toEqual({ stage: 'FILES', parked: 1 });

  test('after a cancel drops its batches that nobody has begun, and waits for those that somebody works', async () => {
    await rows.task('one', { ...canceling, stage: 'FILES' });
    await rows.batch('one', 1, { attempt: 1 });
    await rows.batch('one', 2);
    await rows.batch('other', 1);
    await rows.batch('other', 2, { attempt: 1 });
    await advanceTask('one');
    expect(await rows.batches()).toEqual(['one/1 FILES 1', 'other/1 FILES 0', 'other/2 FILES 1']);
    expect(await rows.read('one', 'stage')).toEqual({ stage: 'FILES' });
    expect(await rows.jobs()).toEqual([]);
  });

  test('after a cancel is the end when nobody works, whatever has to be swept and whoever works elsewhere', async () => {
    await rows.task('one', { ...canceling, stage: 'PLAN', parked: 1 });
    await rows.batch('one', 1, { stage: 'SWEEP', attempt: 2 });
    await rows.batch('one', 2);
    await rows.batch('other', 2, { attempt: 1 });
    await advanceTask('one');
    expect(await rows.batches()).toEqual(['one/1 SWEEP 2', 'other/2 FILES 1']);
    expect(await rows.read('one', 'stage', 'parked')).toEqual({ stage: 'FINISH', parked: 0 });
    expect(await rows.jobs()).toEqual(['finish one']);
    await advanceTask('one');
    expect(await rows.jobs()).toEqual(['finish one']);
    await expectOtherAsBefore();
  });

  test('lets planning go on when few batches of files are left', async () => {
    await rows.task('one', { ...executing, stage: 'PLAN', parked: 1 });
    for (let number = 1; number <= 51; number += 1) await rows.batch('one', number);
    for (let number = 52; number <= 60; number += 1) await rows.batch('one', number, { stage: 'DIRECTORIES' });
    for (let number = 1; number <= 60; number += 1) await rows.batch('other', number);
    await advanceTask('one');
    expect(await rows.jobs()).toEqual([]);
    await rows.context.sql.transaction((tx) => tx.query("DELETE FROM batches WHERE task_id = 'one' AND number = 1"));
    await advanceTask('one');
    expect(await rows.jobs()).toEqual(['plan one']);
    expect(await rows.read('one', 'stage', 'parked')).toEqual({ stage: 'PLAN', parked: 0 });
    await advanceTask('one');
    expect(await rows.jobs()).toEqual(['plan one']);
    await expectOtherAsBefore();
  });

  test('is its directories, in their order, when no file is left', async () => {
    await rows.task('one', { ...executing, stage: 'FILES' });
    await rows.batch('one', 3);
    await rows.batch('one', 5, { stage: 'DIRECTORIES' });
    await rows.batch('one', 4, { stage: 'DIRECTORIES' });
    await rows.batch('other', 7, { stage: 'DIRECTORIES' });
    await advanceTask('one');
    expect(await rows.jobs()).toEqual([]);
    await rows.context.sql.transaction((tx) => tx.query("DELETE FROM batches WHERE task_id = 'one' AND number = 3"));
    await rows.batch('one', 9, { stage: 'SWEEP' });
    await advanceTask('one');
    expect(await rows.read('one', 'stage')).toEqual({ stage: 'DIRECTORIES' });
    expect(await rows.jobs()).toEqual(['batch one/4', 'batch one/5']);
    await expectOtherAsBefore();
    await advanceTask('one');
    expect(await rows.jobs()).toHaveLength(2);
  });

  test.each(['FILES', 'DIRECTORIES'] as const)('is the end when %s were the last', async (stage) => {
    await rows.task('one', { ...executing, stage });
    await rows.batch('other', 1, { stage });
    await advanceTask('one');
    expect(await rows.read('one', 'stage')).toEqual({ stage: 'FINISH' });
    expect(await rows.jobs()).toEqual(['finish one']);
    await expectOtherAsBefore();
  });

  test.each(['PENDING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const)(
    'of a task that is %s is none',
    async (lifecycle) => {
      await rows.task('one', { lifecycle, stage: 'FILES' });
      await advanceTask('one');
      expect(await rows.read('one', 'stage')).toEqual({ stage: 'FILES' });
      expect(await rows.jobs()).toEqual([]);
    },
  );
});

describe('a cancel', () => {
  const cancel = (TaskId: string) => cancelDataRepositoryTask(rows.context, { TaskId });

  test.each([['PENDING', { lifecycle: 'PENDING' }] as const, ['EXECUTING', { ...executing, stage: 'FILES' }] as const])(
    'of a task that is %s and that nobody works leads to its end, and to that of no other',
    async (_, row) => {
      await rows.task('one', row);
      await rows.task('other', row);
      expect(await cancel('one')).toEqual({ Lifecycle: 'CANCELING', TaskId: 'one' });
      expect(await rows.read('one', 'lifecycle', 'stage')).toEqual({ lifecycle: 'CANCELING', stage: 'FINISH' });
      expect(await lifecycles('other')).toEqual([row.lifecycle]);
      expect(await rows.jobs()).toEqual(['finish one']);
    },
  );

  test('of a task that is canceled already is told so, and changes nothing', async () => {
    await rows.task('one', { ...canceling, stage: 'FILES' });
    await rows.batch('one', 1);
    expect(await cancel('one')).toEqual({ Lifecycle: 'CANCELING', TaskId: 'one' });
    expect(await rows.batches()).toEqual(['one/1 FILES 0']);
    expect(await activity('one')).toEqual([]);
  });

  test.each(['SUCCEEDED', 'FAILED', 'CANCELED'] as const)('of a task that is %s is refused', async (lifecycle) => {
    await rows.task('one', { lifecycle });
    await expect(cancel('one')).rejects.toMatchObject({ code: 'DataRepositoryTaskEnded' });
    expect(await rows.read('one', 'lifecycle', 'stage')).toEqual({ lifecycle, stage: 'PLAN' });
  });

  test('of no task is refused', async () => {
    await expect(cancel('nothing')).rejects.toMatchObject({ code: 'DataRepositoryTaskNotFound' });
  });
});

describe('a batch of a canceled task', () => {
  beforeEach(async () => {
    await rows.task('one', { ...canceling, stage: 'FILES' });
    await rows.task('other', { ...executing, stage: 'FILES' });
    for (const id of ['one', 'other']) for (const number of [1, 2]) await rows.batch(id, number, { attempt: 1 });
  });

  test('that somebody has worked is swept, and the task does not wait for that', async () => {
    await workBatch(rows.context, { id: 'one', number: 1 }, lease);
    expect(await rows.batches()).toEqual(['one/1 SWEEP 3', 'one/2 FILES 1', 'other/1 FILES 1', 'other/2 FILES 1']);
    expect(await rows.jobs()).toEqual([]);
    await workBatch(rows.context, { id: 'one', number: 2 }, lease);
    expect(await rows.jobs()).toEqual(['finish one']);
  });

  test('that nobody has worked is gone', async () => {
    await rows.context.sql.transaction((tx) =>
      tx.query("UPDATE batches SET attempt = 0 WHERE task_id = 'one' AND number = 1"),
    );
    await workBatch(rows.context, { id: 'one', number: 1 }, lease);
    expect(await rows.batches()).toEqual(['one/2 FILES 1', 'other/1 FILES 1', 'other/2 FILES 1']);
    expect(await rows.jobs()).toEqual([]);
  });

  test('is no more when it is swept, and no other is touched', async () => {
    await rows.context.sql.transaction(async (tx) => {
      await tx.query("UPDATE tasks SET type = 'IMPORT_METADATA_FROM_REPOSITORY' WHERE id = 'one'");
      // What cannot be read tells when the row of another is looked at.
      await tx.query("UPDATE batches SET stage = 'SWEEP', entries = '' WHERE number = 2 OR task_id = 'other'");
      await tx.query("DELETE FROM batches WHERE task_id = 'one' AND number = 2");
    });
    // Before the own one in every order.
    await rows.task('ahead', canceling);
    await rows.batch('ahead', 2, { stage: 'SWEEP', entries: '' });
    await rows.batch('one', 0, { stage: 'SWEEP', entries: '' });
    await rows.batch('one', 2, { stage: 'SWEEP' });
    await sweepBatch(rows.context, { id: 'one', number: 2 });
    expect(await rows.batches()).toEqual([
      'ahead/2 SWEEP 0',
      'one/0 SWEEP 0',
      'one/1 FILES 1',
      'other/1 SWEEP 1',
      'other/2 SWEEP 1',
    ]);
  });

  test('is not swept while somebody works it', async () => {
    await rows.context.sql.transaction((tx) => tx.query("UPDATE batches SET entries = ''"));
    await sweepBatch(rows.context, { id: 'one', number: 1 });
    expect(await rows.batches()).toHaveLength(4);
  });
});

describe('the end of a task', () => {
  test('is written by one attempt, for one task, and lets the next begin', async () => {
    await rows.task('one', { ...executing, stage: 'FINISH' });
    await rows.task('next');
    await rows.task('other', { ...executing, file_system_id: 'fs-2', stage: 'FINISH', failure: 'kept' });
    await finishTask(rows.context, { id: 'one' }, lease.stop);
    expect(await lifecycles('one', 'next', 'other')).toEqual(['SUCCEEDED', 'EXECUTING', 'EXECUTING']);
    expect(await rows.read('other', 'failure')).toEqual({ failure: 'kept' });
    await finishTask(rows.context, { id: 'one' }, lease.stop);
    expect(await activity('one')).toEqual(['SUCCEEDED']);
  });

  test('has what is left of its own batches swept, in their order', async () => {
    await rows.task('other', { ...executing, stage: 'FILES' });
    await rows.task('one', { ...canceling, stage: 'FINISH' });
    for (const number of [3, 1]) await rows.batch('one', number, { stage: 'SWEEP', attempt: 2 });
    await rows.batch('one', 2);
    await rows.batch('other', 4, { stage: 'SWEEP', attempt: 2 });
    await finishTask(rows.context, { id: 'one' }, lease.stop);
    expect(await rows.jobs()).toEqual(['sweep one/1', 'sweep one/3']);
  });

  test.each([
    ['CANCELED', { ...canceling, failure: 'too late to matter' }, null],
    ['FAILED', { ...executing, total: 1, failed: 1 }, '1 of 1 entry failed to export.'],
    ['FAILED', { ...executing, failure: 'No bucket.' }, 'No bucket.'],
    [
      'FAILED',
      { ...executing, failure: 'No bucket.', total: 3, failed: 2, type: 'IMPORT_METADATA_FROM_REPOSITORY' },
      'No bucket. 2 of 3 entries failed to import.',
    ],
  ] as const)('is %s for %j', async (lifecycle, row, failure) => {
    await rows.task('one', { ...row, stage: 'FINISH' });
    await finishTask(rows.context, { id: 'one' }, lease.stop);
    expect(await rows.read('one', 'lifecycle', 'failure')).toEqual({ lifecycle, failure });
  });
});

import { clip } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { lockFileSystem } from '../store/file-systems.ts';
import type { Transaction } from '../store/sql.ts';
import { batchesOf, countBatches, type Stage, taskById, type TaskRow } from '../store/tasks.ts';
import { move } from './lifecycle.ts';

/** Planning rests when this many batches wait, and goes on when a quarter is left: the database stays small. */
export const MANY_BATCHES = 200;
const FEW_BATCHES = 50;

const setStage = (tx: Transaction, id: string, stage: Stage) =>
  tx.query('UPDATE tasks SET stage = $2, parked = 0 WHERE id = $1', [id, stage]);

/** Whether something of a canceled task is left: removing it later could hit what the next task does to the same keys. */
const isToBeSwept = async (tx: Transaction, fileSystemId: string): Promise<boolean> =>
  (
    await tx.query(
      `SELECT number FROM batches JOIN tasks ON tasks.id = task_id
       WHERE batches.stage = 'SWEEP' AND file_system_id = $1 LIMIT 1`,
      [fileSystemId],
    )
  ).length > 0;

/** Lets the oldest PENDING task of the file system execute if none does and nothing of another is left. */
export async function admitNext(context: Context, tx: Transaction, fileSystemId: string): Promise<void> {
  const fileSystem = await lockFileSystem(tx, fileSystemId);
  if (fileSystem && fileSystem.lifecycle !== 'AVAILABLE' && fileSystem.lifecycle !== 'FAILED') return;
  const [busy] = await tx.query(
    "SELECT id FROM tasks WHERE file_system_id = $1 AND lifecycle IN ('EXECUTING', 'CANCELING') LIMIT 1",
    [fileSystemId],
  );
  if (busy || (await isToBeSwept(tx, fileSystemId))) return;
  const [next] = await tx.query<TaskRow>(
    "SELECT * FROM tasks WHERE file_system_id = $1 AND lifecycle = 'PENDING' ORDER BY seq LIMIT 1",
    [fileSystemId],
  );
  if (!next) return;
  if (fileSystem?.lifecycle !== 'AVAILABLE') {
    await tx.query('UPDATE tasks SET failure = $2 WHERE id = $1', [
      next.id,
      clip(`File system ${fileSystemId} cannot be used: ${fileSystem?.failure ?? 'it is gone.'}`),
    ]);
    await move(tx, next, 'FAILED', context.now());
    await admitNext(context, tx, fileSystemId);
    return;
  }
  await move(tx, next, 'EXECUTING', context.now());
  await context.jobs.enqueue(tx, [{ kind: 'plan', id: next.id }]);
}

const finish = async (context: Context, tx: Transaction, task: TaskRow) => {
  await setStage(tx, task.id, 'FINISH');
  await context.jobs.enqueue(tx, [{ kind: 'finish', id: task.id }]);
};

const beginDirectories = async (context: Context, tx: Transaction, task: TaskRow) => {
  await setStage(tx, task.id, 'DIRECTORIES');
  for (const number of await batchesOf(tx, task.id, 'DIRECTORIES'))
    await context.jobs.enqueue(tx, [{ kind: 'batch', id: task.id, number }]);
};

const advanceCanceling = async (context: Context, tx: Transaction, task: TaskRow) => {
  // Batches that a worker has taken up report what was in flight; nobody else's are begun.
  await tx.query('DELETE FROM batches WHERE task_id = $1 AND attempt = 0', [task.id]);
  const [held] = await tx.query("SELECT number FROM batches WHERE task_id = $1 AND stage <> 'SWEEP' LIMIT 1", [
    task.id,
  ]);
  if (!held) await finish(context, tx, task);
};

const advancePlanning = async (context: Context, tx: Transaction, task: TaskRow) => {
  if (task.parked === 0 || (await countBatches(tx, task.id, 'FILES')) > FEW_BATCHES) return;
  await tx.query('UPDATE tasks SET parked = 0 WHERE id = $1', [task.id]);
  await context.jobs.enqueue(tx, [{ kind: 'plan', id: task.id }]);
};

const advanceWorking = async (context: Context, tx: Transaction, task: TaskRow) => {
  if ((await countBatches(tx, task.id, task.stage)) > 0) return;
  const directories = task.stage === 'FILES' ? await countBatches(tx, task.id, 'DIRECTORIES') : 0;
  await (directories > 0 ? beginDirectories(context, tx, task) : finish(context, tx, task));
};

/**
 * Takes a task one step on when its present stage has nothing left to do. Called in every transaction that could have
 * done the last of it: the end of planning, the end of a batch, a cancel.
 */
export async function advance(context: Context, tx: Transaction, taskId: string): Promise<void> {
  const task = await taskById(tx, taskId);
  if (!task || task.stage === 'FINISH') return;
  if (task.lifecycle === 'CANCELING') return advanceCanceling(context, tx, task);
  if (task.lifecycle !== 'EXECUTING') return;
  await (task.stage === 'PLAN' ? advancePlanning(context, tx, task) : advanceWorking(context, tx, task));
}

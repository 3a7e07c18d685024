import { objectKeyOf, treePathOf } from '../associations/resolve.ts';
import type { Context } from '../context.ts';
import { openRoot } from '../file-systems/root.ts';
import { PosixFailure } from '../posix/failure.ts';
import type { Tree } from '../posix/tree.ts';
import { S3Failure } from '../s3/failure.ts';
import { associationById, type AssociationRow } from '../store/associations.ts';
import type { Transaction } from '../store/sql.ts';
import { batchesOf, type BatchRow, taskById, type TaskRow } from '../store/tasks.ts';
import { admitNext } from './progress.ts';
import { type Entry, writerOf } from './transfer.ts';

/** A batch that somebody has worked before. */
export interface Inherited {
  readonly task: TaskRow;
  readonly batch: BatchRow;
  readonly association: AssociationRow;
}

/**
 * Removes what earlier attempts at a batch left when they were killed: half-written files of an import, unfinished
 * multipart uploads of an export. Both can only be of entries that are not done. What cannot be removed is logged, and
 * keeps nobody from working.
 */
export async function sweep(context: Context, { task, batch, association }: Inherited, tree: Tree): Promise<void> {
  // Written by planning.
  const entries = JSON.parse(batch.entries) as Entry[];
  /** What cannot be removed of one entry says nothing of the others. */
  const attempt = async (remove: () => Promise<void> | void) => {
    try {
      await remove();
    } catch (error) {
      if (!(error instanceof S3Failure) && !(error instanceof PosixFailure)) throw error;
      context.log.warn({ taskId: task.id, batch: batch.number, reason: error.message }, 'leftovers not removed');
    }
  };
  if (task.type === 'IMPORT_METADATA_FROM_REPOSITORY') {
    const writers = Array.from({ length: batch.attempt - 1 }, (_, before) =>
      writerOf(task.id, batch.number, before + 1),
    );
    for (const [key] of entries) {
      if (!key.endsWith('/')) await attempt(() => tree.removeLeft(treePathOf(association, key), writers));
    }
  } else {
    const keys = new Set(entries.map(([key]) => objectKeyOf(association, key)));
    const since = new Date(task.started_at ?? task.created_at);
    await attempt(() => context.s3().abandonUploads(association.bucket, keys, since));
  }
}

/**
 * Has that done for the batches of a task that nobody works any more. Only once the task has ended: in a file system that
 * hangs, who sweeps would keep the same worker from ending it.
 */
export async function enqueueSweeps(context: Context, tx: Transaction, id: string): Promise<void> {
  const left = await batchesOf(tx, id, 'SWEEP');
  await context.jobs.enqueue(
    tx,
    left.map((number) => ({ kind: 'sweep', id, number })),
  );
}

/** The same after the task was canceled, when nobody works the batch any more; then the next task may begin. */
export async function sweepBatch(
  context: Context,
  { id, number }: { readonly id: string; readonly number: number },
): Promise<void> {
  const [batch] = await context.sql.query<BatchRow>(
    "SELECT * FROM batches WHERE task_id = $1 AND number = $2 AND stage = 'SWEEP'",
    [id, number],
  );
  const task = await taskById(context.sql, id);
  const association = batch && (await associationById(context.sql, batch.association_id));
  if (batch && task && association) {
    using root = await openRoot(context, task.file_system_id);
    if ('tree' in root) await sweep(context, { task, batch, association }, root.tree);
  }
  await context.sql.transaction(async (tx) => {
    await tx.query("DELETE FROM batches WHERE task_id = $1 AND number = $2 AND stage = 'SWEEP'", [id, number]);
    if (task) await admitNext(context, tx, task.file_system_id);
  });
}

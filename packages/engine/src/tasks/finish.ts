import { clip } from '@drt/contract/errors';
import type { CompletionReport } from '@drt/contract/tasks';

import type { Context } from '../context.ts';
import type { Transaction } from '../store/sql.ts';
import { claimTask, type TaskRow, lockTask, taskById } from '../store/tasks.ts';
import { move } from './lifecycle.ts';
import { noteActivity, sampleTask } from './observe.ts';
import { admitNext } from './progress.ts';
import { deliverReport, reportLocation } from './report.ts';
import { enqueueSweeps } from './sweep.ts';

const VERBS = {
  EXPORT_TO_REPOSITORY: 'export',
  IMPORT_METADATA_FROM_REPOSITORY: 'import',
  RELEASE_DATA_FROM_FILESYSTEM: 'release',
  AUTO_RELEASE_DATA: 'release',
} as const;

/** Why a task failed: its own reason first, then its entries, then a report that did not arrive. */
function failureMessage(task: TaskRow, undelivered: string | undefined): string {
  const sentences: string[] = [];
  if (task.failure !== null) sentences.push(task.failure);
  if (task.failed > 0) {
    const hasReport = (JSON.parse(task.report) as { Enabled: boolean }).Enabled && undelivered === undefined;
    sentences.push(
      `${task.failed} of ${task.total} ${task.total === 1 ? 'entry' : 'entries'} failed to ${VERBS[task.type]}.${hasReport ? ' The completion report names them.' : ''}`,
    );
  }
  if (undelivered !== undefined) sentences.push(`The completion report could not be delivered: ${undelivered}.`);
  return clip(sentences.join(' '));
}

async function noteReport(tx: Transaction, task: TaskRow, undelivered: string | undefined, now: number): Promise<void> {
  // Written from the request.
  const report = JSON.parse(task.report) as CompletionReport;
  if (undelivered !== undefined) await noteActivity(tx, task.id, 'REPORT_FAILED', now, undelivered);
  else if (report.Enabled && task.failed > 0) {
    const location = reportLocation(task, report);
    await noteActivity(tx, task.id, 'REPORTED', now, location ? `s3://${location.bucket}/${location.key}` : '');
  }
}

const outcomeOf = (task: TaskRow) => {
  if (task.lifecycle === 'CANCELING') return 'CANCELED' as const;
  return task.failed > 0 || task.failure !== null ? ('FAILED' as const) : ('SUCCEEDED' as const);
};

/** How long a task that is canceled waits for its report to arrive. */
const CANCELED_PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 1000;

/** Delivers the report; gives up on a store that does not answer when the worker stops or the task is canceled. */
async function deliver(context: Context, task: TaskRow, stop: AbortSignal): Promise<string | undefined> {
  const enough = new AbortController();
  let canceled: number | undefined;
  const look = async () => {
    if ((await taskById(context.sql, task.id))?.lifecycle !== 'CANCELING') return;
    canceled ??= performance.now();
    if (performance.now() - canceled >= CANCELED_PATIENCE_MS) enough.abort(new Error('the task was canceled'));
  };
  const looks = setInterval(() => {
    // A database that does not answer is met by the transaction that ends the task.
    look().catch(() => {});
  }, LOOK_EVERY_MS);
  try {
    return await deliverReport(context, task, AbortSignal.any([enough.signal, stop]));
  } finally {
    clearInterval(looks);
  }
}

/** Delivers the report, ends the task, and lets the next one of its file system begin. */
export async function finishTask(context: Context, { id }: { readonly id: string }, stop: AbortSignal): Promise<void> {
  const claimed = await context.sql.transaction((tx) => claimTask(tx, id, 'FINISH'));
  if (!claimed) return;
  const undelivered = await deliver(context, claimed, stop);
  // Undelivered for no fault of the store's: the next worker delivers it.
  if (undelivered !== undefined) stop.throwIfAborted();
  if (undelivered !== undefined) {
    context.log.error({ taskId: id, reason: undelivered }, 'completion report not delivered');
  }
  await context.sql.transaction(async (tx) => {
    // A cancel may have come while the report was written; the row as it is now decides.
    const task = await lockTask(tx, id);
    if (!task || task.attempt !== claimed.attempt) return;
    const outcome = outcomeOf(task);
    await tx.query('UPDATE tasks SET failure = $2, report_failure = $3 WHERE id = $1', [
      id,
      outcome === 'FAILED' ? failureMessage(task, undelivered) : null,
      undelivered ?? null,
    ]);
    await noteReport(tx, task, undelivered, context.now());
    await move(tx, task, outcome, context.now());
    await enqueueSweeps(context, tx, id);
    await sampleTask(tx, task, context.now());
    await admitNext(context, tx, task.file_system_id);
    context.log.info({ taskId: id, lifecycle: outcome, total: task.total, failed: task.failed }, 'task ended');
  });
}

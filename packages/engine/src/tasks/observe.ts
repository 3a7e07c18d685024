import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import { FsxError } from '@drt/contract/errors';
import type { FailureCode } from '@drt/contract/report';
import { thinned } from '@drt/contract/samples';

import type { Context } from '../context.ts';
import type { Transaction } from '../store/sql.ts';
import { type FailureRow, failuresAfter, taskById, type TaskRow } from '../store/tasks.ts';

/** What happens to a task beside the moves of its lifecycle, which are events too. */
type TaskEvent = TaskRow['lifecycle'] | 'PLANNED' | 'RESUMED' | 'REPORTED' | 'REPORT_FAILED';

/** Writes down that something happened to a task. `detail` is for people; '' when the event says it all. */
export const noteActivity = (tx: Transaction, taskId: string, event: TaskEvent, at: number, detail = '') =>
  tx.query(
    `INSERT INTO task_activity (task_id, seq, at, event, detail)
     VALUES ($1, (SELECT coalesce(max(seq), 0) + 1 FROM task_activity WHERE task_id = $1), $2, $3, $4)`,
    [taskId, at, event, detail],
  );

const MINUTE = 60_000;

/** Milliseconds between samples of a task that is so old: of a week there are some 3,000. */
const sampleStep = (age: number) => {
  if (age < 10 * MINUTE) return 1000;
  if (age < 100 * MINUTE) return 10_000;
  return age < 1000 * MINUTE ? MINUTE : 10 * MINUTE;
};

/** Writes down the counters as they are now; of several within a step the last one stays. */
export const sampleTask = (
  tx: Transaction,
  { id, created_at: created }: Pick<TaskRow, 'id' | 'created_at'>,
  now: number,
) => {
  const step = sampleStep(now - created);
  return tx.query(
    `INSERT INTO task_samples (task_id, at, scanned, total, succeeded, failed, bytes)
     SELECT id, $2, scanned, total, succeeded, failed, bytes FROM tasks WHERE id = $1
     ON CONFLICT (task_id, at) DO UPDATE SET scanned = excluded.scanned, total = excluded.total,
       succeeded = excluded.succeeded, failed = excluded.failed, bytes = excluded.bytes`,
    [id, Math.ceil(now / step) * step],
  );
};

interface SampleRow {
  readonly at: number;
  readonly scanned: number;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly bytes: number;
}

const countersOf = (row: Omit<SampleRow, 'at'>) => ({
  ScannedCount: row.scanned,
  TotalCount: row.total,
  SucceededCount: row.succeeded,
  FailedCount: row.failed,
  Bytes: row.bytes,
});

async function knownTask(context: Context, id: string): Promise<TaskRow> {
  const task = await taskById(context.sql, id);
  if (!task) throw new FsxError('DataRepositoryTaskNotFound', `There is no task ${id}.`);
  return task;
}

async function tasksAhead(context: Context, task: TaskRow): Promise<number> {
  const [row] = await context.sql.query<{ n: number }>(
    `SELECT count(*) AS n FROM tasks
     WHERE file_system_id = $1 AND seq < $2 AND lifecycle IN ('PENDING', 'EXECUTING', 'CANCELING')`,
    [task.file_system_id, task.seq],
  );
  return row?.n ?? 0;
}

/** How a task's work goes: stage, counters with bytes, their history, what happened. */
export async function describeTaskWork(
  context: Context,
  { TaskId: id, SamplesFrom: samplesFrom, ActivityFrom: activityFrom = 0 }: EngineInput<'DescribeTaskWork'>,
): Promise<EngineOutput<'DescribeTaskWork'>> {
  const task = await knownTask(context, id);
  const samples = await context.sql.query<SampleRow>(
    'SELECT at, scanned, total, succeeded, failed, bytes FROM task_samples WHERE task_id = $1 AND at >= $2 ORDER BY at',
    [id, samplesFrom?.getTime() ?? 0],
  );
  // An event's number is how many there are up to it.
  const activity = await context.sql.query<{ at: number; event: string; detail: string }>(
    'SELECT at, event, detail FROM task_activity WHERE task_id = $1 AND seq > $2 ORDER BY seq',
    [id, activityFrom],
  );
  return {
    ...countersOf(task),
    Stage: task.stage,
    ...(task.lifecycle === 'PENDING' ? { Ahead: await tasksAhead(context, task) } : {}),
    ...(task.report_failure === null ? {} : { ReportFailure: task.report_failure }),
    Samples: thinned(samples.map((sample) => ({ Time: new Date(sample.at), ...countersOf(sample) }))),
    Activity: activity.map(({ at, event, detail }) => ({ Time: new Date(at), Event: event, Detail: detail })),
  };
}

const PAGE = 100;

/** The entries that failed so far, in the order of paths. */
export async function listTaskFailures(
  context: Context,
  { TaskId: id, Code: code, After: after = '', MaxResults: size = PAGE }: EngineInput<'ListTaskFailures'>,
): Promise<EngineOutput<'ListTaskFailures'>> {
  await knownTask(context, id);
  const codes = await context.sql.query<{ code: FailureCode; n: number }>(
    'SELECT code, count(*) AS n FROM failures WHERE task_id = $1 GROUP BY code ORDER BY n DESC, code',
    [id],
  );
  const rows: readonly FailureRow[] =
    code === undefined
      ? await failuresAfter(context.sql, id, after, size + 1)
      : await context.sql.query<FailureRow>(
          `SELECT path, code, detail FROM failures WHERE task_id = $1 AND path > $2 AND code = $4
           ORDER BY path LIMIT $3`,
          [id, after, size + 1, code],
        );
  return {
    Failures: rows.slice(0, size).map((row) => ({ Path: row.path, Code: row.code, Detail: row.detail })),
    Codes: codes.map((row) => ({ Code: row.code, Count: row.n })),
    More: rows.length > size,
  };
}

import type { FailureCode } from '@drt/contract/report';
import type { TaskLifecycle, TaskType } from '@drt/contract/tasks';

import { placeholders, type Sql, type Transaction } from './sql.ts';

/**
 * What a task is busy with while it executes: finding entries, working batches of files, working batches of
 * directories (import sets their attributes last), writing the report.
 */
export type Stage = 'PLAN' | 'FILES' | 'DIRECTORIES' | 'FINISH';

export interface TaskRow {
  /** Grows by one per task. */
  readonly seq: number;
  readonly id: string;
  readonly file_system_id: string;
  readonly type: TaskType;
  readonly lifecycle: TaskLifecycle;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  /** JSON array, as requested. */
  readonly paths: string;
  /** Equal for exact copies. */
  readonly identity: string;
  /** JSON of the member Report. */
  readonly report: string;
  readonly failure: string | null;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly bytes: number;
  readonly updated_at: number | null;
  readonly stage: Stage;
  readonly cursor: string | null;
  readonly parked: 0 | 1;
  readonly attempt: number;
  readonly report_failure: string | null;
  /** Entries that planning has looked at. */
  readonly scanned: number;
}

export interface BatchRow {
  readonly task_id: string;
  readonly number: number;
  /** SWEEP: the task is canceled, and what is to be done is to remove what attempts that were killed have left. */
  readonly stage: Stage | 'SWEEP';
  readonly association_id: string;
  readonly attempt: number;
  /** JSON array of what is left to do. */
  readonly entries: string;
}

export interface FailureRow {
  readonly path: string;
  readonly code: FailureCode;
  readonly detail: string;
}

type Reader = Pick<Sql | Transaction, 'query'>;

const ACTIVE = "('PENDING', 'EXECUTING', 'CANCELING')";

export const taskById = async (sql: Reader, id: string): Promise<TaskRow | undefined> =>
  (await sql.query<TaskRow>('SELECT * FROM tasks WHERE id = $1', [id]))[0];

/** The row, and nobody else writes it until the transaction ends. */
export const lockTask = async (tx: Transaction, id: string): Promise<TaskRow | undefined> =>
  (await tx.query<TaskRow>('UPDATE tasks SET id = id WHERE id = $1 RETURNING *', [id]))[0];

export const tasksByIds = (sql: Reader, ids: readonly string[]) =>
  sql.query<TaskRow>(`SELECT * FROM tasks WHERE id IN ${placeholders(1, ids.length)} ORDER BY seq DESC`, ids);

export interface TaskFilter {
  readonly fileSystemIds?: readonly string[];
  readonly lifecycles?: readonly string[];
  readonly associationIds?: readonly string[];
}

/** Newest first, `limit` rows older than `before`. */
export function tasksBefore(sql: Reader, filter: TaskFilter, before: number, limit: number): Promise<TaskRow[]> {
  const values: (string | number)[] = [before, limit];
  const among = (column: string, wanted: readonly string[]) => {
    const list = placeholders(1, wanted.length, values.length + 1);
    values.push(...wanted);
    return `${column} IN ${list}`;
  };
  const conditions = ['seq < $1'];
  if (filter.fileSystemIds) conditions.push(among('file_system_id', filter.fileSystemIds));
  if (filter.lifecycles) conditions.push(among('lifecycle', filter.lifecycles));
  if (filter.associationIds) {
    const touched = among('association_id', filter.associationIds);
    conditions.push(`seq IN (SELECT task_seq FROM task_associations WHERE ${touched})`);
  }
  return sql.query<TaskRow>(`SELECT * FROM tasks WHERE ${conditions.join(' AND ')} ORDER BY seq DESC LIMIT $2`, values);
}

/** The task of the same file system that is not finished and does exactly the same. */
export const activeCopyOf = async (tx: Transaction, fileSystemId: string, identity: string) =>
  (
    await tx.query<TaskRow>(
      `SELECT * FROM tasks WHERE file_system_id = $1 AND identity = $2 AND lifecycle IN ${ACTIVE} LIMIT 1`,
      [fileSystemId, identity],
    )
  )[0];

export const activeTaskOf = async (sql: Reader, fileSystemId: string) =>
  (
    await sql.query<TaskRow>(`SELECT * FROM tasks WHERE file_system_id = $1 AND lifecycle IN ${ACTIVE} LIMIT 1`, [
      fileSystemId,
    ])
  )[0];

export const activeTaskOfAssociation = async (sql: Reader, associationId: string) =>
  (
    await sql.query<TaskRow>(
      `SELECT tasks.* FROM task_associations JOIN tasks ON seq = task_seq
       WHERE association_id = $1 AND lifecycle IN ${ACTIVE} LIMIT 1`,
      [associationId],
    )
  )[0];

export type NewTask = Pick<TaskRow, 'id' | 'file_system_id' | 'type' | 'created_at' | 'paths' | 'identity' | 'report'>;

export async function insertTask(tx: Transaction, task: NewTask, associationIds: readonly string[]): Promise<TaskRow> {
  const [row] = await tx.query<TaskRow>(
    `INSERT INTO tasks (seq, id, file_system_id, type, lifecycle, created_at, paths, identity, report,
       total, succeeded, failed, bytes, stage, parked, attempt)
     VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM tasks), $1, $2, $3, 'PENDING', $4, $5, $6, $7,
       0, 0, 0, 0, 'PLAN', 0, 0) RETURNING *`,
    [task.id, task.file_system_id, task.type, task.created_at, task.paths, task.identity, task.report],
  );
  if (!row) throw new Error('INSERT … RETURNING answered no row');
  if (associationIds.length > 0) {
    await tx.query(
      `INSERT INTO task_associations (association_id, task_seq) VALUES ${placeholders(associationIds.length, 2)}`,
      associationIds.flatMap((id) => [id, row.seq]),
    );
  }
  return row;
}

/** Sets `updated_at` to a parameter, but never back: clocks are set back now and then. */
export const touch = (parameter: string) =>
  `updated_at = CASE WHEN updated_at > ${parameter} THEN updated_at ELSE ${parameter} END`;

/** Takes up planning or finishing: from here on only this attempt may write. Undefined when there is nothing to do. */
export const claimTask = async (tx: Transaction, id: string, stage: Stage): Promise<TaskRow | undefined> =>
  (
    await tx.query<TaskRow>(
      `UPDATE tasks SET attempt = attempt + 1 WHERE id = $1 AND stage = $2
       AND lifecycle IN ('EXECUTING', 'CANCELING') RETURNING *`,
      [id, stage],
    )
  )[0];

/** Takes up a batch, as above. */
export const claimBatch = async (tx: Transaction, taskId: string, number: number): Promise<BatchRow | undefined> =>
  (
    await tx.query<BatchRow>(
      'UPDATE batches SET attempt = attempt + 1 WHERE task_id = $1 AND number = $2 RETURNING *',
      [taskId, number],
    )
  )[0];

export type NewBatch = Pick<BatchRow, 'number' | 'stage' | 'association_id' | 'entries'>;

export const insertBatches = async (tx: Transaction, taskId: string, batches: readonly NewBatch[]) => {
  if (batches.length === 0) return;
  await tx.query(
    `INSERT INTO batches (task_id, number, stage, association_id, attempt, entries)
     VALUES ${placeholders(batches.length, 6)}`,
    batches.flatMap((batch) => [taskId, batch.number, batch.stage, batch.association_id, 0, batch.entries]),
  );
};

export const countBatches = async (tx: Transaction, taskId: string, stage: Stage): Promise<number> =>
  (
    await tx.query<{ n: number }>('SELECT count(*) AS n FROM batches WHERE task_id = $1 AND stage = $2', [
      taskId,
      stage,
    ])
  )[0]?.n ?? 0;

/** Their numbers, in order. */
export const batchesOf = async (tx: Transaction, taskId: string, stage: BatchRow['stage']): Promise<number[]> =>
  (
    await tx.query<{ number: number }>('SELECT number FROM batches WHERE task_id = $1 AND stage = $2 ORDER BY number', [
      taskId,
      stage,
    ])
  ).map(({ number }) => number);

export const insertFailures = async (tx: Transaction, taskId: string, failures: readonly FailureRow[]) => {
  if (failures.length === 0) return;
  await tx.query(
    `INSERT INTO failures (task_id, path, code, detail) VALUES ${placeholders(failures.length, 4)}
     ON CONFLICT (task_id, path) DO NOTHING`,
    failures.flatMap((failure) => [taskId, failure.path, failure.code, failure.detail]),
  );
};

/** In the order of paths, `limit` rows behind `after`. */
export const failuresAfter = (sql: Reader, taskId: string, after: string, limit: number) =>
  sql.query<FailureRow>(
    'SELECT path, code, detail FROM failures WHERE task_id = $1 AND path > $2 ORDER BY path LIMIT $3',
    [taskId, after, limit],
  );

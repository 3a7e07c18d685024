import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Context, openContext } from '../context.ts';
import type { Job } from '../jobs/jobs.ts';
import { insertAssociation } from '../store/associations.ts';
import { type FileSystemRow, insertFileSystem } from '../store/file-systems.ts';
import { type BatchRow, insertBatches, insertTask, type TaskRow } from '../store/tasks.ts';

/** The engine's database with rows as a test wants them, and nobody at work. */
export interface Rows extends AsyncDisposable {
  readonly context: Context;
  /** The directory of the file system fs-1, which is linked to s3://bucket as dra-1. */
  readonly root: string;
  fileSystem(id: string, row?: Partial<FileSystemRow>): Promise<void>;
  /** A task in any state; `id` says which. */
  task(id: string, row?: Partial<TaskRow>): Promise<void>;
  batch(taskId: string, number: number, row?: Partial<BatchRow>): Promise<void>;
  /** The columns of a task that matter, by their names. */
  read<Column extends keyof TaskRow>(id: string, ...columns: Column[]): Promise<Pick<TaskRow, Column>>;
  /** `<task>/<number> <stage> <attempt>` of each batch. */
  batches(): Promise<string[]>;
  /** `<kind> <id>` of each job, with the number if it has one, in the order in which they are handed out. */
  jobs(): Promise<string[]>;
}

const ASSOCIATION = 'dra-1';

const nameOfJob = (job: Job) => `${job.kind} ${job.id}${'number' in job ? `/${job.number}` : ''}`;

/** `endpoint`: where buckets are, for tests in which something is transferred. */
export async function openRows({ endpoint = 'http://127.0.0.1:9' } = {}): Promise<Rows> {
  const directory = mkdtempSync(join(tmpdir(), 'drt-rows-'));
  const quiet = () => undefined;
  const context = await openContext({
    database: { sqlite: join(directory, 'drt.sqlite') },
    dataDirectory: directory,
    fileSystemRoots: [],
    region: 'us-east-1',
    account: '123456789012',
    s3: { region: 'us-east-1', endpoint },
    log: { info: quiet, warn: quiet, error: quiet },
  });
  const { sql } = context;
  const fileSystem: Rows['fileSystem'] = async (id, row = {}) => {
    const root = join(directory, id);
    mkdirSync(root);
    await sql.transaction(async (tx) => {
      await insertFileSystem(tx, {
        id,
        created_at: 1,
        lifecycle: 'AVAILABLE',
        failure: null,
        root,
        adopted: 0,
        identity: null,
        settings: '{}',
        ...row,
      });
    });
  };
  await fileSystem('fs-1');
  await sql.transaction((tx) =>
    insertAssociation(tx, {
      id: ASSOCIATION,
      file_system_id: 'fs-1',
      created_at: 1,
      lifecycle: 'AVAILABLE',
      failure: null,
      directory: '',
      bucket: 'bucket',
      prefix: '',
      import_on_create: 0,
      chunk_size: 1024,
      policies: '{}',
    }),
  );

  /** Sets columns of one row. */
  const set = (table: string, row: object, where: string, ...values: (string | number)[]) =>
    sql.transaction(async (tx) => {
      for (const [column, value] of Object.entries(row)) {
        await tx.query(`UPDATE ${table} SET ${column} = $1 WHERE ${where}`, [value, ...values]);
      }
    });

  return {
    context,
    root: join(directory, 'fs-1'),
    fileSystem,
    task: async (id, row = {}) => {
      const fields = { file_system_id: 'fs-1', type: 'EXPORT_TO_REPOSITORY' as const, created_at: 1000 };
      const texts = { paths: '[]', identity: id, report: '{"Enabled":false}' };
      await sql.transaction((tx) => insertTask(tx, { id, ...fields, ...texts }, []));
      await set('tasks', row, 'id = $2', id);
    },
    batch: async (taskId, number, row = {}) => {
      const batch = { number, stage: 'FILES' as const, association_id: ASSOCIATION, entries: '[]' };
      await sql.transaction((tx) => insertBatches(tx, taskId, [batch]));
      await set('batches', row, 'task_id = $2 AND number = $3', taskId, number);
    },
    read: async (id, ...columns) => {
      const [row] = await sql.query<TaskRow>(`SELECT ${columns.join(', ')} FROM tasks WHERE id = $1`, [id]);
      if (!row) throw new Error(`there is no task ${id}`);
      return { ...row };
    },
    batches: async () => {
      const rows = await sql.query<BatchRow>('SELECT * FROM batches ORDER BY task_id, number');
      return rows.map((row) => `${row.task_id}/${row.number} ${row.stage} ${row.attempt}`);
    },
    jobs: async () => {
      const rows = await sql.query<{ payload: string }>('SELECT payload FROM jobs ORDER BY seq');
      // Written by `enqueue` from a `Job`.
      return rows.map(({ payload }) => nameOfJob(JSON.parse(payload) as Job));
    },
    [Symbol.asyncDispose]: async () => {
      await context[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true });
    },
  };
}

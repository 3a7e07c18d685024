import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect, test } from 'vitest';

import { type Engine, openEngine } from '../engine.ts';
import { forDialect } from './sql.ts';

const folder = new URL('./migrations/', import.meta.url);
const scripts = readdirSync(folder).toSorted();

/** Rows as the first release wrote them: every later schema has them too, since migrations only go forward. */
const ROWS = `
  INSERT INTO file_systems (id, created_at, lifecycle, failure, root, adopted, identity, settings) VALUES
    ('fs-00000000000000001', 1000, 'AVAILABLE', NULL, '/nowhere', 0, '1:2',
     '{"type":"LUSTRE","storageCapacity":1200,"subnetIds":["subnet-00000000"]}');
  INSERT INTO associations
    (id, file_system_id, created_at, lifecycle, failure, directory, bucket, prefix, import_on_create, chunk_size, policies)
    VALUES ('dra-00000000000000001', 'fs-00000000000000001', 1001, 'AVAILABLE', NULL, 'data', 'bucket', 'prefix/', 0, 1024, '{}');
  INSERT INTO tasks
    (seq, id, file_system_id, type, lifecycle, created_at, started_at, ended_at, paths, identity, report, failure,
     total, succeeded, failed, bytes, updated_at, stage, cursor, parked, attempt, report_failure) VALUES
    (1, 'task-00000000000000001', 'fs-00000000000000001', 'EXPORT_TO_REPOSITORY', 'FAILED', 1002, 1003, 1004, '["data"]', 'same',
     '{"Enabled":false}', '1 of 3 entries failed to export.', 3, 2, 1, 77, 1004, 'FINISH', NULL, 0, 2, NULL),
    (2, 'task-00000000000000002', 'fs-00000000000000001', 'EXPORT_TO_REPOSITORY', 'EXECUTING', 1005, 1006, NULL, '[]', 'other',
     '{"Enabled":false}', NULL, 5, 1, 0, 10, 1007, 'FILES', '{"scope":0,"key":"a"}', 0, 1, NULL);
  INSERT INTO task_associations (association_id, task_seq) VALUES ('dra-00000000000000001', 1);
  INSERT INTO batches (task_id, number, stage, association_id, attempt, entries)
    VALUES ('task-00000000000000002', 1, 'FILES', 'dra-00000000000000001', 1, '[["a",1]]');
  INSERT INTO failures (task_id, path, code, detail)
    VALUES ('task-00000000000000001', 'data/f', 'ResourceBusy', 'the file changed each time it was read');
  INSERT INTO tags (resource_id, key, value) VALUES ('task-00000000000000001', 'team', 'genomics');
`;

const temporary = () => {
  const directory = mkdtempSync(join(tmpdir(), 'drt-migrate-'));
  mkdirSync(join(directory, 'data'));
  return { path: join(directory, 'data/drt.sqlite'), [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
};

/** A database as a release with these scripts left it. */
const release = (path: string, names: readonly string[], more = '') => {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE migrations (name text PRIMARY KEY);');
  for (const name of names) {
    database.exec(forDialect(readFileSync(new URL(name, folder), 'utf8'), 'sqlite'));
    database.prepare('INSERT INTO migrations (name) VALUES (?)').run(name);
  }
  database.exec(more);
  database.close();
};

const open = (path: string): Promise<Engine> =>
  openEngine({
    database: { sqlite: path, check: true },
    dataDirectory: join(path, '..'),
    fileSystemRoots: [],
    region: 'us-east-1',
    account: '123456789012',
    s3: { region: 'us-east-1' },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });

test.each(scripts.map((name, index) => [name, scripts.slice(0, index + 1)] as const))(
  'a database of the release that ended with %s is brought forward, and nothing in it is lost',
  async (_, names) => {
    using place = temporary();
    release(place.path, names, ROWS);
    await using engine = await open(place.path);
    const { FileSystems } = await engine.call('DescribeFileSystems', {});
    expect(FileSystems).toMatchObject([{ FileSystemId: 'fs-00000000000000001', Lifecycle: 'AVAILABLE' }]);
    const { Associations } = await engine.call('DescribeDataRepositoryAssociations', {});
    expect(Associations).toMatchObject([{ DataRepositoryPath: 's3://bucket/prefix/', FileSystemPath: '/data' }]);
    const { DataRepositoryTasks } = await engine.call('DescribeDataRepositoryTasks', {});
    expect(DataRepositoryTasks?.toSorted((a, b) => a.TaskId.localeCompare(b.TaskId))).toMatchObject([
      {
        TaskId: 'task-00000000000000001',
        Lifecycle: 'FAILED',
        CreationTime: new Date(1002),
        EndTime: new Date(1004),
        Paths: ['data'],
        Status: { TotalCount: 3, SucceededCount: 2, FailedCount: 1 },
        FailureDetails: { Message: '1 of 3 entries failed to export.' },
        Tags: [{ Key: 'team', Value: 'genomics' }],
      },
      { TaskId: 'task-00000000000000002', Lifecycle: 'EXECUTING', Status: { TotalCount: 5, SucceededCount: 1 } },
    ]);
    const { Failures } = await engine.tell('ListTaskFailures', { TaskId: 'task-00000000000000001' });
    expect(Failures).toMatchObject([{ Path: 'data/f', Code: 'ResourceBusy' }]);
    // Work that was in flight goes on: a cancel takes the batch that somebody had, once a worker takes it up.
    await engine.call('CancelDataRepositoryTask', { TaskId: 'task-00000000000000002' });
    expect(await engine.isCanceling()).toBe(true);
  },
);

test('a database of a later version is refused and left alone', async () => {
  using place = temporary();
  release(place.path, scripts, "INSERT INTO migrations (name) VALUES ('999-from-the-future.sql');");
  const before = readFileSync(place.path);
  await expect(open(place.path)).rejects.toThrow(
    `The database ${place.path} was written by a later version (999-from-the-future.sql): start that version, or restore a backup of this one's.`,
  );
  expect(readFileSync(place.path)).toEqual(before);
});

test('a migration that fails leaves nothing of itself behind', async () => {
  using place = temporary();
  // 002 finds a table of its own there: an interrupted copy of two databases, say.
  release(place.path, scripts.slice(0, 1), 'CREATE TABLE questions (id text);');
  await expect(open(place.path)).rejects.toThrow('questions');
  const database = new DatabaseSync(place.path);
  const columns = database.prepare('PRAGMA table_info(tasks)').all();
  expect(columns.map(({ name }) => name)).not.toContain('scanned');
  database.close();
});

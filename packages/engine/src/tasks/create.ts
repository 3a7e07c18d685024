import { randomBytes } from 'node:crypto';

import type { Input, Output } from '@drt/contract';
import { FsxError } from '@drt/contract/errors';
import type { CompletionReport, TaskType } from '@drt/contract/tasks';

import {
  normalizePath,
  parseS3Url,
  type Resolved,
  resolveRepositoryPaths,
  resolveTreePaths,
} from '../associations/resolve.ts';
import type { Context } from '../context.ts';
import { type AssociationRow, associationsOf } from '../store/associations.ts';
import { type FileSystemRow, lockFileSystem } from '../store/file-systems.ts';
import { remember, replayed } from '../store/requests.ts';
import type { Transaction } from '../store/sql.ts';
import { activeCopyOf, insertTask, taskById, type TaskRow } from '../store/tasks.ts';
import { putTags } from '../tags/tags.ts';
import { describeTasks } from './describe.ts';
import { noteActivity } from './observe.ts';

type Request = Input<'CreateDataRepositoryTask'>;

const OPERATION = 'CreateDataRepositoryTask';

/** Refuses what no task of this type can be. */
function checkRequest({ Type, CapacityToRelease, ReleaseConfiguration, Report }: Request): void {
  if (Type === 'AUTO_RELEASE_DATA') {
    throw new FsxError('UnsupportedOperation', 'AUTO_RELEASE_DATA is for Amazon File Cache, not for file systems.');
  }
  if (Type === 'RELEASE_DATA_FROM_FILESYSTEM') {
    throw new FsxError(
      'UnsupportedOperation',
      'Release tasks are not supported yet. Supported are EXPORT_TO_REPOSITORY and IMPORT_METADATA_FROM_REPOSITORY.',
    );
  }
  if (CapacityToRelease !== undefined) {
    throw new FsxError('BadRequest', 'CapacityToRelease is for tasks of type AUTO_RELEASE_DATA only.');
  }
  if (ReleaseConfiguration !== undefined) {
    throw new FsxError('BadRequest', 'ReleaseConfiguration is for tasks of type RELEASE_DATA_FROM_FILESYSTEM only.');
  }
  checkReport(Report);
}

function checkReport(report: CompletionReport): void {
  if (!report.Enabled) return;
  const missing = (['Path', 'Format', 'Scope'] as const).filter((name) => report[name] === undefined);
  if (missing.length > 0) {
    throw new FsxError(
      'BadRequest',
      `Report.Enabled is true, so ${missing.map((name) => `Report.${name}`).join(', ')} must be given. Format is REPORT_CSV_20191124, Scope is FAILED_FILES_ONLY.`,
    );
  }
  if (report.Path !== undefined && !parseS3Url(report.Path)) {
    throw new FsxError('BadRequest', 'Report.Path must have the form s3://bucket/prefix.');
  }
}

/** What the paths of a task lead to. */
export const resolve = (type: TaskType, paths: readonly string[], associations: readonly AssociationRow[]): Resolved =>
  type === 'IMPORT_METADATA_FROM_REPOSITORY'
    ? resolveRepositoryPaths(paths, associations)
    : resolveTreePaths(paths, associations);

/**
 * Equal for exact copies: the type and the set of paths, whatever their order and spelling. A path that is none keeps
 * its spelling, because two tasks that fail alike are copies too.
 */
function identityOf(type: TaskType, paths: readonly string[]): string {
  const spell = (path: string) => {
    if (type !== 'IMPORT_METADATA_FROM_REPOSITORY') return normalizePath(path) ?? path;
    const url = parseS3Url(path);
    return url ? `${url.bucket}/${url.key}` : path;
  };
  const everything = type === 'IMPORT_METADATA_FROM_REPOSITORY' ? [] : [''];
  const set = new Set(paths.length === 0 ? everything : paths.map(spell));
  return JSON.stringify([type, ...[...set].toSorted()]);
}

/** @throws FsxError when no task can be made on this file system. */
async function usableFileSystem(tx: Transaction, id: string): Promise<FileSystemRow> {
  const row = await lockFileSystem(tx, id);
  if (!row) throw new FsxError('FileSystemNotFound', `There is no file system ${id}.`);
  if (row.lifecycle === 'AVAILABLE' || row.lifecycle === 'CREATING') return row;
  throw new FsxError('BadRequest', `File system ${id} is ${row.lifecycle}; tasks need one that is AVAILABLE.`);
}

/** Inserts a task and what makes a worker look at it. Also used for the import that an association begins with. */
export async function insertPendingTask(
  context: Context,
  tx: Transaction,
  request: Pick<Request, 'Type' | 'FileSystemId' | 'Paths' | 'Report'>,
): Promise<TaskRow> {
  const { Type: type, FileSystemId: fileSystemId, Paths: paths = [] } = request;
  const associations = (await associationsOf(tx, fileSystemId)).filter((row) => row.lifecycle !== 'DELETING');
  if (associations.length === 0) {
    throw new FsxError(
      'BadRequest',
      `File system ${fileSystemId} has no linked data repository. Create a data repository association first.`,
    );
  }
  const identity = identityOf(type, paths);
  const copy = await activeCopyOf(tx, fileSystemId, identity);
  if (copy) {
    throw new FsxError(
      'DataRepositoryTaskExecuting',
      `Task ${copy.id} does exactly the same and is ${copy.lifecycle}. Wait for its end, cancel it, or choose other paths.`,
    );
  }
  const { scopes } = resolve(type, paths, associations);
  const row = await insertTask(
    tx,
    {
      id: `task-${randomBytes(9).toString('hex').slice(0, 17)}`,
      file_system_id: fileSystemId,
      type,
      created_at: context.now(),
      paths: JSON.stringify(paths),
      identity,
      report: JSON.stringify(request.Report),
    },
    [...new Set(scopes.map((scope) => scope.association.id))],
  );
  await noteActivity(tx, row.id, 'PENDING', row.created_at);
  await context.jobs.enqueue(tx, [{ kind: 'admit', id: fileSystemId }]);
  return row;
}

export async function createDataRepositoryTask(
  context: Context,
  input: Request,
): Promise<Output<'CreateDataRepositoryTask'>> {
  checkRequest(input);
  const { ClientRequestToken: token, Tags: tags = [], ...body } = input;
  const id = await context.sql.transaction(async (tx) => {
    const earlier = await replayed(tx, OPERATION, token, { ...body, Tags: tags });
    if (earlier) return earlier;
    await usableFileSystem(tx, input.FileSystemId);
    const row = await insertPendingTask(context, tx, input);
    await putTags(tx, row.id, tags);
    await remember(tx, OPERATION, token, { ...body, Tags: tags }, row.id, row.created_at);
    return row.id;
  });
  const row = await taskById(context.sql, id);
  if (!row) throw new Error(`task ${id} was created and is not there`);
  const [task] = await describeTasks(context, [row]);
  return task ? { DataRepositoryTask: task } : {};
}

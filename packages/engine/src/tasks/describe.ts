import type { Input, Output } from '@drt/contract';
import { FsxError } from '@drt/contract/errors';
import {
  type CompletionReport,
  type DataRepositoryTask,
  type TASK_FILTERS,
  TASK_LIFECYCLES,
} from '@drt/contract/tasks';

import type { Context } from '../context.ts';
import { fileSystemById } from '../store/file-systems.ts';
import { pageStart, pageToken } from '../store/pages.ts';
import { type TaskFilter, type TaskRow, tasksBefore, tasksByIds } from '../store/tasks.ts';
import { tagsOf } from '../tags/tags.ts';

/** Most tasks of one answer (the API model's limit of DataRepositoryTasks). */
const PAGE = 50;

const date = (milliseconds: number | null) => (milliseconds === null ? undefined : new Date(milliseconds));

const present = <Member extends string, Value>(member: Member, value: Value | undefined) =>
  // A computed member's type is widened to string; the name is known here.
  (value === undefined ? {} : { [member]: value }) as { [name in Member]?: Value };

/** Rows as FSx describes them. */
export async function describeTasks(context: Context, rows: readonly TaskRow[]): Promise<DataRepositoryTask[]> {
  const tags = await tagsOf(
    context.sql,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({
    TaskId: row.id,
    Lifecycle: row.lifecycle,
    Type: row.type,
    CreationTime: new Date(row.created_at),
    ...present('StartTime', date(row.started_at)),
    ...present('EndTime', date(row.ended_at)),
    ResourceARN: context.arn({ kind: 'task', id: row.id }),
    Tags: tags.get(row.id) ?? [],
    FileSystemId: row.file_system_id,
    // Both are JSON that `insertPendingTask` wrote from a decoded request.
    Paths: JSON.parse(row.paths) as string[],
    Report: JSON.parse(row.report) as CompletionReport,
    ...(row.lifecycle === 'FAILED' ? { FailureDetails: { Message: row.failure ?? 'The task failed.' } } : {}),
    ...(row.updated_at === null
      ? {}
      : {
          Status: {
            TotalCount: row.total,
            SucceededCount: row.succeeded,
            FailedCount: row.failed,
            LastUpdatedTime: new Date(row.updated_at),
          },
        }),
  }));
}

/** Values of one filter name; several filters of one name are refused, since they could only contradict each other. */
function filterOf(filters: NonNullable<Input<'DescribeDataRepositoryTasks'>['Filters']>) {
  const values = new Map<(typeof TASK_FILTERS)[number], readonly string[]>();
  for (const { Name, Values } of filters) {
    if (values.has(Name)) throw new FsxError('BadRequest', `Filter ${Name} is given twice.`);
    if (Values.length === 0) throw new FsxError('BadRequest', `Filter ${Name} needs at least one value.`);
    values.set(Name, Values);
  }
  return values;
}

async function taskFilter(context: Context, input: Input<'DescribeDataRepositoryTasks'>): Promise<TaskFilter> {
  const values = filterOf(input.Filters ?? []);
  const lifecycles = values.get('task-lifecycle');
  const known: readonly string[] = TASK_LIFECYCLES;
  const unknown = lifecycles?.find((value) => !known.includes(value));
  if (unknown !== undefined) {
    throw new FsxError(
      'BadRequest',
      `Filter task-lifecycle has no value ${unknown}. Valid values: ${TASK_LIFECYCLES.join(', ')}.`,
    );
  }
  const fileSystemIds = values.get('file-system-id');
  for (const id of fileSystemIds ?? []) {
    const tasks = () => tasksBefore(context.sql, { fileSystemIds: [id] }, Number.MAX_SAFE_INTEGER, 1);
    // Tasks outlive their file system, and stay findable by its ID.
    if (!(await fileSystemById(context.sql, id)) && (await tasks()).length === 0) {
      throw new FsxError('FileSystemNotFound', `There is no file system ${id}.`);
    }
  }
  return {
    ...present('fileSystemIds', fileSystemIds),
    ...present('lifecycles', lifecycles),
    // No task belongs to a file cache here.
    ...present('associationIds', values.has('file-cache-id') ? ['none'] : values.get('data-repository-association-id')),
  };
}

async function describeByIds(context: Context, ids: readonly string[]): Promise<Output<'DescribeDataRepositoryTasks'>> {
  const rows = await tasksByIds(context.sql, ids);
  const missing = ids.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined) throw new FsxError('DataRepositoryTaskNotFound', `There is no task ${missing}.`);
  return { DataRepositoryTasks: await describeTasks(context, rows) };
}

/** Newest first. */
export async function describeDataRepositoryTasks(
  context: Context,
  input: Input<'DescribeDataRepositoryTasks'>,
): Promise<Output<'DescribeDataRepositoryTasks'>> {
  if (input.TaskIds && input.TaskIds.length > 0) {
    if (input.Filters && input.Filters.length > 0) {
      throw new FsxError('BadRequest', 'Give TaskIds or Filters, not both.');
    }
    return describeByIds(context, input.TaskIds);
  }
  const request = input.Filters ?? [];
  const [before] = pageStart(request, input.NextToken, [Number.MAX_SAFE_INTEGER] as readonly [number]);
  const size = Math.min(input.MaxResults ?? PAGE, PAGE);
  const rows = await tasksBefore(context.sql, await taskFilter(context, input), before, size + 1);
  const page = rows.slice(0, size);
  const last = page.at(-1);
  return {
    DataRepositoryTasks: await describeTasks(context, page),
    ...(last && rows.length > size ? { NextToken: pageToken(request, [last.seq]) } : {}),
  };
}

import type { TaskListQuery } from '@drt/contract/task-list';
import type { DataRepositoryTask } from '@drt/contract/tasks';

import { listTasks } from './queries.ts';
import { taskName } from './words.ts';

const COLUMNS: readonly (readonly [header: string, of: (task: DataRepositoryTask) => string | number | undefined])[] = [
  ['TaskId', (each) => each.TaskId],
  ['Name', taskName],
  ['Lifecycle', (each) => each.Lifecycle],
  ['Type', (each) => each.Type],
  ['FileSystemId', (each) => each.FileSystemId],
  ['CreationTime', (each) => each.CreationTime.toISOString()],
  ['StartTime', (each) => each.StartTime?.toISOString()],
  ['EndTime', (each) => each.EndTime?.toISOString()],
  ['TotalCount', (each) => each.Status?.TotalCount],
  ['SucceededCount', (each) => each.Status?.SucceededCount],
  ['FailedCount', (each) => each.Status?.FailedCount],
  ['Paths', (each) => (each.Paths?.length ? JSON.stringify(each.Paths) : '')],
  ['ReportPath', (each) => each.Report?.Path],
  ['Tags', (each) => (each.Tags?.length ? JSON.stringify(each.Tags) : '')],
  ['FailureMessage', (each) => each.FailureDetails?.Message],
];

/** A cell by RFC 4180. Text that a spreadsheet would take for a formula begins with an apostrophe. */
const cell = (value: string | number | undefined) => {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value ?? '') ? `'${value}` : (value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const tasksAsCsv = (tasks: readonly DataRepositoryTask[]) =>
  [COLUMNS.map(([header]) => header), ...tasks.map((each) => COLUMNS.map(([, of]) => cell(of(each))))]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');

/** As the AWS CLI writes them, but with times in ISO 8601. */
export const tasksAsJson = (tasks: readonly DataRepositoryTask[]) =>
  `${JSON.stringify({ DataRepositoryTasks: tasks }, undefined, 2)}\n`;

const PAGE = 500;

/**
 * Fetches every task that matches, page by page. A task that is made meanwhile may move another to the next page,
 * where it is met twice but kept once.
 * @throws ApiFailure
 */
export const fetchAllTasks = async (filter: TaskListQuery['filter'], sort: TaskListQuery['sort']) => {
  const found = new Map<string, DataRepositoryTask>();
  for (let page = 1; ; page += 1) {
    const answer = await listTasks({ filter, sort, page, pageSize: PAGE });
    for (const each of answer.DataRepositoryTasks) found.set(each.TaskId, each);
    if (page * PAGE >= answer.total) return { tasks: [...found.values()], complete: answer.complete };
  }
};

/** Hands a text to the browser as a file. */
export const download = (name: string, type: string, content: string) => {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of the blob by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
};

import type { TaskFilter, TaskJson, TaskListQuery } from '@drt/contract/task-list';
import { expect, test, vi } from 'vitest';

import { type Fsx, FsxCallError } from './fsx-client.ts';
import { openTaskMirror } from './task-mirror.ts';
import { createTaskTable } from './task-table.ts';

const NEWEST_FIRST = { property: 'created', descending: true } as const;
const ALL: TaskFilter = { operation: 'and', tokens: [] };
const query = (changes: Partial<TaskListQuery> = {}): TaskListQuery => ({
  filter: ALL,
  sort: NEWEST_FIRST,
  page: 1,
  pageSize: 20,
  ...changes,
});

const DRA = 'dra-0123456789abcdef0';

const makeTask = (number: number, changes: Partial<TaskJson> = {}): TaskJson => ({
  TaskId: `task-${number.toString(16).padStart(17, '0')}`,
  Lifecycle: 'SUCCEEDED',
  Type: 'EXPORT_TO_REPOSITORY',
  CreationTime: 1_700_000_000 + number,
  FileSystemId: 'fs-0123456789abcdef0',
  Tags: [{ Key: 'Name', Value: `night ${number}` }],
  ...changes,
});

const missing = new FsxCallError(
  400,
  { code: 'DataRepositoryTaskNotFound', message: 'There is no such task.' },
  undefined,
);

/** An FSx with these tasks, newest first, that pages as FSx does. */
const makeFsx = (tasks: TaskJson[]) => {
  let asked = 0;
  const call = (operation: string, input: object) => {
    if (operation !== 'DescribeDataRepositoryTasks') return Promise.resolve({});
    asked += 1;
    const {
      TaskIds,
      Filters = [],
      NextToken = '0',
    } = input as {
      TaskIds?: string[];
      Filters?: { Name: string; Values: string[] }[];
      NextToken?: string;
    };
    if (TaskIds?.some((id) => !tasks.some(({ TaskId }) => TaskId === id))) return Promise.reject(missing);
    const found = tasks.filter(
      ({ TaskId, Lifecycle, Paths = [] }) =>
        (TaskIds?.includes(TaskId) ?? true) &&
        Filters.every(({ Name, Values }) => Values.includes(Name === 'task-lifecycle' ? Lifecycle : (Paths[0] ?? ''))),
    );
    const end = Number(NextToken) + 50;
    return Promise.resolve({
      DataRepositoryTasks: found.slice(Number(NextToken), end),
      ...(end < found.length ? { NextToken: String(end) } : {}),
    });
  };
  // A stand-in for any FSx: the mirror asks nothing else of it.
  return { fsx: { call } as Pick<Fsx, 'call'>, asked: () => asked };
};

const many = (count: number) => Array.from({ length: count }, (_, index) => makeTask(count - index));

test('the first page comes before the whole list is read, and then the total is known', async () => {
  const tasks = many(2000);
  const mirror = openTaskMirror(makeFsx(tasks).fsx, 'engine');
  const first = await mirror.list(query());
  expect(first.complete).toBe(false);
  expect(first.total).toBeLessThan(500);
  expect(first.tasks).toEqual(tasks.slice(0, 20));
  await vi.waitFor(async () => expect(await mirror.list(query())).toMatchObject({ complete: true, total: 2000 }));
  const last = await mirror.list(query({ page: 1_000_000 }));
  expect(last.page).toBe(100);
  expect(last.tasks).toEqual(tasks.slice(-20));
});

test('a new task, one that moved, and one that the console changed are seen at once', async () => {
  const tasks = many(1200);
  const { fsx } = makeFsx(tasks);
  const mirror = openTaskMirror(fsx, 'engine');
  tasks[700] = { ...makeTask(500), Lifecycle: 'EXECUTING' };
  const running: TaskFilter = { operation: 'and', tokens: [{ property: 'status', operator: '=', value: 'EXECUTING' }] };
  expect((await mirror.list(query({ filter: running }))).total).toBe(1);
  await vi.waitFor(async () => expect((await mirror.list(query())).complete).toBe(true));

  tasks[700] = makeTask(500);
  tasks[900] = { ...makeTask(300), Tags: [{ Key: 'team', Value: 'hpc' }] };
  tasks.unshift(makeTask(1201));
  const ResourceARN = `arn:aws:fsx:us-east-1:123456789012:task/${makeTask(300).TaskId}`;
  await mirror.fsx.call('TagResource', { ResourceARN, Tags: [{ Key: 'team', Value: 'hpc' }] });
  expect((await mirror.list(query({ filter: running }))).total).toBe(0);
  expect((await mirror.list(query())).total).toBe(1201);
  const tagged: TaskFilter = { operation: 'and', tokens: [{ property: 'tag', operator: '=', value: 'team=hpc' }] };
  expect((await mirror.list(query({ filter: tagged }))).tasks.map(({ TaskId }) => TaskId)).toEqual([
    makeTask(300).TaskId,
  ]);
});

test('who watches is told what is new, what changed and what is gone, and nothing of what is read late', async () => {
  const tasks = many(400);
  tasks[300] = { ...makeTask(100), Lifecycle: 'EXECUTING' };
  const { fsx } = makeFsx(tasks);
  const mirror = openTaskMirror(fsx, 'engine');
  const told: unknown[] = [];
  const leave = mirror.watch((news) => {
    if (news === 'failed' || news.tasks.length > 0 || news.removed.length > 0) told.push(news);
  });
  await vi.waitFor(async () => expect(await mirror.list(query())).toMatchObject({ complete: true, total: 400 }));
  const touch = (TaskId: string) => mirror.fsx.call('CancelDataRepositoryTask', { TaskId });
  told.length = 0;

  tasks[300] = makeTask(100);
  tasks.unshift(makeTask(401));
  await touch(makeTask(100).TaskId);
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told.pop()).toEqual({
    tasks: [makeTask(401), makeTask(100)],
    created: [makeTask(401).TaskId],
    removed: [],
  });

  tasks.splice(10, 1);
  await touch(makeTask(391).TaskId);
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told).toEqual([{ tasks: [], created: [], removed: [makeTask(391).TaskId] }]);
  leave();
});

test('the tasks of an association are those that FSx says', async () => {
  const tasks = many(300).map((each, index) => (index % 3 === 0 ? { ...each, Paths: [DRA] } : each));
  const mirror = openTaskMirror(makeFsx(tasks).fsx, 'engine');
  const of: TaskFilter = { operation: 'and', tokens: [{ property: 'association', operator: '=', value: DRA }] };
  await vi.waitFor(async () =>
    expect(await mirror.list(query({ filter: of }))).toMatchObject({ total: 100, complete: true }),
  );
  const scope = { property: 'association', operator: '=', value: DRA } as const;
  expect((await mirror.list(query({ scope }))).total).toBe(100);
  const none: TaskFilter = { operation: 'and', tokens: [{ property: 'association', operator: '=', value: "x' OR 1" }] };
  expect((await mirror.list(query({ filter: none }))).total).toBe(0);
});

const TABLE = [
  makeTask(1, { Lifecycle: 'FAILED', Tags: [{ Key: 'Name', Value: 'ÄRGER 50%' }] }),
  makeTask(2, { Tags: [{ Key: 'team', Value: 'hpc' }], FileSystemId: 'fs-0aaaaaaaaaaaaaaaa' }),
  makeTask(3, { Type: 'IMPORT_METADATA_FROM_REPOSITORY', Tags: [] }),
];

test.each([
  ['id', '=', makeTask(2).TaskId, [2]],
  ['id', '^', 'task-0000', [3, 2, 1]],
  ['id', '!:', '0002', [3, 1]],
  ['name', ':', 'ärger', [1]],
  ['name', ':', '%', [1]],
  ['name', '!=', 'ÄRGER 50%', [3, 2]],
  ['status', '=', 'FAILED', [1]],
  ['status', '!=', 'FAILED', [3, 2]],
  ['type', '=', 'IMPORT_METADATA_FROM_REPOSITORY', [3]],
  ['fileSystem', ':', 'AAAA', [2]],
  ['created', '>=', new Date(1_700_000_002_000).toISOString(), [3, 2]],
  ['created', '<', new Date(1_700_000_002_000).toISOString(), [1]],
  ['tag', '=', 'team=hpc', [2]],
  ['tag', '=', 'team', [2]],
  ['tag', '!=', 'team', [3, 1]],
  ['tag', ':', 'HPC', [2]],
  ['any', ':', 'import', [3]],
  ['any', '!:', 'hpc', [3, 1]],
] as const)('%s %s %s', (property, operator, value, numbers) => {
  const table = createTaskTable();
  table.put(TABLE, 1);
  const { tasks } = table.find(query({ filter: { operation: 'and', tokens: [{ property, operator, value }] } }));
  expect(tasks.map(({ TaskId }) => TaskId)).toEqual(numbers.map((number) => makeTask(number).TaskId));
});

test('tokens are joined by "or", and tasks without a value come last either way', () => {
  const table = createTaskTable();
  table.put(TABLE, 1);
  const tokens = [
    { property: 'status', operator: '=', value: 'FAILED' },
    { property: 'tag', operator: '=', value: 'team' },
  ] as const;
  expect(table.find(query({ filter: { operation: 'or', tokens: [...tokens] } })).total).toBe(2);
  expect(table.find(query({ filter: { operation: 'and', tokens: [...tokens] } })).total).toBe(0);
  const scope = { property: 'fileSystem', operator: '=', value: 'fs-0aaaaaaaaaaaaaaaa' } as const;
  expect(table.find(query({ scope, filter: { operation: 'or', tokens: [...tokens] } })).total).toBe(1);
  for (const descending of [true, false]) {
    const { tasks } = table.find(query({ sort: { property: 'name', descending } }));
    expect(tasks[0]?.TaskId).toBe(makeTask(1).TaskId);
  }
});

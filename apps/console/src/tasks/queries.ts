import { type Input, type Output } from '@drt/contract';
import { decodeTaskListAnswer, type TaskListQuery } from '@drt/contract/task-list';
import type { DataRepositoryTask, TaskLifecycle } from '@drt/contract/tasks';
import {
  infiniteQueryOptions,
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';

import { callFsx, fsxQuery, posted, send } from '../api/fsx.ts';
import { pace } from '../api/region.ts';
import type { ResourceList } from '../table/resource-table.tsx';
import { ACTIVE_LIFECYCLES, isActive } from './words.ts';

const DESCRIBE = 'DescribeDataRepositoryTasks';
type Answer = Output<typeof DESCRIBE>;

/**
 * While something moves the counts should be seen to move; otherwise a look now and then is enough. Amazon FSx renews
 * its counts every 30 s.
 */
const lively = () => pace(1_500, 10_000);
const calm = () => pace(15_000, 60_000);

/** react-query asks only while the tab is visible. */
const paceOf = (tasks: readonly DataRepositoryTask[]) =>
  tasks.some((task) => isActive(task.Lifecycle)) ? lively() : calm();

export interface TaskScope {
  readonly fileSystemId?: string;
  readonly associationId?: string;
}

const inputOf = ({ fileSystemId, associationId }: TaskScope): Input<typeof DESCRIBE> => {
  const filters: NonNullable<Input<typeof DESCRIBE>['Filters']> = [];
  if (fileSystemId) filters.push({ Name: 'file-system-id', Values: [fileSystemId] });
  if (associationId) filters.push({ Name: 'data-repository-association-id', Values: [associationId] });
  return filters.length > 0 ? { Filters: filters } : {};
};

const tasksOf = (pages: readonly Answer[]) => pages.flatMap((page) => page.DataRepositoryTasks ?? []);

/** Tasks, newest first, page by page as FSx hands them out: up to 50 at a time, without a total. */
const taskListQuery = (scope: TaskScope) => {
  const input = inputOf(scope);
  return infiniteQueryOptions({
    queryKey: [DESCRIBE, input, 'pages'] as const,
    queryFn: ({ pageParam, signal }) =>
      callFsx(DESCRIBE, { ...input, ...(pageParam ? { NextToken: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.NextToken,
    refetchInterval: ({ state }) => paceOf(tasksOf(state.data?.pages ?? [])),
  });
};

export const useTaskList = (scope: TaskScope): ResourceList<DataRepositoryTask> => {
  const query = useInfiniteQuery(taskListQuery(scope));
  return {
    items: tasksOf(query.data?.pages ?? []),
    loading: query.isPending,
    error: query.error,
    updatedAt: query.dataUpdatedAt,
    refresh: () => query.refetch(),
    hasMore: query.hasNextPage,
    loadMore: () => query.fetchNextPage(),
  };
};

/**
 * One page of all tasks, as the console's back end filters and sorts them.
 * @throws ApiFailure
 */
export const listTasks = async (query: TaskListQuery, signal?: AbortSignal) => {
  const { tasks, ...rest } = decodeTaskListAnswer(await send('/api/tasks/list', posted(query, signal)));
  // Named as FSx names it, so that whoever watches tasks sees these too.
  return { ...rest, DataRepositoryTasks: tasks };
};

/** While the back end still reads tasks, totals grow. */
const growing = () => pace(1_000, 3_000);

export const useTaskPage = (query: TaskListQuery) =>
  useQuery({
    queryKey: [DESCRIBE, query, 'list'] as const,
    queryFn: ({ signal }) => listTasks(query, signal),
    // The rows of before stay until those of the next page are here.
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data && !data.complete ? growing() : paceOf(data?.DataRepositoryTasks ?? []),
  });

/** One task; FSx answers an unknown ID with `DataRepositoryTaskNotFound`. */
export const taskQuery = (taskId: string) =>
  queryOptions({
    ...fsxQuery(DESCRIBE, { TaskIds: [taskId] }),
    select: (answer) => answer.DataRepositoryTasks?.[0],
    refetchInterval: ({ state }) => {
      const task = state.data?.DataRepositoryTasks?.[0];
      // A task that ended changes no more.
      return task && !isActive(task.Lifecycle) ? false : pace(1_500, 5_000);
    },
  });

/** The tasks of a file system that still run or wait: what a new task must not be an exact copy of. */
export const activeTasksQuery = (fileSystemId: string) =>
  queryOptions({
    ...fsxQuery(DESCRIBE, {
      Filters: [
        { Name: 'file-system-id', Values: [fileSystemId] },
        { Name: 'task-lifecycle', Values: ACTIVE_LIFECYCLES },
      ],
    }),
    select: (answer) => answer.DataRepositoryTasks ?? [],
    refetchInterval: calm,
  });

const isPaged = (data: Answer | InfiniteData<Answer>): data is InfiniteData<Answer> => 'pages' in data;

/** The tasks in one cached answer, whichever query fetched it. */
export const tasksIn = (data: Answer | InfiniteData<Answer>) => tasksOf(isPaged(data) ? data.pages : [data]);

/**
 * Shows a lifecycle that an operation has just answered, without waiting for the next fetch. A fetch that is under way
 * may still carry the lifecycle of before, so it is dropped.
 */
export const showLifecycle = async (client: QueryClient, taskId: string, lifecycle: TaskLifecycle) => {
  await client.cancelQueries({ queryKey: [DESCRIBE] });
  const changed = (answer: Answer): Answer => ({
    ...answer,
    DataRepositoryTasks: (answer.DataRepositoryTasks ?? []).map((task) =>
      task.TaskId === taskId ? { ...task, Lifecycle: lifecycle } : task,
    ),
  });
  client.setQueriesData<Answer | InfiniteData<Answer>>({ queryKey: [DESCRIBE] }, (data) => {
    if (!data) return data;
    return isPaged(data) ? { ...data, pages: data.pages.map(changed) } : changed(data);
  });
  await client.invalidateQueries({ queryKey: [DESCRIBE] });
};

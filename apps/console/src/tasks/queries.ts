import type { Output } from '@drt/contract';
import { decodeTaskListAnswer, type TaskListQuery } from '@drt/contract/task-list';
import type { DataRepositoryTask, TaskLifecycle } from '@drt/contract/tasks';
import { keepPreviousData, type QueryClient, queryOptions, replaceEqualDeep, useQuery } from '@tanstack/react-query';

import { fsxQuery, posted, send } from '../api/fsx.ts';
import { pace } from '../api/region.ts';
import { livePace } from '../live/live-state.ts';
import { ACTIVE_LIFECYCLES, isActive, isLater } from './words.ts';

export const DESCRIBE = 'DescribeDataRepositoryTasks';
/** What every answer has that carries tasks, whichever query it is of. */
export type Answer = Pick<Output<typeof DESCRIBE>, 'DataRepositoryTasks'>;

/**
 * While something moves the counts should be seen to move; otherwise a look now and then is enough. Amazon FSx renews
 * its counts every 30 s.
 */
const lively = () => pace(1_500, 10_000);
const calm = () => pace(15_000, 60_000);

/** react-query asks only while the tab is visible. */
const paceOf = (tasks: readonly DataRepositoryTask[]) =>
  livePace(tasks.some((task) => isActive(task.Lifecycle)) ? lively() : calm());

const isBefore = (one: DataRepositoryTask, other: DataRepositoryTask) => {
  if (one.Lifecycle !== other.Lifecycle) return isLater(other.Lifecycle, one.Lifecycle);
  const [time, otherTime] = [one.Status?.LastUpdatedTime, other.Status?.LastUpdatedTime];
  return time !== undefined && otherTime !== undefined && time < otherTime;
};

/** The tasks that the server told of last, the latest at the end. */
const told = new Map<string, DataRepositoryTask>();
const MOST_TOLD = 500;

/** Keeps what is told from being taken back by an answer that was on its way when it was told. */
export const rememberTold = (tasks: readonly DataRepositoryTask[]) => {
  for (const task of tasks) {
    told.delete(task.TaskId);
    told.set(task.TaskId, task);
  }
  for (const taskId of [...told.keys()].slice(0, Math.max(0, told.size - MOST_TOLD))) told.delete(taskId);
};

/**
 * What the cache takes of an answer. Answers and what the server tells come over different connections, and what was
 * said first may arrive last: a task never goes back.
 */
const keepNewer = (before: unknown, after: unknown): unknown => {
  // Both come from a query of tasks; before the first answer there is nothing.
  const [old, next] = [before as Answer | undefined, after as Answer];
  const known = new Map(old?.DataRepositoryTasks?.map((task) => [task.TaskId, task]));
  const tasks = next.DataRepositoryTasks?.map((task) =>
    [known.get(task.TaskId), told.get(task.TaskId)].reduce<DataRepositoryTask>(
      (newest, one) => (one && isBefore(newest, one) ? one : newest),
      task,
    ),
  );
  return replaceEqualDeep(before, tasks ? { ...next, DataRepositoryTasks: tasks } : next);
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
    structuralSharing: keepNewer,
    refetchInterval: ({ state: { data } }) =>
      data && !data.complete ? growing() : paceOf(data?.DataRepositoryTasks ?? []),
  });

/** One task; FSx answers an unknown ID with `DataRepositoryTaskNotFound`. */
export const taskQuery = (taskId: string) =>
  queryOptions({
    ...fsxQuery(DESCRIBE, { TaskIds: [taskId] }),
    select: (answer) => answer.DataRepositoryTasks?.[0],
    structuralSharing: keepNewer,
    refetchInterval: ({ state }) => {
      const task = state.data?.DataRepositoryTasks?.[0];
      // A task that ended changes no more.
      return task && !isActive(task.Lifecycle) ? false : livePace(pace(1_500, 5_000));
    },
  });

/**
 * Asks for tasks that somebody waits for, at most 50.
 * @param inBackground the tab is hidden, and they are waited for all the same.
 */
export const awaitedTasksQuery = (taskIds: readonly string[], inBackground: boolean) =>
  queryOptions({
    ...fsxQuery(DESCRIBE, { TaskIds: [...taskIds] }),
    enabled: taskIds.length > 0,
    select: (answer) => answer.DataRepositoryTasks ?? [],
    structuralSharing: keepNewer,
    refetchInterval: () => (inBackground ? calm() : livePace(lively())),
    refetchIntervalInBackground: inBackground,
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
    refetchInterval: () => livePace(calm()),
  });

/** Shows tasks as `change` has them, in every answer that is kept. */
export const showTasks = (client: QueryClient, change: (task: DataRepositoryTask) => DataRepositoryTask) => {
  for (const { queryKey, state } of client.getQueryCache().findAll({ queryKey: [DESCRIBE] })) {
    // The key says which operation answered.
    const answer = state.data as Answer | undefined;
    const tasks = answer?.DataRepositoryTasks?.map(change);
    // An answer that stays as it is does not count as new.
    if (tasks?.some((task, index) => task !== answer?.DataRepositoryTasks?.[index])) {
      client.setQueryData<Answer>(queryKey, { ...answer, DataRepositoryTasks: tasks });
    }
  }
};

/**
 * Shows a lifecycle that an operation has just answered, without waiting for the next fetch. A fetch that is under way
 * may still carry the lifecycle of before, so it is dropped.
 */
export const showLifecycle = async (client: QueryClient, taskId: string, lifecycle: TaskLifecycle) => {
  await client.cancelQueries({ queryKey: [DESCRIBE] });
  showTasks(client, (task) => (task.TaskId === taskId ? { ...task, Lifecycle: lifecycle } : task));
  await client.invalidateQueries({ queryKey: [DESCRIBE] });
};

import type { TaskNews } from '@drt/contract/events';
import type { TaskListQuery } from '@drt/contract/task-list';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import type { QueryClient, QueryKey } from '@tanstack/react-query';

import { DESCRIBE, showTasks } from './queries.ts';

/** What of a task can change while it stands in a list; everything else stays as it was created. */
const MOVING = new Set<string>([
  'status',
  'name',
  'tag',
  'any',
  'succeeded',
  'failed',
  'total',
  'started',
  'ended',
  'updated',
]);

type Input = Partial<TaskListQuery> & { readonly TaskIds?: readonly string[] };

// The input of the operation, or the query of a list: see queries.ts.
const inputOf = ([, input]: QueryKey) => input as Input;

/** Whether the answer has its tasks by their IDs, so that no other can come into it. */
const isFixed = (key: QueryKey) => inputOf(key).TaskIds !== undefined;

/** Whether other tasks may belong into the answer, or in another order, when tasks change that are there already. */
const isMoving = (key: QueryKey) => {
  const { sort, filter } = inputOf(key);
  // A question to FSx itself filters by status.
  if (!sort || !filter) return true;
  return MOVING.has(sort.property) || filter.tokens.some(({ property }) => MOVING.has(property));
};

/** Takes what the server tells of tasks into every answer that has them, and has lists asked for that may differ now. */
export const showTaskNews = (client: QueryClient, { tasks, created, removed }: TaskNews) => {
  const changed = new Map<string, DataRepositoryTask>(tasks.map((task) => [task.TaskId, task]));
  showTasks(client, (task) => changed.get(task.TaskId) ?? task);
  const isOther = created.length > 0 || removed.length > 0;
  void client.invalidateQueries(
    { queryKey: [DESCRIBE], predicate: ({ queryKey }) => !isFixed(queryKey) && (isOther || isMoving(queryKey)) },
    // What is under way has been asked a moment ago, and the next news is not far.
    { cancelRefetch: false },
  );
};

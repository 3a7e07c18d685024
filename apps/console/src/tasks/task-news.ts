import type { TaskNews } from '@drt/contract/events';
import type { TaskListQuery } from '@drt/contract/task-list';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import type { QueryClient, QueryKey } from '@tanstack/react-query';

import { DESCRIBE, rememberTold, showTasks } from './queries.ts';

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

/** Has answers asked for again; one that is under way already may have been made before the news, so once more after it. */
const askAgain = async (client: QueryClient, isMeant: (key: QueryKey) => boolean) => {
  const meant = {
    queryKey: [DESCRIBE],
    predicate: ({ queryKey }: { readonly queryKey: QueryKey }) => isMeant(queryKey),
  };
  const underWay = client.getQueryCache().findAll({ ...meant, fetchStatus: 'fetching' });
  // Not cut off: with news after news none would ever arrive.
  await client.invalidateQueries(meant, { cancelRefetch: false });
  if (underWay.length === 0) return;
  await client.invalidateQueries(
    { queryKey: [DESCRIBE], predicate: (query) => underWay.includes(query) },
    { cancelRefetch: false },
  );
};

/** Takes what the server tells of tasks into every answer that has them, and has lists asked for that may differ now. */
export const showTaskNews = (client: QueryClient, { tasks, created, removed }: TaskNews) => {
  rememberTold(tasks);
  const changed = new Map<string, DataRepositoryTask>(tasks.map((task) => [task.TaskId, task]));
  showTasks(client, (task) => changed.get(task.TaskId) ?? task);
  const isOther = created.length > 0 || removed.length > 0;
  void askAgain(client, (key) => !isFixed(key) && (isOther || isMoving(key)));
};

import type { TaskWork } from '@drt/contract/engine-api';
import type { WorkNews } from '@drt/contract/events';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { type QueryClient, queryOptions } from '@tanstack/react-query';

import { callEngine, engineQuery } from '../api/engine.ts';
import { isTransient } from '../api/errors.ts';
import { livePace } from '../live/live-state.ts';
import { joinWork, knownPart } from './task-work-history.ts';
import { isComplete } from './task-work.ts';
import { isActive } from './words.ts';

const LIVELY_MS = 1000;
const AFTER_FAILURE_MS = 5000;

const keyOf = (TaskId: string) => engineQuery('DescribeTaskWork', { TaskId }).queryKey;

/** How the work of a task goes; asked for until the answer holds the task's end, and each time only for what is new. */
export const taskWorkQuery = ({ TaskId, Lifecycle }: Pick<DataRepositoryTask, 'TaskId' | 'Lifecycle'>) =>
  queryOptions({
    queryKey: keyOf(TaskId),
    queryFn: async ({ client, queryKey, signal }): Promise<TaskWork> => {
      const ask = async (known: TaskWork | undefined) => {
        const from = knownPart(known);
        const work = await callEngine('DescribeTaskWork', { TaskId, ...from }, signal);
        return joinWork(client.getQueryData<TaskWork>(queryKey), { ...from, work });
      };
      const joined = await ask(client.getQueryData<TaskWork>(queryKey));
      // Without a known part the answer is whole, and always fits.
      return joined ?? ((await ask(undefined)) as TaskWork);
    },
    // The history is long, and most of it is the very same objects as before.
    structuralSharing: false,
    refetchInterval: ({ state }) => {
      if (state.error) return isTransient(state.error) ? AFTER_FAILURE_MS : false;
      return !isActive(Lifecycle) && state.data && isComplete(state.data) ? false : livePace(LIVELY_MS);
    },
  });

/** Takes in what the server tells of the work of a task; what does not fit to what is known makes it ask. */
export const showWorkNews = (client: QueryClient, news: WorkNews) => {
  const queryKey = keyOf(news.TaskId);
  const known = client.getQueryData<TaskWork>(queryKey);
  const joined = joinWork(known, news);
  if (joined) client.setQueryData<TaskWork>(queryKey, joined);
  else if (known) void client.invalidateQueries({ queryKey });
};

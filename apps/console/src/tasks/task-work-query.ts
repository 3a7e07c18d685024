import type { DataRepositoryTask } from '@drt/contract/tasks';
import { queryOptions } from '@tanstack/react-query';

import { engineQuery } from '../api/engine.ts';
import { isTransient } from '../api/errors.ts';
import { isComplete } from './task-work.ts';
import { isActive } from './words.ts';

const LIVELY_MS = 1000;
const AFTER_FAILURE_MS = 5000;

/** How the work of a task goes; asked for until the answer holds the task's end. */
export const taskWorkQuery = ({ TaskId, Lifecycle }: Pick<DataRepositoryTask, 'TaskId' | 'Lifecycle'>) =>
  queryOptions({
    ...engineQuery('DescribeTaskWork', { TaskId }),
    refetchInterval: ({ state }) => {
      if (state.error) return isTransient(state.error) ? AFTER_FAILURE_MS : false;
      return !isActive(Lifecycle) && state.data && isComplete(state.data) ? false : LIVELY_MS;
    },
  });

import type { Output } from '@drt/contract';
import { type DataRepositoryTask, isFinished, type TaskLifecycle } from '@drt/contract/tasks';
import { type InfiniteData, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';

import { paths } from '../paths.ts';
import { useNotifications } from '../shell/notifications.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { taskQuery, tasksIn } from './queries.ts';
import { lifecycleWord, taskName } from './words.ts';

type Answer = Output<'DescribeDataRepositoryTasks'>;

/**
 * Watches every answer that carries tasks, whichever page asked for it, and says each change of a lifecycle once. So a
 * list, a pane and a details page that show the same task do not say it three times.
 */
const useLifecycleChanges = (onChange: (task: DataRepositoryTask) => void) => {
  const client = useQueryClient();
  const known = useRef(new Map<string, TaskLifecycle>());
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        if (event.type !== 'updated' || event.action.type !== 'success') return;
        if (event.query.queryKey[0] !== 'DescribeDataRepositoryTasks') return;
        // The key says which operation answered, and the cache holds what that operation's query returned.
        const data = event.query.state.data as Answer | InfiniteData<Answer> | undefined;
        for (const task of data ? tasksIn(data) : []) {
          const before = known.current.get(task.TaskId);
          known.current.set(task.TaskId, task.Lifecycle);
          if (before !== undefined && before !== task.Lifecycle) latest.current(task);
        }
      }),
    [client],
  );
};

const Context = createContext<(taskId: string) => void>(() => undefined);

/** Shows "canceling" as a flash until the task has ended, on whatever page the user is then. */
export const useFollowCancel = () => useContext(Context);

export const TaskWatch = ({ children }: { readonly children: ReactNode }) => {
  const { announce, notify } = useNotifications();
  const [followed, setFollowed] = useState<readonly string[]>([]);

  const follow = useCallback(
    (taskId: string) => {
      setFollowed((now) => [...now.filter((each) => each !== taskId), taskId]);
      notify({ id: `cancel-${taskId}`, type: 'in-progress', loading: true, content: `Canceling task ${taskId}` });
    },
    [notify],
  );
  const settle = useCallback(
    (task: DataRepositoryTask) => {
      setFollowed((now) => now.filter((each) => each !== task.TaskId));
      notify({
        id: `cancel-${task.TaskId}`,
        type: task.Lifecycle === 'CANCELED' ? 'success' : 'warning',
        content: (
          <>
            Task{' '}
            <RouteLink inverted href={paths.task(task.TaskId)}>
              {task.TaskId}
            </RouteLink>{' '}
            {task.Lifecycle === 'CANCELED'
              ? 'is canceled.'
              : `ended before it was canceled: ${lifecycleWord(task.Lifecycle)}.`}
          </>
        ),
      });
    },
    [notify],
  );

  useLifecycleChanges((task) => {
    const name = taskName(task);
    announce(`Task ${name ? `${name}, ` : ''}${task.TaskId}: ${lifecycleWord(task.Lifecycle)}`);
  });

  return (
    <Context value={follow}>
      {children}
      {followed.map((taskId) => (
        <Follow key={taskId} taskId={taskId} onEnd={settle} />
      ))}
    </Context>
  );
};

interface FollowProps {
  readonly taskId: string;
  readonly onEnd: (task: DataRepositoryTask) => void;
}

/** Keeps asking for one task, on every page, until it has ended. */
const Follow = ({ taskId, onEnd }: FollowProps) => {
  const { data: task } = useQuery(taskQuery(taskId));
  useEffect(() => {
    if (task && isFinished(task.Lifecycle)) onEnd(task);
  }, [task, onEnd]);
  return null;
};

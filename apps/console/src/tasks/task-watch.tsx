import { type DataRepositoryTask, isFinished } from '@drt/contract/tasks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';

import { useHasEngine } from '../api/engine.ts';
import { hasCode } from '../api/errors.ts';
import { useEventStream } from '../live/live-state.ts';
import { useGo } from '../shell/leave-guard.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { type Answer, awaitedTasksQuery, DESCRIBE } from './queries.ts';
import { endWatch, useWatchedTasks, type WatchedTask } from './watched-tasks.ts';
import { isLater, lifecycleWord, taskName } from './words.ts';

interface Change {
  readonly task: DataRepositoryTask;
  /** Some page shows it now. */
  readonly isShown: boolean;
}

/** Finds the changes in what is seen of tasks, each once, and tells those of a moment together. */
const lifecycleLog = (tell: (tasks: readonly DataRepositoryTask[]) => void) => {
  const known = new Map<string, DataRepositoryTask['Lifecycle']>();
  let changes = new Map<string, Change>();
  const flush = () => {
    const tasks = [...changes.values()].filter(({ isShown }) => isShown).map(({ task }) => task);
    changes = new Map();
    if (tasks.length > 0) tell(tasks);
  };
  return (task: DataRepositoryTask, isShown: boolean) => {
    const before = known.get(task.TaskId);
    const isChange = before !== undefined && isLater(task.Lifecycle, before);
    if (before === undefined || isChange) known.set(task.TaskId, task.Lifecycle);
    // What the server tells goes into several answers, some of them of pages that were left.
    const pending = changes.get(task.TaskId);
    const latest = isChange ? task : pending?.task;
    if (!latest) return;
    if (changes.size === 0) queueMicrotask(flush);
    changes.set(task.TaskId, { task: latest, isShown: isShown || pending?.isShown === true });
  };
};

/**
 * Hears of every answer that carries tasks, whichever page asked for it and however it came: a list, a pane and a
 * details page that show the same task do not say its change three times.
 */
const useLifecycleChanges = (onChange: (tasks: readonly DataRepositoryTask[]) => void) => {
  const client = useQueryClient();
  const tell = useEffectEvent(onChange);
  useEffect(() => {
    const see = lifecycleLog((tasks) => tell(tasks));
    return client.getQueryCache().subscribe(({ type, query, ...event }) => {
      if (type !== 'updated' || query.queryKey[0] !== DESCRIBE) return;
      if (!('action' in event) || event.action.type !== 'success') return;
      // The key says which operation answered, and the cache holds what that operation's query returned.
      const answer = query.state.data as Answer | undefined;
      for (const task of answer?.DataRepositoryTasks ?? []) see(task, query.isActive());
    });
  }, [client]);
};

const isHidden = () => document.visibilityState === 'hidden';
const onVisibility = (listener: () => void) => {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
};

/** Calls back with watched tasks that have ended, each once. */
const useEnds = (onEnd: (ended: readonly (readonly [DataRepositoryTask, WatchedTask])[]) => void) => {
  const watched = useWatchedTasks();
  const hidden = useSyncExternalStore(onVisibility, isHidden);
  const taskIds = watched.map(({ taskId }) => taskId);
  const { data, error } = useQuery(awaitedTasksQuery(taskIds, hidden && watched.some((each) => each.notify)));
  const tell = useEffectEvent(onEnd);
  useEffect(() => {
    const ended = (data ?? []).flatMap((task) => {
      const watch = isFinished(task.Lifecycle) ? endWatch(task.TaskId) : undefined;
      return watch ? [[task, watch] as const] : [];
    });
    if (ended.length > 0) tell(ended);
  }, [data]);
  const isGone = hasCode(error, 'DataRepositoryTaskNotFound');
  useEffect(() => {
    // FSx answers all or none, and does not forget tasks: these are of another server than today's.
    if (isGone) for (const taskId of taskIds) endWatch(taskId);
  });
};

/** More changes than this at once are told by their number: nobody listens to a hundred sentences. */
const MOST_SENTENCES = 4;

/** Listens to what happens to tasks, on whatever page the user is: changes are spoken, and awaited ends are flashes. */
export const TaskWatch = () => {
  const { announce, notify } = useNotifications();
  const { go } = useGo();
  const hasEngine = useHasEngine();
  useEventStream();
  useLifecycleChanges((tasks) => {
    if (tasks.length > MOST_SENTENCES) return announce(`${tasks.length} tasks changed their status`);
    for (const task of tasks) {
      const name = taskName(task);
      announce(`Task ${name ? `${name}, ` : ''}${task.TaskId}: ${lifecycleWord(task.Lifecycle)}`);
    }
  });
  useEnds((ended) => {
    void import('./task-end.tsx').then(({ tellEnds }) =>
      tellEnds(ended, { notify, go, hasEngine: hasEngine === true }),
    );
  });
  return null;
};

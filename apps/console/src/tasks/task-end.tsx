import SpaceBetween from '@cloudscape-design/components/space-between';
import type { DataRepositoryTask } from '@drt/contract/tasks';

import { callEngine } from '../api/engine.ts';
import { paths } from '../paths.ts';
import type { Flash } from '../shell/notifications.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { count } from './task-work.ts';
import type { WatchedTask } from './watched-tasks.ts';
import { lifecycleWord, taskName, typeWords } from './words.ts';

/** How the end of a task that somebody waited for is told: as a flash, and by the browser if that was asked for. */

interface Tellers {
  readonly notify: (flash: Flash) => void;
  readonly go: (href: string) => void;
  readonly hasEngine: boolean;
}

const endText = ({ Lifecycle, Type, Status }: DataRepositoryTask) => {
  const { SucceededCount = 0, FailedCount = 0, TotalCount = 0 } = Status ?? {};
  const words = typeWords(Type);
  if (Lifecycle === 'SUCCEEDED') return `succeeded. ${words.succeeded}: ${count(SucceededCount)}.`;
  if (FailedCount > 0) return `failed. ${words.failed}: ${count(FailedCount)} of ${count(TotalCount)}.`;
  return 'failed.';
};

/** The first thing that went wrong, in one sentence. */
const firstReason = async ({ TaskId, Status, FailureDetails }: DataRepositoryTask, hasEngine: boolean) => {
  if (hasEngine && (Status?.FailedCount ?? 0) > 0) {
    const page = await callEngine('ListTaskFailures', { TaskId, MaxResults: 1 }).catch(() => undefined);
    const [first] = page?.Failures ?? [];
    if (first) return `The first: ${first.Code} at ${visibleText(first.Path)}.`;
  }
  return FailureDetails?.Message ?? '';
};

const TaskLink = ({ task }: { readonly task: DataRepositoryTask }) => {
  const name = taskName(task);
  return (
    <>
      <RouteLink inverted href={paths.task(task.TaskId)}>
        {task.TaskId}
      </RouteLink>
      {name ? ` (${visibleText(name)})` : null}
    </>
  );
};

/** What replaces the flash that says that a task is being canceled. */
const cancelOutcome = (task: DataRepositoryTask): Flash => ({
  id: `task-${task.TaskId}`,
  type: task.Lifecycle === 'CANCELED' ? 'success' : 'warning',
  content: (
    <>
      Task <TaskLink task={task} />{' '}
      {task.Lifecycle === 'CANCELED'
        ? 'is canceled.'
        : `ended before it was canceled: ${lifecycleWord(task.Lifecycle)}.`}
    </>
  ),
});

const failure = async (task: DataRepositoryTask, hasEngine: boolean): Promise<Flash> => {
  const reason = await firstReason(task, hasEngine);
  return {
    id: `task-${task.TaskId}`,
    type: 'error',
    content: (
      <>
        Task <TaskLink task={task} /> {endText(task)} {reason}
        <SpaceBetween direction="horizontal" size="m">
          <RouteLink inverted href={paths.task(task.TaskId)}>
            View task
          </RouteLink>
          {(task.Status?.FailedCount ?? 0) > 0 && hasEngine ? (
            <RouteLink inverted href={paths.taskFailures(task.TaskId)}>
              View failures
            </RouteLink>
          ) : null}
        </SpaceBetween>
      </>
    ),
  };
};

const flashOf = async (task: DataRepositoryTask, watch: WatchedTask, hasEngine: boolean): Promise<Flash> => {
  if (watch.why === 'canceled' || task.Lifecycle === 'CANCELED') return cancelOutcome(task);
  if (task.Lifecycle === 'FAILED') return failure(task, hasEngine);
  return {
    id: `task-${task.TaskId}`,
    type: 'success',
    content: (
      <>
        Task <TaskLink task={task} /> {endText(task)}
      </>
    ),
  };
};

const showNotification = (task: DataRepositoryTask, go: Tellers['go']) => {
  if (Notification.permission !== 'granted') return;
  const isCanceled = task.Lifecycle === 'CANCELED';
  const notification = new Notification(
    `${typeWords(task.Type).name}: ${lifecycleWord(task.Lifecycle).toLowerCase()}`,
    {
      body: `Task ${taskName(task) ?? task.TaskId} ${isCanceled ? 'is canceled.' : endText(task)}`,
      // One for each task, from however many tabs.
      tag: task.TaskId,
    },
  );
  notification.addEventListener('click', () => {
    window.focus();
    go(paths.task(task.TaskId));
    notification.close();
  });
};

/** A single flash for many tasks that ended at once. */
const summary = (tasks: readonly DataRepositoryTask[]): Flash => {
  const numbers = new Map<string, number>();
  for (const { Lifecycle } of tasks) numbers.set(Lifecycle, (numbers.get(Lifecycle) ?? 0) + 1);
  // Filled from tasks just now.
  const parts = [...numbers].map(
    ([lifecycle, number]) => `${number} ${lifecycleWord(lifecycle as DataRepositoryTask['Lifecycle']).toLowerCase()}`,
  );
  return {
    id: `tasks-${tasks[0]?.TaskId}`,
    type: numbers.has('FAILED') ? 'error' : 'success',
    content: (
      <>
        {tasks.length} tasks ended: {parts.join(', ')}.{' '}
        <RouteLink inverted href={paths.tasks()}>
          View tasks
        </RouteLink>
      </>
    ),
  };
};

/** More flashes than this at once would push the page out of sight. */
const MOST_FLASHES = 3;
/** A flash stays for so long before its outcome takes its place: it is there to be read. In ms. */
const READING_MS = 5000;

const waitFor = (milliseconds: number) =>
  milliseconds > 0 ? new Promise((resolve) => setTimeout(resolve, milliseconds)) : undefined;

export const tellEnds = async (
  ended: readonly (readonly [DataRepositoryTask, WatchedTask])[],
  { notify, go, hasEngine }: Tellers,
) => {
  for (const [task, watch] of ended) {
    if (watch.notify && document.visibilityState === 'hidden') showNotification(task, go);
  }
  // Its own page shows the end of a task that was only looked at.
  const told = ended.filter(([{ TaskId }, { why }]) => why !== 'opened' || location.pathname !== paths.task(TaskId));
  if (told.length > MOST_FLASHES) return notify(summary(told.map(([task]) => task)));
  const each = told.map(async ([task, watch]) => {
    const flash = await flashOf(task, watch, hasEngine);
    if (watch.why === 'created') await waitFor(watch.since + READING_MS - Date.now());
    notify(flash);
  });
  await Promise.all(each);
};

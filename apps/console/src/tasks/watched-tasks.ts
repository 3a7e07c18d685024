import { taskId as taskIdSchema } from '@drt/contract/wire';
import { useSyncExternalStore } from 'react';

/**
 * The tasks whose end the user waits for, in this tab: those that were created or canceled here, or whose page was
 * opened while they ran. They are kept for the session, so that a reload forgets none.
 */
export interface WatchedTask {
  readonly taskId: string;
  /** The strongest reason there is: what was only looked at says less at its end than what was done. */
  readonly why: 'opened' | 'created' | 'canceled';
  /** Tells of the end by a notification of the browser, when the tab is hidden then. */
  readonly notify: boolean;
  /** In ms since 1970. */
  readonly since: number;
}

const KEY = 'drt.watched';
/** More are not asked for at once; the oldest are let go. */
const MOST = 50;
const REASONS = ['opened', 'created', 'canceled'] as const;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const read = (): readonly WatchedTask[] => {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return (Array.isArray(stored) ? stored : []).flatMap((each: unknown) => {
      if (!isRecord(each)) return [];
      const taskId = taskIdSchema.safeParse(each['taskId']);
      const why = REASONS.find((reason) => reason === each['why']);
      return taskId.success && why ? [{ taskId: taskId.data, why, notify: each['notify'] === true, since: 0 }] : [];
    });
  } catch {
    // Storage can be forbidden, or hold what an older console wrote.
    return [];
  }
};

let watched = read();
const listeners = new Set<() => void>();

const change = (next: readonly WatchedTask[]) => {
  watched = next.slice(-MOST);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(watched));
  } catch {
    // Not kept over a reload then.
  }
  for (const listener of listeners) listener();
};

const newWatch = (taskId: string): WatchedTask => ({ taskId, why: 'opened', notify: false, since: Date.now() });

/** Watches the task from now on until it has ended. */
export const watchTask = (taskId: string, part: Partial<Pick<WatchedTask, 'why' | 'notify'>>) => {
  const before = watched.find((each) => each.taskId === taskId) ?? newWatch(taskId);
  const why = part.why && REASONS.indexOf(part.why) > REASONS.indexOf(before.why) ? part.why : before.why;
  const next = { ...before, ...part, why };
  if (watched.includes(before) && next.why === before.why && next.notify === before.notify) return;
  change([...watched.filter((each) => each !== before), next]);
};

/** Ends the watch, and says what it was; undefined when there was none, so that an end is told only once. */
export const endWatch = (taskId: string): WatchedTask | undefined => {
  const found = watched.find((each) => each.taskId === taskId);
  if (found) change(watched.filter((each) => each !== found));
  return found;
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const useWatchedTasks = () => useSyncExternalStore(subscribe, () => watched);

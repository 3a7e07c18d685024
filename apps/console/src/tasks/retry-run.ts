/**
 * A retry that takes several tasks, so that it can go on where it stopped: after a refusal, a lost connection, or a
 * closed tab. What failed in an ended task does not change, so the tasks of its retry are always cut alike, and each
 * has a request token of its own: asked for twice, it is made once.
 */
export interface RetryRun {
  /** The request token of each task is this and its number. */
  readonly token: string;
  /** Paths of all the tasks together; another number means other tasks. */
  readonly pathCount: number;
  /** IDs of the tasks that were created, in order. */
  readonly created: readonly string[];
}

/** The paths of each task. */
export const cut = (paths: readonly string[], limit: number): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(paths.length / limit) }, (_, index) =>
    paths.slice(index * limit, (index + 1) * limit),
  );

export const tokenOf = ({ token }: RetryRun, index: number) => `${token}-${index}`;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isTaskId = (value: unknown): value is string => typeof value === 'string' && /^task-[0-9a-f]{17,}$/.test(value);

/** What storage holds, if it is a run over as many paths that has not come to its end. */
export const readRun = (text: string | null, pathCount: number, taskCount: number): RetryRun | undefined => {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
  if (!isRecord(stored) || stored['pathCount'] !== pathCount) return undefined;
  const { token, created } = stored;
  if (typeof token !== 'string' || !/^[0-9a-f]{32}$/.test(token)) return undefined;
  if (!Array.isArray(created) || !created.every(isTaskId) || created.length >= taskCount) return undefined;
  return { token, pathCount, created };
};

const keyOf = (taskId: string, retry: string) => `drt.retry.${taskId}.${retry}`;

/** The run that this browser has begun and not ended. */
export const storedRun = (taskId: string, retry: string, pathCount: number, taskCount: number) => {
  try {
    return readRun(localStorage.getItem(keyOf(taskId, retry)), pathCount, taskCount);
  } catch {
    // Storage can be forbidden.
    return undefined;
  }
};

/** Remembers a run; undefined forgets it. */
export const storeRun = (taskId: string, retry: string, run: RetryRun | undefined) => {
  try {
    if (run) localStorage.setItem(keyOf(taskId, retry), JSON.stringify(run));
    else localStorage.removeItem(keyOf(taskId, retry));
  } catch {
    // Not remembered then: it can go on as long as this page stands.
  }
};

import type { EngineOutput } from '@drt/contract/engine-api';
import { taskPath } from '@drt/contract/tasks';

import { isGone } from './failure-codes.ts';

/** Which paths a task needs to do again what failed in another one. */

type Failure = Pick<EngineOutput<'ListTaskFailures'>['Failures'][number], 'Path' | 'Code'>;

export interface Failures {
  readonly failures: readonly Failure[];
  /** False when there are more than were read. */
  readonly isComplete: boolean;
}

export interface RetryPaths {
  /** Path rows for the form; one empty row means everything. */
  readonly paths: readonly string[];
  /**
   * `files`: just what failed. `directories`: some of the paths are directories that also hold what did not fail.
   * `task`: the paths of the task itself.
   */
  readonly kind: 'files' | 'directories' | 'task';
  /** Entries to do again. */
  readonly failed: number;
  /** Entries left out because they no longer exist. */
  readonly gone: number;
}

const withoutSlashes = (path: string) => path.replace(/\/+$/, '').replace(/^\/+/, '');

/** `a/b` of `a/b/c`, '' of `a`; for S3 `s3://bucket` is the highest. */
const parentOf = (path: string) => {
  const trimmed = path.replace(/\/+$/, '');
  const start = trimmed.startsWith('s3://') ? 's3://'.length : 0;
  const slash = trimmed.slice(start).lastIndexOf('/');
  return slash < 0 ? '' : trimmed.slice(0, start + slash).replace(/\/+$/, '');
};

/** How the engine shows a name that is not UTF-8, beside which no other entry can have the same path. */
const isUnwritable = (path: string) => path.includes('\uFFFD') || /^\/|(?<!^s3:)\/\//.test(path);

/** What can stand in a row and means just that entry: a name that is not UTF-8, for one, cannot be written. */
const isUsable = (path: string) =>
  path === '' || (path.trim() !== '' && !isUnwritable(path) && taskPath.safeParse(path).success);

const isCovered = (path: string, by: ReadonlySet<string>) => {
  for (let above = path; above !== '';) {
    above = parentOf(above);
    if (by.has(above)) return true;
  }
  return false;
};

/** Without those that lie within another one. */
const outermost = (paths: Iterable<string>) => {
  const all = new Set(paths);
  return new Set([...all].filter((path) => !isCovered(path, all)));
};

const depthOf = (path: string) => path.split('/').length;

/** One step towards fewer paths: directories in place of several of their entries, those with the most first. */
const merged = (paths: ReadonlySet<string>, limit: number, canLift: (path: string) => boolean) => {
  const liftable = [...paths].filter(canLift);
  const groups = [...Map.groupBy(liftable, parentOf)].filter(([, members]) => members.length > 1);
  const next = new Set(paths);
  if (groups.length === 0) {
    // None share a directory: the deepest go up a level, where they may.
    const deepest = liftable.reduce((depth, path) => Math.max(depth, depthOf(path)), 0);
    for (const path of liftable) {
      if (depthOf(path) !== deepest) continue;
      next.delete(path);
      next.add(parentOf(path));
    }
    return outermost(next);
  }
  for (const [directory, members] of groups.toSorted(([, a], [, b]) => b.length - a.length)) {
    if (next.size <= limit) break;
    for (const member of members) next.delete(member);
    next.add(directory);
  }
  return outermost(next);
};

/** How far a path may go up: never above the paths of the task that failed. */
const within = (scope: readonly string[]) => {
  const roots = new Set(scope.map(withoutSlashes));
  const canLift = (path: string) => path !== '' && !roots.has(withoutSlashes(path));
  /** The path itself, or the nearest directory that a request can name. */
  const usable = (path: string): string => (isUsable(path) || !canLift(path) ? path : usable(parentOf(path)));
  return { canLift, usable };
};

const stillThere = (failures: readonly Failure[]) => failures.filter(({ Code }) => !isGone(Code));

/** Paths that name exactly what failed, however many they are. */
export interface ExactPaths {
  readonly paths: readonly string[];
  /** How many of them are directories, because no request can carry the names of entries below. */
  readonly directories: number;
}

/**
 * What failed, entry by entry, for as many tasks as that takes.
 * @param scope as for `retryPaths`.
 */
export const exactPaths = ({ failures }: Failures, scope: readonly string[] = []): ExactPaths => {
  const { usable } = within(scope.length > 0 ? scope : ['']);
  const there = stillThere(failures);
  const failed = new Set(there.map(({ Path }) => Path));
  const paths = [...outermost(there.map(({ Path }) => usable(Path)))];
  return { paths, directories: paths.filter((path) => !failed.has(path)).length };
};

/**
 * The paths of a task that does again what failed: just those entries if they fit, the nearest common directories
 * otherwise. Never anything outside of `scope`.
 * @param limit most paths of one task.
 * @param scope the paths of the task that failed; none means everything. They are at most `limit`.
 */
export const retryPaths = (
  { failures, isComplete }: Failures,
  limit: number,
  scope: readonly string[] = [],
): RetryPaths => {
  const there = stillThere(failures);
  const counts = { failed: there.length, gone: failures.length - there.length };
  const ownPaths = scope.length > 0 ? scope : [''];
  if (!isComplete || there.length === 0) return { paths: ownPaths, kind: 'task', ...counts };

  const { canLift, usable } = within(ownPaths);
  let paths = outermost(there.map(({ Path }) => usable(Path)));
  while (paths.size > limit && [...paths].some(canLift)) paths = merged(paths, limit, canLift);

  const failed = new Set(there.map(({ Path }) => Path));
  const isExact = [...paths].every((path) => failed.has(path));
  return { paths: [...paths], kind: isExact ? 'files' : 'directories', ...counts };
};

/** `1 entry`, `2,000 entries`. */
export const entries = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'}`;

/** Says openly what the paths of the form are. */
export const retryNote = ({ paths, kind, failed, gone }: RetryPaths) => {
  const left = gone > 0 ? ` Left out: ${entries(gone)} that no longer ${gone === 1 ? 'exists' : 'exist'}.` : '';
  if (failed === 0) return `Nothing that failed in it is left to retry, so its paths are unchanged.${left}`;
  if (kind === 'files') return `Its paths are just the ${entries(failed)} that failed.${left}`;
  if (kind === 'task') {
    return 'More entries failed than can be looked through, so its paths are unchanged. What has succeeded since and did not change is not transferred again.';
  }
  const places = paths.length === 1 ? 'the nearest directory' : `${paths.length} paths: the nearest common directories`;
  return `The ${entries(failed)} that failed cannot be the paths of one task, so it has ${places} that ${paths.length === 1 ? 'holds' : 'hold'} them. What has succeeded since and did not change is not transferred again.${left}`;
};

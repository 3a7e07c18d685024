import type { DataRepositoryTask } from '@aws-sdk/client-fsx';
import type { RequestRecord } from '@drt/s3-sandbox';

import type { Exported } from '../tree.testing.ts';
import type { Entries, Limits, TaskFacts } from './facts.ts';

/** Rules about objects, files and requests: I6, I7, B1 to B6, X1 to X3, U1, F2, and how fast a restart goes on. */

/** Between the clocks of two processes on one machine. */
const CLOCKS = 25;

/** A worker writes down what it has done every second; what was done longer ago than this is not done again. */
const UNCOMMITTED = 5000;

/** What CANCELED may take beyond the longest request, and what it may take more for each kill that fell on it. */
const CANCEL_TIME = 5000;
const RECOVERY_TIME = 10_000;

const WRITES: ReadonlySet<string> = new Set([
  'PutObject',
  'CopyObject',
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPartCopy',
  'CompleteMultipartUpload',
  'DeleteObject',
  'DeleteObjects',
]);

/** Names a few of many. */
const some = (keys: Iterable<string>): string => {
  const all = [...keys];
  return all.length <= 3 ? all.join(', ') : `${all.slice(0, 3).join(', ')} and ${all.length - 3} more`;
};

const isIn = (paths: readonly string[], key: string): boolean =>
  paths.length === 0 || paths.some((path) => key.replace(/\/$/, '') === path || key.startsWith(`${path}/`));

const isSame = (one: Exported | undefined, other: Exported | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const lastOf = ({ sights }: TaskFacts): Partial<DataRepositoryTask> => sights.at(-1)?.task ?? {};

/** The task's writes of data: all below the prefix but the report, in the order in which they came. */
const writesOf = ({ requests, prefix, taskId }: TaskFacts): RequestRecord[] =>
  requests.filter(
    ({ operation, key }) => WRITES.has(operation) && key.startsWith(prefix) && !key.includes(`${taskId}/`),
  );

/** Whether an object came to be, whether or not its client has heard of it. */
const hasLanded = ({ operation, status = 0, code }: RequestRecord): boolean =>
  (operation === 'PutObject' || operation === 'CompleteMultipartUpload') &&
  status >= 200 &&
  status < 300 &&
  code === undefined;

const count = (facts: TaskFacts): string[] => {
  const { Lifecycle, Status = {} } = lastOf(facts);
  const { least, most } = facts.toDo;
  const total = Status.TotalCount ?? 0;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  const problems: string[] = [];
  if (total > most || (Lifecycle !== 'CANCELED' && total < least)) {
    problems.push(`I6: TotalCount is ${total}, and there were ${wanted} entries to act on.`);
  }
  if (facts.isTransient && Lifecycle === 'FAILED') {
    problems.push(`I7: FAILED (${lastOf(facts).FailureDetails?.Message}), though every fault was transient.`);
  }
  if (Lifecycle === 'CANCELED' && !facts.canceled) problems.push('I7: CANCELED, though nobody asked for it.');
  return problems;
};

/** Objects that are no version of their file, or of no file at all. */
const objects = ({ objects: found, versions, taskId }: TaskFacts): string[] => {
  const strange: string[] = [];
  const torn: string[] = [];
  const dressed: string[] = [];
  for (const [key, object] of Object.entries(found)) {
    if (key.includes(`${taskId}/`)) continue;
    const known = versions.get(key);
    if (!known) strange.push(key);
    else if (!known.some(({ sha256 }) => sha256 === object.sha256)) torn.push(key);
    else if (!known.some((version) => isSame(version, object))) dressed.push(key);
  }
  return [
    ...(torn.length > 0 ? [`B1: no version of the file has the bytes of ${some(torn)}.`] : []),
    ...(strange.length > 0 ? [`B2: there never was a file for ${some(strange)}.`] : []),
    ...(dressed.length > 0 ? [`B4: no version of the file has the metadata of ${some(dressed)}.`] : []),
  ];
};

/** Entries on the one side that are not the same on the other, of those that the task is about. */
export const differing = (from: Entries, to: Entries, paths: readonly string[]): string[] =>
  Object.keys(from).filter((key) => isIn(paths, key) && !isSame(from[key], to[key]));

const completeness = (facts: TaskFacts): string[] => {
  const { type, entries, objects: found, paths } = facts;
  if (lastOf(facts).Lifecycle !== 'SUCCEEDED') return [];
  const missing = type === 'export' ? differing(entries, found, paths) : differing(found, entries, paths);
  const what = type === 'export' ? 'has no object, or another,' : 'is not in the tree as its object has it';
  const problems = missing.length > 0 ? [`B3: SUCCEEDED, and ${some(missing)} ${what}.`] : [];
  const extra = type === 'export' ? [] : Object.keys(entries).filter((key) => !(key in found));
  return extra.length > 0 ? [...problems, `B2: imported without an object: ${some(extra)}.`] : problems;
};

/**
 * Names of what was transferred in one direction or the other. An object that a killed worker has put already, and that
 * was found as it should be, need not be put again.
 */
const transferred = (facts: TaskFacts): Set<string> => {
  const isRead = ({ operation, status }: RequestRecord) => /^(Get|Head)Object$/.test(operation) && status === 200;
  const written = facts.type === 'export' ? writesOf(facts).filter(hasLanded) : [];
  return new Set([...written, ...facts.requests.filter(isRead)].map(({ key }) => key));
};

const successes = (facts: TaskFacts): string[] => {
  const { SucceededCount: succeeded = 0, FailedCount: failed = 0 } = lastOf(facts).Status ?? {};
  const { size } = transferred(facts);
  if (succeeded > size) return [`B3: ${succeeded} succeeded, and only ${size} were transferred.`];
  const landed = new Set(
    writesOf(facts)
      .filter(hasLanded)
      .map(({ key }) => key),
  ).size;
  const isExact = facts.type === 'export' && facts.kills.length === 0;
  if (!isExact || succeeded + failed >= landed) return [];
  return [`B3: ${succeeded} succeeded, and ${landed} were uploaded without any kill.`];
};

/** Files that were uploaded again although nothing had happened to the first upload. */
const repeats = (facts: TaskFacts): string[] => {
  const twice: string[] = [];
  const landings = Map.groupBy(writesOf(facts).filter(hasLanded), ({ key }) => key);
  for (const [key, puts] of landings) {
    const isRepeated = puts.some((put, at) => {
      const first = puts[at - 1];
      if (!first || first.outcome !== 'answered') return false;
      const ended = first.endedAt ?? first.startedAt;
      return !facts.kills.some(
        (kill) => kill < put.startedAt + CLOCKS && kill < ended + UNCOMMITTED && kill > ended - UNCOMMITTED,
      );
    });
    if (isRepeated) twice.push(key);
  }
  return twice.length > 0 ? [`B5: uploaded again without a reason: ${some(twice)}.`] : [];
};

const scope = (facts: TaskFacts): string[] => {
  const { type, prefix, paths, toDo } = facts;
  const keys = new Set(writesOf(facts).map(({ key }) => key.slice(prefix.length)));
  const problems: string[] = [];
  if (type === 'import') return keys.size > 0 ? [`B2: an import wrote ${some(keys)}.`] : [];
  const outside = [...keys].filter((key) => !isIn(paths, key));
  if (outside.length > 0) problems.push(`B2: outside its paths it wrote ${some(outside)}.`);
  if (toDo.most === 0 && keys.size > 0) problems.push(`B6: nothing had changed, and it wrote ${some(keys)}.`);
  return problems;
};

/** Writes that began when the task must not write any more, or not yet. */
const writesOutOfTime = (facts: TaskFacts): string[] => {
  const { StartTime, EndTime } = lastOf(facts);
  const writes = writesOf(facts);
  const after = (time: number) => writes.filter(({ startedAt }) => startedAt > time + CLOCKS).map(({ key }) => key);
  const problems: string[] = [];
  const seen = facts.sights.find(({ task }) => task.Lifecycle === 'CANCELED')?.at;
  const afterCanceled = seen === undefined ? [] : after(seen);
  if (afterCanceled.length > 0) problems.push(`X1: written after CANCELED was seen: ${some(afterCanceled)}.`);
  const late = EndTime ? after(EndTime.getTime()) : [];
  if (late.length > 0) problems.push(`X3: written after EndTime: ${some(late)}.`);
  const early = writes.filter(({ startedAt }) => startedAt < (StartTime?.getTime() ?? 0) - CLOCKS);
  if (early.length > 0) problems.push(`X3: written before StartTime: ${some(early.map(({ key }) => key))}.`);
  return problems;
};

const cancel = (facts: TaskFacts, { width }: Limits): string[] => {
  if (!facts.canceled) return [];
  const { askedAt, answeredAt } = facts.canceled;
  const problems: string[] = [];
  const begun = new Map<string, number>();
  for (const { key, startedAt } of writesOf(facts)) if (!begun.has(key)) begun.set(key, startedAt);
  const late = [...begun.values()].filter((startedAt) => startedAt > answeredAt).length;
  if (late > width) problems.push(`X2: ${late} keys were begun after the cancel; at most ${width} may be.`);
  const inFlight = facts.requests.filter(
    ({ startedAt, endedAt = Infinity }) => startedAt < answeredAt && endedAt > answeredAt,
  );
  const longest = Math.max(0, ...inFlight.map(({ startedAt, endedAt = answeredAt }) => endedAt - startedAt));
  const disturbed = facts.kills.filter((kill) => kill > askedAt - RECOVERY_TIME).length;
  const took = (lastOf(facts).EndTime?.getTime() ?? Infinity) - answeredAt;
  if (took > longest + CANCEL_TIME + disturbed * RECOVERY_TIME) {
    problems.push(
      `X2: it ended ${Math.round(took)} ms after its cancel; the longest request took ${Math.round(longest)} ms.`,
    );
  }
  return problems;
};

const leftovers = ({ uploads, temporaries }: TaskFacts): string[] => [
  ...(uploads.length > 0 ? [`U1: unfinished multipart uploads of ${some(uploads)}.`] : []),
  ...(temporaries.length > 0 ? [`F2: temporary files are left: ${some(temporaries)}.`] : []),
];

const partial = ({ peeks, versions }: TaskFacts): string[] => {
  const torn = peeks.filter(({ key, sha256 }) => !versions.get(key)?.some((version) => version.sha256 === sha256));
  return torn.length > 0 ? [`F2: seen under its final name and not whole: ${some(torn.map(({ key }) => key))}.`] : [];
};

const resumes = (facts: TaskFacts, { resume }: Limits): string[] => {
  const late = facts.resumes.filter((milliseconds) => milliseconds > resume);
  return late.map((milliseconds) => `A1: ${Math.round(milliseconds)} ms from a restart to progress.`);
};

export const transferViolations = (facts: TaskFacts, limits: Limits): string[] => [
  ...count(facts),
  ...objects(facts),
  ...completeness(facts),
  ...successes(facts),
  ...repeats(facts),
  ...scope(facts),
  ...writesOutOfTime(facts),
  ...cancel(facts, limits),
  ...leftovers(facts),
  ...partial(facts),
  ...resumes(facts, limits),
];

import type { TaskWork } from '@drt/contract/engine-api';
import type { DataRepositoryTask, TaskType } from '@drt/contract/tasks';

import { bytesText } from './bytes-text.ts';

/** What the counters of a task and their history say about its speed, as plain values. */

export type Sample = Pick<TaskWork['Samples'][number], 'Time' | 'SucceededCount' | 'FailedCount' | 'Bytes'>;

/** Entries done and bytes moved, per second. */
export interface Rates {
  readonly files: number;
  readonly bytes: number;
}

export interface RatePoint extends Rates {
  /** The end of the stretch that the rates are the means of. */
  readonly time: Date;
}

export const doneCount = ({ SucceededCount, FailedCount }: Pick<Sample, 'SucceededCount' | 'FailedCount'>) =>
  SucceededCount + FailedCount;

/**
 * The samples of a task's execution, beginning with zero at its start and ending no later than its end. The engine
 * rounds the times of samples up, so that the last one may lie after the end.
 */
export const executionSamples = (
  { StartTime, EndTime }: Pick<DataRepositoryTask, 'StartTime' | 'EndTime'>,
  samples: readonly Sample[],
): Sample[] => {
  if (!StartTime) return [];
  const kept: Sample[] = [{ Time: StartTime, SucceededCount: 0, FailedCount: 0, Bytes: 0 }];
  for (const sample of samples) {
    const Time = EndTime && sample.Time > EndTime ? EndTime : sample.Time;
    if (Time <= StartTime) continue;
    if (kept.at(-1)?.Time.getTime() === Time.getTime()) kept.pop();
    kept.push({ ...sample, Time });
  }
  return kept;
};

const between = (from: Sample, to: Sample, seconds: number): Rates => ({
  // Counters never go back, but an answer of an older engine may.
  files: Math.max(0, doneCount(to) - doneCount(from)) / seconds,
  bytes: Math.max(0, to.Bytes - from.Bytes) / seconds,
});

/**
 * The mean rates over the last `window` seconds.
 * @param idle seconds since the last sample in which nothing was counted.
 * @returns undefined while there are not two samples to compare.
 */
export const recentRates = (samples: readonly Sample[], window: number, idle = 0): Rates | undefined => {
  const last = samples.at(-1);
  if (!last || samples.length < 2) return undefined;
  const end = last.Time.getTime() + idle * 1000;
  const from = samples.findLast((each) => each.Time.getTime() <= end - window * 1000) ?? samples[0];
  if (!from) return undefined;
  const seconds = (end - from.Time.getTime()) / 1000;
  return seconds > 0 ? between(from, last, seconds) : undefined;
};

/** Seconds until every entry is done at the rate given; undefined when that would be never. */
export const secondsLeft = (
  work: Pick<TaskWork, 'TotalCount' | 'SucceededCount' | 'FailedCount'>,
  filesPerSecond = 0,
) => (filesPerSecond > 0 ? Math.max(0, work.TotalCount - doneCount(work)) / filesPerSecond : undefined);

const millisecondsBetween = (one: Sample, other: Sample) => other.Time.getTime() - one.Time.getTime();

/**
 * The rates over a task's life as at most `most` points, each the mean since the point before. They are as evenly apart
 * as the samples allow, which are closer together at the beginning of a task than after days.
 */
export const ratePoints = (samples: readonly Sample[], most: number): RatePoint[] => {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last) return [];
  const step = millisecondsBetween(first, last) / (most - 1);
  const ends = [first];
  for (const sample of samples.slice(1, -1)) {
    if (millisecondsBetween(ends.at(-1) ?? first, sample) >= step) ends.push(sample);
  }
  // A task ends at any moment after a sample: the rate over so short a stretch would say nothing.
  const [before, latest] = ends.slice(-2);
  if (before && latest && millisecondsBetween(latest, last) < millisecondsBetween(before, latest) / 2) ends.pop();
  return [...ends, last].flatMap((to, index, all) => {
    const from = all[index - 1];
    const milliseconds = from ? millisecondsBetween(from, to) : 0;
    return from && milliseconds > 0 ? [{ time: to.Time, ...between(from, to, milliseconds / 1000) }] : [];
  });
};

const plural = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** `About 3 minutes left`, no more exact than such a guess can be. */
export const timeLeftText = (seconds: number) => {
  if (seconds < 10) return 'A few seconds left';
  if (seconds < 60) return `About ${Math.ceil(seconds / 10) * 10} seconds left`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `About ${plural(minutes, 'minute')} left`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `About ${plural(hours, 'hour')} left` : `About ${plural(Math.round(hours / 24), 'day')} left`;
};

export const count = (value: number) => value.toLocaleString('en');

/** Three digits that say something: `0.042`, `3.5`, `1,250`. */
export const rateNumber = (value: number) =>
  value < 100
    ? value.toLocaleString('en', { maximumSignificantDigits: 3 })
    : value.toLocaleString('en', { maximumFractionDigits: 0 });

/** `12 files/s, 3.4 MiB/s`. */
export const ratesText = ({ files, bytes }: Rates) => `${rateNumber(files)} files/s, ${bytesText(Math.round(bytes))}/s`;

const VERBS: Partial<Record<TaskType, { readonly to: string; readonly doing: string }>> = {
  EXPORT_TO_REPOSITORY: { to: 'export', doing: 'Exporting' },
  IMPORT_METADATA_FROM_REPOSITORY: { to: 'import', doing: 'Importing' },
  RELEASE_DATA_FROM_FILESYSTEM: { to: 'release', doing: 'Releasing' },
};

const verbOf = (type: TaskType) => VERBS[type] ?? { to: 'process', doing: 'Processing' };

/** What the engine is doing for the task now. */
export const stageText = (type: TaskType, stage: TaskWork['Stage']): string => {
  const { to, doing } = verbOf(type);
  switch (stage) {
    case 'PLAN':
      return `Finding entries to ${to}`;
    case 'FILES':
      return `${doing} files`;
    case 'DIRECTORIES':
      return `${doing} directories`;
    case 'FINISH':
      return 'Finishing';
    default:
      // A stage that is new to this console.
      return stage;
  }
};

/** How far a search has come of which nobody knows the end. */
export const findingText = (
  type: TaskType,
  { ScannedCount, TotalCount }: Pick<TaskWork, 'ScannedCount' | 'TotalCount'>,
) => `Finding entries: ${count(ScannedCount)} looked at, ${count(TotalCount)} to ${verbOf(type).to} so far`;

/** Where a task that waits stands; undefined `ahead` = unknown. */
export const queueText = (ahead: number | undefined) => {
  if (ahead === undefined) return 'Waiting to start';
  if (ahead === 0) return 'Waiting to start: next in the queue of its file system';
  return `Waiting to start: ${count(ahead)} ${ahead === 1 ? 'task' : 'tasks'} of its file system ${ahead === 1 ? 'comes' : 'come'} before it`;
};

const EVENTS: Readonly<Record<string, string>> = {
  PENDING: 'Created',
  EXECUTING: 'Started',
  PLANNED: 'All entries found',
  RESUMED: 'Resumed after an interruption',
  REPORTED: 'Completion report delivered',
  REPORT_FAILED: 'Completion report not delivered',
  CANCELING: 'Cancellation requested',
  CANCELED: 'Canceled',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
};

/** An event of a task's activity in words; one that is new to this console is shown as it came. */
export const eventText = (event: string) => EVENTS[event] ?? event;

const LAST_EVENTS = new Set(['SUCCEEDED', 'FAILED', 'CANCELED']);

/** Whether the work holds the task's end. Work of before activity was kept holds no events at all. */
export const isComplete = ({ Activity }: Pick<TaskWork, 'Activity'>) =>
  Activity.length === 0 || Activity.some(({ Event }) => LAST_EVENTS.has(Event));

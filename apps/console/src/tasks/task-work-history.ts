import type { TaskWork } from '@drt/contract/engine-api';
import type { WorkNews } from '@drt/contract/events';
import { thinned } from '@drt/contract/samples';

import { doneCount } from './task-work.ts';

/** A task's history as it is put together from what is told of it piece by piece. */

/** What need not be told again, as `DescribeTaskWork` takes it. */
export const knownPart = (known: TaskWork | undefined): Pick<WorkNews, 'SamplesFrom' | 'ActivityFrom'> => {
  const last = known?.Samples.at(-1);
  return { ...(last ? { SamplesFrom: last.Time } : {}), ActivityFrom: known?.Activity.length ?? 0 };
};

const isBefore = (one: TaskWork, other: TaskWork) =>
  one.ScannedCount < other.ScannedCount || doneCount(one) < doneCount(other);

/**
 * What is known of a task's work, and what was told since.
 * @returns undefined when something is missing between the two.
 */
export const joinWork = (
  known: TaskWork | undefined,
  { SamplesFrom, ActivityFrom, work }: Omit<WorkNews, 'TaskId'>,
): TaskWork | undefined => {
  const last = known?.Samples.at(-1);
  const isWhole = !SamplesFrom && ActivityFrom === 0;
  if (!known) return isWhole ? work : undefined;
  if (SamplesFrom && !(last && last.Time >= SamplesFrom)) return undefined;
  if (known.Activity.length < ActivityFrom) return undefined;
  // It was asked before what is known was told.
  if (isBefore(work, known) || known.Activity.length > ActivityFrom + work.Activity.length) return known;
  return {
    ...work,
    Samples: thinned([...known.Samples.filter(({ Time }) => SamplesFrom && Time < SamplesFrom), ...work.Samples]),
    Activity: [...known.Activity.slice(0, ActivityFrom), ...work.Activity],
  };
};

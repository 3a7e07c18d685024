import type { DataRepositoryTask } from '@aws-sdk/client-fsx';

import type { History, Sight } from './facts.ts';

/** Rules about what is described of tasks: I0 to I5 and D1. Each answers sentences about what breaks it. */

const TERMINAL: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELED']);

export const hasEnded = ({ Lifecycle }: DataRepositoryTask): boolean => TERMINAL.has(Lifecycle ?? '');

/** A poll may miss what lies between. */
const REACHABLE: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['EXECUTING', 'CANCELING', 'SUCCEEDED', 'FAILED', 'CANCELED'],
  EXECUTING: ['CANCELING', 'SUCCEEDED', 'FAILED', 'CANCELED'],
  CANCELING: ['CANCELED'],
};

const countsOf = ({ Status = {} }: DataRepositoryTask) => ({
  TotalCount: Status.TotalCount ?? 0,
  SucceededCount: Status.SucceededCount ?? 0,
  FailedCount: Status.FailedCount ?? 0,
  LastUpdatedTime: Status.LastUpdatedTime?.getTime() ?? 0,
});

const counts = (task: DataRepositoryTask): string[] => {
  const { TotalCount: total, SucceededCount: succeeded, FailedCount: failed } = countsOf(task);
  const sum = `${succeeded} succeeded and ${failed} failed of ${total}`;
  const problems: string[] = [];
  if (succeeded + failed > total) problems.push(`I1: ${sum}.`);
  const isComplete = task.Lifecycle === 'SUCCEEDED' || task.Lifecycle === 'FAILED';
  if (isComplete && succeeded + failed < total) problems.push(`I1: ${task.Lifecycle} with ${sum}.`);
  if (task.Lifecycle === 'SUCCEEDED' && failed > 0) problems.push(`I1: SUCCEEDED with ${failed} failed.`);
  return problems;
};

const failureDetails = ({ Lifecycle, FailureDetails }: DataRepositoryTask): string[] => {
  const length = FailureDetails?.Message?.length ?? 0;
  if (Lifecycle !== 'FAILED') return FailureDetails ? [`I1: ${Lifecycle} with FailureDetails.`] : [];
  return length < 1 || length > 256 ? [`I1: FAILED with a message of ${length} characters.`] : [];
};

const times = (task: DataRepositoryTask): string[] => {
  const { CreationTime, StartTime, EndTime } = task;
  const known = [CreationTime, StartTime, EndTime].flatMap((time) => time?.getTime() ?? []);
  const problems: string[] = [];
  if (known.some((time, at) => time < (known[at - 1] ?? 0))) problems.push(`I5: its times are ${known.join(', ')}.`);
  if (hasEnded(task) !== (EndTime !== undefined)) {
    problems.push(`I5: ${task.Lifecycle} ${EndTime ? 'with' : 'without'} an EndTime.`);
  }
  return problems;
};

const succession = (before: DataRepositoryTask, now: DataRepositoryTask): string[] => {
  if (hasEnded(before)) {
    return JSON.stringify(before) === JSON.stringify(now) ? [] : [`I4: it has changed after its end.`];
  }
  const problems: string[] = [];
  const [from, to] = [before.Lifecycle ?? '', now.Lifecycle ?? ''];
  if (from !== to && !REACHABLE[from]?.includes(to)) problems.push(`I2: it went from ${from} to ${to}.`);
  const [earlier, later] = [countsOf(before), countsOf(now)];
  for (const name of ['TotalCount', 'SucceededCount', 'FailedCount', 'LastUpdatedTime'] as const) {
    if (later[name] < earlier[name]) problems.push(`I3: ${name} fell from ${earlier[name]} to ${later[name]}.`);
  }
  return problems;
};

/** What the descriptions of one task break, each sentence once. */
export const lifecycleViolations = (sights: readonly Sight[]): string[] => {
  const problems = sights.flatMap(({ task }, at) => {
    const before = sights[at - 1]?.task;
    return [
      ...counts(task),
      ...failureDetails(task),
      ...times(task),
      ...(before === undefined ? [] : succession(before, task)),
      // A lifecycle change may come with anything but another end.
      ...(before && hasEnded(before) && before.Lifecycle !== task.Lifecycle
        ? [`I2: it went from ${before.Lifecycle} to ${task.Lifecycle}.`]
        : []),
    ];
  });
  return [...new Set(problems)];
};

/** Tasks that were lost, made twice, or never asked for; and what each task's descriptions break. */
export const historyViolations = ({ created, sights, listed }: History): string[] => {
  const problems: string[] = [];
  const now = new Set(listed);
  const byToken = Map.groupBy(created, ({ token }) => token);
  for (const [token, answers] of byToken) {
    const ids = new Set(answers.map(({ taskId }) => taskId));
    if (ids.size > 1) problems.push(`D1: one ClientRequestToken (${token}) made ${[...ids].join(' and ')}.`);
    for (const id of ids) if (!now.has(id)) problems.push(`I0: ${id} was created and is not described any more.`);
  }
  const answered = new Set(created.map(({ taskId }) => taskId));
  for (const id of listed) if (!answered.has(id)) problems.push(`D1: ${id} is described and no create answered it.`);
  for (const [id, seen] of sights) {
    const last = seen.at(-1)?.task;
    if (last && !hasEnded(last)) problems.push(`I0: ${id} stays ${last.Lifecycle}.`);
    problems.push(...lifecycleViolations(seen).map((problem) => `${id}: ${problem}`));
  }
  return problems;
};

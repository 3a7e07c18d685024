import type { Limits, TaskFacts } from './facts.ts';
import { hasEnded, lifecycleViolations } from './lifecycle-rules.ts';
import { reportViolations } from './report-rules.ts';
import { transferViolations } from './transfer-rules.ts';

/** What a task breaks of all that is promised of tasks, in sentences that begin with the promise's name. */
export const violationsOf = (facts: TaskFacts, limits: Limits): string[] => {
  const last = facts.sights.at(-1)?.task;
  if (!last || !hasEnded(last)) return [`L2: it has not ended: ${last?.Lifecycle ?? 'it was never described'}.`];
  return [
    ...lifecycleViolations(facts.sights),
    ...transferViolations(facts, limits),
    ...reportViolations(facts.report, last),
  ];
};

import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import type { FailureCode } from '@drt/contract/report';
import { queryOptions } from '@tanstack/react-query';

import { callEngine } from '../api/engine.ts';
import { isFailureCode } from './failure-codes.ts';
import type { Failures } from './retry.ts';

const PAGE = 1000;

const inputOf = (taskId: string, code: FailureCode | undefined, after: string): EngineInput<'ListTaskFailures'> => ({
  TaskId: taskId,
  MaxResults: PAGE,
  ...(code ? { Code: code } : {}),
  ...(after ? { After: after } : {}),
});

/** All pages of a task's failures, in the order of paths. */
export async function* allFailures(
  taskId: string,
  code: FailureCode | undefined,
  signal?: AbortSignal,
): AsyncGenerator<EngineOutput<'ListTaskFailures'>> {
  let after = '';
  for (;;) {
    // Each page begins where the one before ended.
    const page = await callEngine('ListTaskFailures', inputOf(taskId, code, after), signal);
    yield page;
    after = page.Failures.at(-1)?.Path ?? '';
    if (!page.More || after === '') return;
  }
}

/** More than these nobody wants to wait for: the task is then retried as a whole. */
const MOST = 20_000;

const readFailures = async (taskId: string, code: FailureCode | undefined, signal: AbortSignal): Promise<Failures> => {
  const failures: EngineOutput<'ListTaskFailures'>['Failures'] = [];
  for await (const { Failures, Truncated = false } of allFailures(taskId, code, signal)) {
    failures.push(...Failures);
    if (Truncated || failures.length > MOST) return { failures, isComplete: false };
  }
  return { failures, isComplete: true };
};

/** What failed in a task, for another one. @param retry an error code; anything else means all of them. */
export const retryQuery = (taskId: string, retry: string) => {
  const code = isFailureCode(retry) ? retry : undefined;
  return queryOptions({
    queryKey: ['ListTaskFailures', { TaskId: taskId, Code: code }, 'retry'] as const,
    queryFn: ({ signal }) => readFailures(taskId, code, signal),
    // The form that begins with it is not to change under the user's hands.
    staleTime: Infinity,
    gcTime: 0,
  });
};

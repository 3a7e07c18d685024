import type { DataRepositoryTask } from '@drt/contract/tasks';
import { TASK_LIFECYCLES } from '@drt/contract/tasks';
import { expect, test } from 'vitest';

import { cancelHindrance, lifecycleWord, progressText, typeWords } from './words.ts';

/** As FSx may answer one day: the enum of an answer is open. */
const later = (fields: object) => fields as Pick<DataRepositoryTask, 'Lifecycle' | 'Type'>; // not in today's types

test('a type and a lifecycle that FSx adds later are shown as they came', () => {
  const { Lifecycle, Type } = later({ Lifecycle: 'ARCHIVING', Type: 'ARCHIVE_DATA' });
  expect(lifecycleWord(Lifecycle)).toBe('ARCHIVING');
  expect(typeWords(Type)).toMatchObject({ name: 'ARCHIVE_DATA', total: 'Files in total' });
  expect(typeWords(Type).kind).toBeUndefined();
});

test('only a task that waits or runs can be canceled; the others say why not', () => {
  const hindrances = TASK_LIFECYCLES.map((Lifecycle) => [Lifecycle, cancelHindrance({ Lifecycle })]);
  expect(Object.fromEntries(hindrances)).toEqual({
    PENDING: undefined,
    EXECUTING: undefined,
    CANCELING: 'The task is already being canceled',
    SUCCEEDED: 'The task has already ended',
    FAILED: 'The task has already ended',
    CANCELED: 'The task has already ended',
  });
});

test('progress names the total as soon as it is known', () => {
  expect(progressText({})).toBe('0 processed');
  expect(progressText({ Status: { SucceededCount: 1200, FailedCount: 34 } })).toBe('1,234 processed');
  expect(progressText({ Status: { SucceededCount: 1, FailedCount: 1, TotalCount: 4000 } })).toBe(
    '2 of 4,000 processed',
  );
});

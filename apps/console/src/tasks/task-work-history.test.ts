import type { TaskWork } from '@drt/contract/engine-api';
import { expect, test } from 'vitest';

import { joinWork, knownPart } from './task-work-history.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000);
const sample = (second: number, done: number) => ({
  Time: at(second),
  ScannedCount: 10,
  TotalCount: 10,
  SucceededCount: done,
  FailedCount: 0,
  Bytes: done,
});
const work = (samples: readonly (readonly [second: number, done: number])[], events: readonly string[]): TaskWork => ({
  ...sample(0, samples.at(-1)?.[1] ?? 0),
  Stage: 'FILES',
  Samples: samples.map(([second, done]) => sample(second, done)),
  Activity: events.map((Event) => ({ Time: at(0), Event, Detail: '' })),
});

const known = work(
  [
    [1, 1],
    [2, 3],
  ],
  ['PENDING', 'EXECUTING'],
);

test('what is told since is appended, and the latest sample grows', () => {
  expect(knownPart(known)).toEqual({ SamplesFrom: at(2), ActivityFrom: 2 });
  const told = work(
    [
      [2, 4],
      [3, 6],
    ],
    ['PLANNED'],
  );
  expect(joinWork(known, { ...knownPart(known), work: told })).toEqual(
    work(
      [
        [1, 1],
        [2, 4],
        [3, 6],
      ],
      ['PENDING', 'EXECUTING', 'PLANNED'],
    ),
  );
});

test('a whole answer stands for itself', () => {
  expect(knownPart(undefined)).toEqual({ ActivityFrom: 0 });
  expect(joinWork(undefined, { ActivityFrom: 0, work: known })).toBe(known);
  const later = work([[9, 9]], ['PENDING', 'EXECUTING', 'PLANNED']);
  expect(joinWork(known, { ActivityFrom: 0, work: later })).toEqual(later);
});

test('what does not fit to what is known is refused', () => {
  const told = work([[5, 5]], []);
  expect(joinWork(undefined, { SamplesFrom: at(4), ActivityFrom: 2, work: told })).toBeUndefined();
  expect(joinWork(known, { SamplesFrom: at(4), ActivityFrom: 2, work: told })).toBeUndefined();
  expect(joinWork(known, { SamplesFrom: at(2), ActivityFrom: 3, work: told })).toBeUndefined();
});

test('an answer that was overtaken changes nothing', () => {
  expect(joinWork(known, { ActivityFrom: 0, work: work([[1, 1]], ['PENDING']) })).toBe(known);
  expect(joinWork(known, { SamplesFrom: at(1), ActivityFrom: 0, work: work([[2, 3]], ['PENDING']) })).toBe(known);
});

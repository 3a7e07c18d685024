import { expect, test } from 'vitest';

import { awsRateLimit } from './rate-limit.ts';

/** So slow that within a test nothing comes back. */
const SLOW = { perSecond: 0.0001, burst: 6 };

test('reading in the background leaves the last of a burst to people', async () => {
  const limit = awsRateLimit(SLOW);
  await limit.turn('background');
  await limit.turn('background');
  let isThrough = false;
  void limit.turn('background').then(() => (isThrough = true));
  await Promise.all([limit.turn('people'), limit.turn('people'), limit.turn('people'), limit.turn('people')]);
  expect(isThrough).toBe(false);
});

test('people are served in the order in which they came', async () => {
  const limit = awsRateLimit({ perSecond: 100, burst: 1 });
  const served: number[] = [];
  await Promise.all([1, 2, 3, 4].map((number) => limit.turn('people').then(() => served.push(number))));
  expect(served).toEqual([1, 2, 3, 4]);
});

test('a queue that would outlast the patience of a browser is refused', async () => {
  const limit = awsRateLimit({ ...SLOW, burst: 0 });
  const waiting = Array.from({ length: 100 }, () => limit.turn('people'));
  await expect(limit.turn('people')).rejects.toMatchObject({ code: 'ThrottlingException' });
  expect(waiting).toHaveLength(100);
});

test('after AWS has asked for less, nothing is left of the burst', async () => {
  const limit = awsRateLimit(SLOW);
  limit.answered(true);
  let isThrough = false;
  void limit.turn('people').then(() => (isThrough = true));
  limit.answered(false);
  // A turn that could be taken at once would have been by now.
  await awsRateLimit(SLOW).turn('people');
  expect(isThrough).toBe(false);
});

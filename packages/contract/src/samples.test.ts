import { expect, test } from 'vitest';

import { thinned } from './samples.ts';

const samples = (count: number, stepMs: number) =>
  Array.from({ length: count }, (_, index) => ({ Time: new Date(index * stepMs), SucceededCount: index }));

test('a short history stays whole', () => {
  expect(thinned(samples(400, 1000))).toEqual(samples(400, 1000));
  expect(thinned([])).toEqual([]);
});

test('of a long history the ends stay, the last minute whole, and the rest evenly', () => {
  const all = samples(10_000, 1000);
  const kept = thinned(all);
  expect(kept.length).toBeLessThanOrEqual(400);
  expect(kept.at(0)).toBe(all.at(0));
  expect(kept.slice(-60)).toEqual(all.slice(-60));
  const gaps = kept.slice(1, 150).map(({ Time }, index) => Time.getTime() - (kept[index]?.Time.getTime() ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
});

test('a history that is thinned again and again stays small and keeps its ends', () => {
  let kept: { Time: Date; SucceededCount: number }[] = [];
  for (const sample of samples(20_000, 1000)) kept = thinned([...kept, sample]);
  expect(kept.length).toBeLessThanOrEqual(400);
  expect(kept.at(0)?.SucceededCount).toBe(0);
  expect(kept.at(-1)?.SucceededCount).toBe(19_999);
});

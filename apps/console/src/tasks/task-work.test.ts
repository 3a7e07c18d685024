import { expect, test } from 'vitest';

import {
  executionSamples,
  findingText,
  isComplete,
  queueText,
  ratePoints,
  ratesText,
  recentRates,
  type Sample,
  secondsLeft,
  stageText,
  timeLeftText,
} from './task-work.ts';

const START = Date.UTC(2026, 0, 1);
const at = (second: number) => new Date(START + second * 1000);
const sample = (second: number, files: number, bytes = 0): Sample => ({
  Time: at(second),
  SucceededCount: files,
  FailedCount: 0,
  Bytes: bytes,
});

test('the recent rates leave out what was before the window', () => {
  const samples = [sample(0, 0), sample(50, 5000, 5e9), sample(55, 5050, 5e9 + 5e6), sample(60, 5100, 5e9 + 1e7)];
  expect(recentRates(samples, 10)).toEqual({ files: 10, bytes: 1e6 });
  expect(ratesText({ files: 10, bytes: 2 ** 21 })).toBe('10 files/s, 2.0 MiB/s');
  expect(ratesText({ files: 1 / 3, bytes: 0.4 })).toBe('0.333 files/s, 0 B/s');
  expect(ratesText({ files: 12_345.6, bytes: 1536 })).toBe('12,346 files/s, 1.5 KiB/s');
});

test('a young task is measured from its start, and two samples are needed', () => {
  const task = { StartTime: at(0) };
  expect(recentRates(executionSamples(task, []), 10)).toBeUndefined();
  expect(recentRates(executionSamples(task, [sample(2, 6)]), 10)).toEqual({ files: 3, bytes: 0 });
  expect(executionSamples({}, [sample(2, 6)])).toEqual([]);
});

test('while nothing is counted the rates fall, down to zero after the window', () => {
  const samples = [sample(0, 0), sample(5, 100)];
  expect(recentRates(samples, 10, 5)?.files).toBe(10);
  expect(recentRates(samples, 10, 15)?.files).toBe(0);
});

test('the last sample is not later than the end of the task', () => {
  const task = { StartTime: at(0), EndTime: at(1.5) };
  expect(executionSamples(task, [sample(1, 10), sample(2, 20)])).toEqual([
    sample(0, 0),
    sample(1, 10),
    sample(1.5, 20),
  ]);
});

test('failed entries are done too, and no rate means no guess', () => {
  expect(secondsLeft({ TotalCount: 100, SucceededCount: 30, FailedCount: 20 }, 5)).toBe(10);
  expect(secondsLeft({ TotalCount: 100, SucceededCount: 30, FailedCount: 20 }, 0)).toBeUndefined();
  expect(secondsLeft({ TotalCount: 1, SucceededCount: 2, FailedCount: 0 }, 5)).toBe(0);
});

test.each([
  [3, 'A few seconds left'],
  [31, 'About 40 seconds left'],
  [60, 'About 1 minute left'],
  [61, 'About 2 minutes left'],
  [5400, 'About 2 hours left'],
  [86_400 * 3, 'About 3 days left'],
])('%d seconds: %s', (seconds, text) => {
  expect(timeLeftText(seconds)).toBe(text);
});

test.each([
  [1, 60],
  [59, 60],
  [60, 60],
  [61, 60],
  [1000, 60],
  [7, 1],
])('points of %d stretches are few (at most %d), in order, and count every file once', (stretches, most) => {
  const samples = [sample(0, 0)];
  let [second, files] = [0, 0];
  for (let index = 0; index < stretches; index += 1) {
    second += 1 + ((index * 7) % 13);
    files += (index * 31) % 101;
    samples.push(sample(second, files));
  }
  const points = ratePoints(samples, most);
  expect(points.length).toBeLessThanOrEqual(most);
  expect(points.length).toBeGreaterThanOrEqual(Math.min(most, stretches) / 2);
  let before = START;
  let counted = 0;
  for (const point of points) {
    expect(point.time.getTime()).toBeGreaterThan(before);
    counted += (point.files * (point.time.getTime() - before)) / 1000;
    before = point.time.getTime();
  }
  expect(counted).toBeCloseTo(files, 3);
});

test('the points are evenly apart in time, though the samples of a long task are closer together at first', () => {
  const seconds = [
    ...Array.from({ length: 600 }, (_, second) => second),
    ...Array.from({ length: 90 }, (_, n) => 600 + n * 60),
  ];
  const points = ratePoints(
    seconds.map((second) => sample(second, second)),
    60,
  );
  expect(points.filter(({ time }) => time < at(600)).length).toBeLessThan(10);
  expect(points.at(-1)?.time).toEqual(at(600 + 89 * 60));
});

test('the last moment of a task is no peak', () => {
  const points = ratePoints([sample(0, 0), sample(1, 100), sample(2, 200), sample(2.01, 210)], 60);
  expect(points.map(({ files }) => Math.round(files))).toEqual([100, 109]);
});

test('what a task is doing, in words', () => {
  expect(stageText('EXPORT_TO_REPOSITORY', 'PLAN')).toBe('Finding entries to export');
  expect(stageText('IMPORT_METADATA_FROM_REPOSITORY', 'DIRECTORIES')).toBe('Importing directories');
  expect(findingText('EXPORT_TO_REPOSITORY', { ScannedCount: 1234, TotalCount: 5 })).toBe(
    'Finding entries: 1,234 looked at, 5 to export so far',
  );
  expect(queueText(0)).toBe('Waiting to start: next in the queue of its file system');
  expect(queueText(1)).toBe('Waiting to start: 1 task of its file system comes before it');
  expect(queueText(2)).toBe('Waiting to start: 2 tasks of its file system come before it');
});

test('work is complete with the last event, or when events were never kept', () => {
  const event = (Event: string) => ({ Time: at(0), Event, Detail: '' });
  expect(isComplete({ Activity: [] })).toBe(true);
  expect(isComplete({ Activity: [event('PENDING'), event('CANCELING')] })).toBe(false);
  expect(isComplete({ Activity: [event('PENDING'), event('CANCELED')] })).toBe(true);
});

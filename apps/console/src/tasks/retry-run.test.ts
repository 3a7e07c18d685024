import { expect, test } from 'vitest';

import { cut, readRun, tokenOf } from './retry-run.ts';

const RUN = { token: 'a'.repeat(32), pathCount: 250, created: ['task-00000000000000001'] };
const stored = (changes: object) => JSON.stringify({ ...RUN, ...changes });

test('paths are cut into tasks in their order, the last one smaller', () => {
  expect(cut(['a', 'b', 'c', 'd', 'e'], 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(cut([], 2)).toEqual([]);
});

test('each task has a token of its own, short enough for FSx', () => {
  expect(tokenOf(RUN, 0)).not.toBe(tokenOf(RUN, 1));
  expect(tokenOf(RUN, 199).length).toBeLessThanOrEqual(63);
});

test('a run that has not ended is taken up again', () => {
  expect(readRun(stored({}), 250, 3)).toEqual(RUN);
});

test.each([
  ['nothing', null],
  ['no JSON', '{'],
  ['another kind of value', '[]'],
  ['other paths', stored({ pathCount: 251 })],
  ['no token', stored({ token: 1 })],
  ['a token that FSx would refuse', stored({ token: 'é'.repeat(32) })],
  ['IDs that are none', stored({ created: ['javascript:alert(1)'] })],
  ['an ended run', stored({ created: Array.from({ length: 3 }, () => RUN.created[0]) })],
])('%s in storage begins a new run', (_, text) => {
  expect(readRun(text, 250, 3)).toBeUndefined();
});

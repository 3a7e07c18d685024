import { expect, test } from 'vitest';

import { changesOf, stepsOf } from './tag-changes.ts';

const tag = (Key: string, Value = '') => ({ Key, Value });
const before = [tag('a', '1'), tag('b', '2')];

test('only what changed is sent', () => {
  const same = [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ];
  expect(changesOf(before, same)).toEqual({ put: [], remove: [] });
  const edited = [
    { key: 'a', value: 'new' },
    { key: 'b', value: '2', markedForRemoval: true },
    { key: 'c', value: '' },
  ];
  expect(changesOf(before, edited)).toEqual({ put: [tag('a', 'new'), tag('c')], remove: ['b'] });
});

test('a key that is removed and added again is kept', () => {
  const edited = [
    { key: 'a', value: '1', markedForRemoval: true },
    { key: 'a', value: '9' },
    { key: 'b', value: '2' },
  ];
  expect(changesOf(before, edited)).toEqual({ put: [tag('a', '9')], remove: [] });
});

test('tags are added before others are removed, unless there is no room', () => {
  expect(stepsOf(before, { put: [], remove: [] })).toEqual([]);
  expect(stepsOf(before, { put: [tag('c')], remove: ['a'] })).toEqual(['TagResource', 'UntagResource']);
  const full = Array.from({ length: 50 }, (_, n) => tag(`k${n}`));
  expect(stepsOf(full, { put: [tag('c')], remove: ['k0'] })).toEqual(['UntagResource', 'TagResource']);
});

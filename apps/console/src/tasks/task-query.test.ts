import { expect, test } from 'vitest';

import { NEWEST_FIRST, readTaskView, type TaskView, writeTaskView } from './task-query.ts';

const read = (text: string) => readTaskView(new URLSearchParams(text));

test('what was written is read again, whatever the values hold', () => {
  const view: TaskView = {
    filter: {
      operation: 'or',
      tokens: [
        { property: 'status', operator: '=', value: 'FAILED' },
        { property: 'name', operator: '!:', value: '=a&b <>"\u202E+%' },
        { property: 'created', operator: '>=', value: '2026-01-31T00:00:00.000Z' },
        { property: 'tag', operator: '!=', value: 'team=hpc' },
        { property: 'any', operator: ':', value: '=' },
      ],
    },
    sort: { property: 'total', descending: true },
    page: 7,
  };
  expect(read(writeTaskView(view).toString())).toEqual(view);
});

test('the page as it opens needs no query', () => {
  expect(read('')).toEqual({ filter: { operation: 'and', tokens: [] }, sort: NEWEST_FIRST, page: 1 });
  expect(writeTaskView(read('')).toString()).toBe('');
});

test.each([
  'filter=constructor%3Dx',
  'filter=status%3EFAILED',
  'filter=created%3E%3Dsoon',
  'filter=%3D',
  `filter=name:${'x'.repeat(513)}`,
  'sort=passwords',
  'sort=-',
  'page=0',
  'page=1e9',
  'page=two',
  'match=none',
])('%s is dropped', (text) => {
  expect(read(text)).toEqual(read(''));
  expect(read(`${text}&filter=type%3DAUTO_RELEASE_DATA`).filter.tokens).toHaveLength(1);
});

test('a link of an earlier console filters by status', () => {
  expect(read('status=CANCELING').filter.tokens).toEqual([{ property: 'status', operator: '=', value: 'CANCELING' }]);
});

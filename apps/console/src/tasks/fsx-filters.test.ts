import type { TaskToken } from '@drt/contract/task-list';
import { expect, test } from 'vitest';

import { fsxFilters } from './fsx-filters.ts';

const FAILED: TaskToken = { property: 'status', operator: '=', value: 'FAILED' };
const CANCELED: TaskToken = { property: 'status', operator: '=', value: 'CANCELED' };
const NAMED: TaskToken = { property: 'name', operator: ':', value: 'x' };
const NOT_MINE: TaskToken = { property: 'fileSystem', operator: '!=', value: 'fs-0123456789abcdef0' };

const of = (operation: 'and' | 'or', tokens: TaskToken[]) => fsxFilters({ operation, tokens });

test('a filter becomes what FSx can filter by, and the rest is told', () => {
  const filters = [{ Name: 'task-lifecycle', Values: ['FAILED'] }];
  expect(of('and', [])).toEqual({ filters: [], left: [] });
  expect(of('and', [FAILED, NAMED, NOT_MINE])).toEqual({ filters, left: [NAMED, NOT_MINE] });
  expect(of('and', [FAILED, CANCELED])).toEqual({ filters, left: [CANCELED] });
  expect(of('or', [FAILED])).toEqual({ filters, left: [] });
  expect(of('or', [FAILED, CANCELED])).toEqual({
    filters: [{ Name: 'task-lifecycle', Values: ['FAILED', 'CANCELED'] }],
    left: [],
  });
  // Tasks that only match the name would be missing, so nothing is filtered.
  expect(of('or', [FAILED, NAMED])).toEqual({ filters: [], left: [FAILED, NAMED] });
});

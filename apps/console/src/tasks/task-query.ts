import {
  MAX_TOKENS,
  TASK_OPERATORS,
  TASK_SORTS,
  type TaskFilter,
  type TaskListQuery,
  type TaskToken,
  taskToken,
} from '@drt/contract/task-list';
import type { TaskLifecycle } from '@drt/contract/tasks';

import { ACTIVE_LIFECYCLES } from './words.ts';

/**
 * What the tasks page shows, as its URL says it: `?filter=status=FAILED&filter=name:nightly&match=any&sort=-total&page=2`
 * (each value percent-encoded). Anything invalid is dropped when it is read.
 */
export type TaskView = Omit<TaskListQuery, 'pageSize'>;

export const NEWEST_FIRST: TaskListQuery['sort'] = { property: 'created', descending: true };

// The longest first: `!=` begins with no other, but `<=` begins with `<`.
const OPERATORS = TASK_OPERATORS.toSorted((a, b) => b.length - a.length);

const readToken = (text: string): TaskToken[] => {
  const [property = ''] = /^[a-zA-Z]*/.exec(text) ?? [];
  const rest = text.slice(property.length);
  const operator = OPERATORS.find((each) => rest.startsWith(each)) ?? '';
  const token = taskToken.safeParse({ property, operator, value: rest.slice(operator.length) });
  return token.success ? [token.data] : [];
};

const readSort = (text: string): TaskListQuery['sort'] => {
  const descending = text.startsWith('-');
  const property = TASK_SORTS.find((each) => each === text.slice(descending ? 1 : 0));
  return property ? { property, descending } : NEWEST_FIRST;
};

const readPage = (text: string) => {
  const page = Number(text);
  return Number.isInteger(page) && page >= 1 && page <= 1_000_000 ? page : 1;
};

export const readTaskView = (query: URLSearchParams): TaskView => {
  // `status=FAILED` is how a link of an earlier console filters.
  const earlier = query.getAll('status').map((status) => `status=${status}`);
  const tokens = [...query.getAll('filter'), ...earlier].flatMap(readToken).slice(0, MAX_TOKENS);
  return {
    filter: { operation: query.get('match') === 'any' ? 'or' : 'and', tokens },
    sort: readSort(query.get('sort') ?? ''),
    page: readPage(query.get('page') ?? ''),
  };
};

export const writeTaskView = ({ filter, sort, page }: TaskView): URLSearchParams => {
  const query = new URLSearchParams();
  for (const { property, operator, value } of filter.tokens) query.append('filter', `${property}${operator}${value}`);
  if (filter.operation === 'or') query.set('match', 'any');
  if (sort.property !== NEWEST_FIRST.property || sort.descending !== NEWEST_FIRST.descending) {
    query.set('sort', `${sort.descending ? '-' : ''}${sort.property}`);
  }
  if (page > 1) query.set('page', String(page));
  return query;
};

export const NO_FILTER: TaskFilter = { operation: 'and', tokens: [] };

const not = (lifecycles: readonly TaskLifecycle[]): TaskToken[] =>
  lifecycles.map((value) => ({ property: 'status', operator: '!=', value }));

/** The conditions of tasks that run or wait, and of tasks that have ended: by what they are not, joined by "and". */
export const ACTIVE = not(['SUCCEEDED', 'FAILED', 'CANCELED']);
export const ENDED = not(ACTIVE_LIFECYCLES);

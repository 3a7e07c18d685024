import type { TaskFilter, TaskProperty, TaskToken } from '@drt/contract/task-list';
import type { TASK_FILTERS } from '@drt/contract/tasks';

type FsxFilterName = (typeof TASK_FILTERS)[number];

const FILTER_NAMES: Partial<Record<TaskProperty, FsxFilterName>> = {
  fileSystem: 'file-system-id',
  status: 'task-lifecycle',
  association: 'data-repository-association-id',
};

/**
 * What of the console's filter FSx can judge itself, and the conditions that are left: FSx answers more tasks than
 * match those. Filters of FSx are joined by "and", their values by "or".
 */
export const fsxFilters = ({ operation, tokens }: TaskFilter) => {
  const isSame = tokens.every(({ property }) => property === tokens[0]?.property);
  const isAny = operation === 'or' && tokens.length > 1;
  const asked = new Map<FsxFilterName, string[]>();
  const left: TaskToken[] = [];
  for (const token of tokens) {
    const name = token.operator === '=' ? FILTER_NAMES[token.property] : undefined;
    if (name && (isAny ? isSame : !asked.has(name))) asked.set(name, [...(asked.get(name) ?? []), token.value]);
    else left.push(token);
  }
  // One condition of "or" that FSx cannot judge takes the use of all others.
  if (isAny && left.length > 0) return { filters: [], left: [...tokens] };
  return { filters: [...asked].map(([Name, Values]) => ({ Name, Values })), left };
};

import type { TaskFilter, TaskProperty, TaskToken } from '@drt/contract/task-list';

import { CliCommandModal } from '../shell/cli-command-modal.tsx';
import { fsxFilters } from './fsx-filters.ts';

const PROPERTIES: Record<TaskProperty, string> = {
  id: 'Task ID',
  name: 'Task name',
  status: 'Status',
  type: 'Task type',
  fileSystem: 'File system ID',
  association: 'Association ID',
  created: 'Creation time',
  tag: 'Tag',
  any: 'Any property',
};

const inWords = ({ property, operator, value }: TaskToken) => `${PROPERTIES[property]} ${operator} ${value}`;

interface ListCommandProps {
  readonly filter: TaskFilter;
  readonly onClose: () => void;
}

/** The command that lists the tasks of a filter, and what it cannot filter by. */
export const ListCommand = ({ filter, onClose }: ListCommandProps) => {
  const { filters, left } = fsxFilters(filter);
  const caveat = `FSx itself cannot filter by: ${left.map(inWords).join('; ')}. The command lists the tasks without regard to that.`;
  return (
    <CliCommandModal
      does="list these tasks"
      calls={[{ operation: 'DescribeDataRepositoryTasks', input: filters.length > 0 ? { Filters: filters } : {} }]}
      caveat={left.length > 0 ? caveat : undefined}
      onClose={onClose}
    />
  );
};

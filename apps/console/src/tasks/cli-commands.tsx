import type { Input } from '@drt/contract';
import type { TaskFilter, TaskProperty, TaskToken } from '@drt/contract/task-list';

import { CliCommandModal } from './cli-command-modal.tsx';
import { cancelCommand, createCommand, listCommand } from './cli-command.ts';

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

const caveatOf = (left: readonly TaskToken[]) =>
  left.length > 0
    ? `FSx itself cannot filter by: ${left.map(inWords).join('; ')}. The command lists the tasks without regard to that.`
    : undefined;

interface ListCommandProps {
  readonly filter: TaskFilter;
  readonly onClose: () => void;
}

export const ListCommand = ({ filter, onClose }: ListCommandProps) => (
  <CliCommandModal
    does="list these tasks"
    commandFor={(target) => listCommand(filter, target).command}
    caveat={caveatOf(listCommand(filter, { region: '' }).left)}
    onClose={onClose}
  />
);

interface CancelCommandProps {
  readonly taskIds: readonly string[];
  readonly onClose: () => void;
}

/** FSx cancels one task for each request. */
export const CancelCommand = ({ taskIds, onClose }: CancelCommandProps) => (
  <CliCommandModal
    does={taskIds.length === 1 ? 'cancel the task' : `cancel ${taskIds.length} tasks`}
    commandFor={(target) => taskIds.map((id) => cancelCommand(id, target)).join('\n')}
    onClose={onClose}
  />
);

interface CreateCommandProps {
  readonly input: Input<'CreateDataRepositoryTask'>;
  readonly onClose: () => void;
}

export const CreateCommand = ({ input, onClose }: CreateCommandProps) => (
  <CliCommandModal
    does="create this task"
    commandFor={(target) => createCommand(input, target)}
    caveat="The command has no request token: each run creates a task, unless the same one is still running."
    onClose={onClose}
  />
);

import Popover from '@cloudscape-design/components/popover';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import type { ReactNode } from 'react';

import { paths } from '../paths.ts';
import { NameText } from '../shell/name-text.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { formatTime } from '../shell/time.ts';
import { visibleText } from '../shell/visible-text.ts';
import type { ResourceColumn } from '../table/column.tsx';
import { TaskStatus } from './task-status.tsx';
import { lifecycleWord, taskName, typeWords } from './words.ts';

type Column = ResourceColumn<DataRepositoryTask>;

/** What a cell shows when there is no value. */
const NONE = '-';

const time = (id: string, header: string, of: (task: DataRepositoryTask) => Date | undefined): Column => ({
  id,
  header,
  isTime: true,
  width: 260,
  cell: (task) => {
    const value = of(task);
    return value ? formatTime(value) : NONE;
  },
  sortBy: (task) => of(task)?.getTime(),
});

const count = (id: string, header: string, of: (task: DataRepositoryTask) => number | undefined): Column => ({
  id,
  header,
  align: 'right',
  width: 165,
  cell: (task) => of(task)?.toLocaleString('en') ?? NONE,
  sortBy: of,
});

const pathsCell = ({ Paths = [], TaskId }: DataRepositoryTask): ReactNode => {
  if (Paths.length === 0) return 'All';
  const howMany = Paths.length === 1 ? '1 path' : `${Paths.length} paths`;
  return (
    <Popover
      header="Paths"
      content={Paths.map((path, row) => (
        <div key={`${row} ${path}`}>
          <NameText text={path || '/'} />
        </div>
      ))}
      dismissAriaLabel="Close"
      triggerAriaLabel={`${howMany}: show those of ${TaskId}`}
      size="large"
      renderWithPortal
    >
      {howMany}
    </Popover>
  );
};

const fileSystemColumn: Column = {
  id: 'fileSystem',
  header: 'File system ID',
  width: 200,
  cell: ({ FileSystemId }) =>
    FileSystemId ? <RouteLink href={paths.fileSystem(FileSystemId)}>{FileSystemId}</RouteLink> : NONE,
  sortBy: (task) => task.FileSystemId,
};

/** The columns of every task table, in the order of the real console's facts; a pane leaves its file system out. */
const columns: readonly Column[] = [
  {
    id: 'id',
    header: 'Task ID',
    width: 215,
    isRowHeader: true,
    cell: ({ TaskId }) => <RouteLink href={paths.task(TaskId)}>{TaskId}</RouteLink>,
    sortBy: (task) => task.TaskId,
  },
  {
    id: 'status',
    header: 'Status',
    width: 145,
    cell: (task) => <TaskStatus task={task} />,
    sortBy: (task) => lifecycleWord(task.Lifecycle),
  },
  {
    id: 'name',
    header: 'Task name',
    width: 150,
    cell: (task) => {
      const name = taskName(task);
      return name ? <RouteLink href={paths.task(task.TaskId)}>{visibleText(name)}</RouteLink> : NONE;
    },
    sortBy: taskName,
  },
  {
    id: 'type',
    header: 'Task type',
    width: 215,
    cell: (task) => typeWords(task.Type).name,
    sortBy: (task) => typeWords(task.Type).name,
  },
  fileSystemColumn,
  count('succeeded', 'Files succeeded', (task) => task.Status?.SucceededCount),
  count('failed', 'Files failed', (task) => task.Status?.FailedCount),
  count('total', 'Files total', (task) => task.Status?.TotalCount),
  time('created', 'Creation time', (task) => task.CreationTime),
  { ...time('started', 'Start time', (task) => task.StartTime), hidden: true },
  { ...time('ended', 'End time', (task) => task.EndTime), hidden: true },
  { id: 'paths', header: 'Paths', width: 110, cell: pathsCell, sortBy: (task) => task.Paths?.length ?? 0 },
  {
    id: 'report',
    header: 'Completion report',
    width: 160,
    hidden: true,
    cell: ({ Report }) => (Report?.Enabled ? 'Enabled' : 'Disabled'),
    sortBy: ({ Report }) => (Report?.Enabled ? 'Enabled' : 'Disabled'),
  },
  { ...time('updated', 'Last updated', (task) => task.Status?.LastUpdatedTime), hidden: true },
];

export const TASK_COLUMNS = columns;
export const FILE_SYSTEM_TASK_COLUMNS = columns.filter((column) => column !== fileSystemColumn);

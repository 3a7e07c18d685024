import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { DataRepositoryTask } from '@drt/contract/tasks';

import { paths } from '../paths.ts';
import { FailureAlert } from '../shell/failure.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { formatTime, zoneOf } from '../shell/time.ts';
import { visibleText } from '../shell/visible-text.ts';
import { TaskStatus } from '../tasks/task-status.tsx';
import { count, rateNumber } from '../tasks/task-work.ts';
import { taskName, typeWords } from '../tasks/words.ts';
import { durationText } from './duration-text.ts';

type Column = TableProps.ColumnDefinition<DataRepositoryTask>;

const right = (text: string) => <Box textAlign="right">{text}</Box>;

const rightHeader = (text: string) => (
  <Box textAlign="right" fontWeight="bold" color="inherit">
    {text}
  </Box>
);

const id: Column = {
  id: 'id',
  header: 'Task ID',
  isRowHeader: true,
  cell: ({ TaskId }) => <RouteLink href={paths.task(TaskId)}>{TaskId}</RouteLink>,
};
const name: Column = { id: 'name', header: 'Task name', cell: (task) => visibleText(taskName(task) ?? '-') };
const type: Column = { id: 'type', header: 'Task type', cell: ({ Type }) => typeWords(Type).name };

const secondsOf = ({ StartTime, EndTime }: DataRepositoryTask) =>
  StartTime && EndTime ? (EndTime.getTime() - StartTime.getTime()) / 1000 : undefined;

const doneOf = ({ Status }: DataRepositoryTask) => (Status?.SucceededCount ?? 0) + (Status?.FailedCount ?? 0);

const meanText = (task: DataRepositoryTask) => {
  const seconds = secondsOf(task);
  return seconds ? rateNumber(doneOf(task) / seconds) : '-';
};

const columnsOf = {
  waiting: (tasks: readonly DataRepositoryTask[]): Column[] => [
    { id: 'place', header: rightHeader('Place'), cell: (task) => right(count(tasks.indexOf(task) + 1)), width: 90 },
    id,
    name,
    type,
    { id: 'created', header: `Creation time (${zoneOf()})`, cell: ({ CreationTime }) => formatTime(CreationTime) },
  ],
  recent: (): Column[] => [
    id,
    { id: 'status', header: 'Status', cell: (task) => <TaskStatus task={task} /> },
    name,
    type,
    { id: 'files', header: rightHeader('Files processed'), cell: (task) => right(count(doneOf(task))) },
    { id: 'rate', header: rightHeader('Files per second'), cell: (task) => right(meanText(task)) },
    { id: 'duration', header: rightHeader('Duration'), cell: (task) => right(durationText(secondsOf(task))) },
    { id: 'ended', header: `End time (${zoneOf()})`, cell: ({ EndTime }) => (EndTime ? formatTime(EndTime) : '-') },
  ],
};

const WORDS = {
  waiting: {
    title: 'Queue',
    description: 'Tasks that wait, in the order in which they start.',
    none: 'No task is waiting.',
  },
  recent: { title: 'Recent tasks', description: 'The tasks that ended last.', none: 'No task has ended yet.' },
};

interface MonitoredTasksProps {
  readonly kind: keyof typeof WORDS;
  /** Of all, those that are shown. */
  readonly tasks: readonly DataRepositoryTask[];
  readonly total: number;
  /** The list that has them all. */
  readonly allHref: string;
  readonly loading: boolean;
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** Some tasks of a file system that wait, or that ended last. */
export const MonitoredTasks = ({ kind, tasks, total, allHref, loading, error, onRetry }: MonitoredTasksProps) => {
  const { title, description, none } = WORDS[kind];
  return (
    <Table
      variant="container"
      header={
        <Header
          variant="h2"
          counter={loading || error ? undefined : `(${count(total)})`}
          description={description}
          actions={total > tasks.length ? <RouteLink href={allHref}>View all</RouteLink> : null}
        >
          {title}
        </Header>
      }
      ariaLabels={{ tableLabel: title }}
      items={tasks}
      trackBy="TaskId"
      columnDefinitions={columnsOf[kind](tasks)}
      loading={loading}
      loadingText="Loading tasks"
      enableKeyboardNavigation
      empty={error ? <FailureAlert error={error} onRetry={onRetry} /> : <Box color="inherit">{none}</Box>}
    />
  );
};

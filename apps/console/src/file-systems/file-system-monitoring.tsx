import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TaskToken } from '@drt/contract/task-list';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';

import { useHasEngine } from '../api/engine.ts';
import { paths } from '../paths.ts';
import { FailureAlert } from '../shell/failure.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { useTaskPage } from '../tasks/queries.ts';
import { ACTIVE, ENDED, writeTaskView } from '../tasks/task-query.ts';
import { TaskProgress, TaskStatus } from '../tasks/task-status.tsx';
import { taskWorkQuery } from '../tasks/task-work-query.ts';
import { executionSamples, ratesText, recentRates } from '../tasks/task-work.ts';
import { taskName, typeWords } from '../tasks/words.ts';
import { MonitoredTasks } from './monitored-tasks.tsx';

const TaskWorkChart = lazy(async () => ({ default: (await import('../tasks/task-work-chart.tsx')).TaskWorkChart }));

/** As many as are worth a look here; the list of tasks has them all. */
const MOST_WAITING = 10;
const MOST_RECENT = 10;

const useTasks = (fileSystemId: string, state: readonly TaskToken[], sort: 'created' | 'ended', most: number) => {
  const descending = sort === 'ended';
  const tokens: TaskToken[] = [{ property: 'fileSystem', operator: '=', value: fileSystemId }, ...state];
  const filter = { operation: 'and' as const, tokens };
  const view = { filter, sort: { property: sort, descending }, page: 1 };
  const { data, error, refetch } = useTaskPage({ ...view, pageSize: most });
  return {
    tasks: data?.DataRepositoryTasks ?? [],
    total: data?.total ?? 0,
    loading: data === undefined && error === null,
    // The rows of before say more than a failure to fetch them again.
    error: data === undefined ? error : null,
    refetch,
    href: `${paths.tasks()}?${writeTaskView(view).toString()}`,
  };
};

/** What the file system is busy with: the task that runs, those that wait, and how the last ones went. */
export const FileSystemMonitoring = ({ fileSystemId }: { readonly fileSystemId: string }) => {
  // Of more than one that runs at a time, some first.
  const active = useTasks(fileSystemId, ACTIVE, 'created', MOST_WAITING + 1);
  const recent = useTasks(fileSystemId, ENDED, 'ended', MOST_RECENT);
  const running = active.tasks.filter(({ Lifecycle }) => Lifecycle !== 'PENDING');
  const waiting = active.tasks.filter(({ Lifecycle }) => Lifecycle === 'PENDING').slice(0, MOST_WAITING);
  return (
    <SpaceBetween size="l">
      {running.map((task) => (
        <RunningTask key={task.TaskId} task={task} />
      ))}
      {running.length === 0 ? (
        <Container header={<Header variant="h2">Running task</Header>}>
          {active.error ? <FailureAlert error={active.error} onRetry={() => void active.refetch()} /> : null}
          {active.loading ? <StatusIndicator type="loading">Loading tasks</StatusIndicator> : null}
          {!active.error && !active.loading ? <Box color="text-body-secondary">No task is running.</Box> : null}
        </Container>
      ) : null}
      <MonitoredTasks
        kind="waiting"
        tasks={waiting}
        total={active.total - running.length}
        allHref={active.href}
        loading={active.loading}
        error={active.error}
        onRetry={() => void active.refetch()}
      />
      <MonitoredTasks
        kind="recent"
        tasks={recent.tasks}
        total={recent.total}
        allHref={recent.href}
        loading={recent.loading}
        error={recent.error}
        onRetry={() => void recent.refetch()}
      />
    </SpaceBetween>
  );
};

/** Seconds that the speed is the mean of. */
const SPEED_WINDOW = 10;

const RunningTask = ({ task }: { readonly task: DataRepositoryTask }) => {
  const hasEngine = useHasEngine();
  const { data: work } = useQuery({ ...taskWorkQuery(task), enabled: hasEngine === true });
  const speed = work && recentRates(executionSamples(task, work.Samples), SPEED_WINDOW);
  const speedText = hasEngine === false ? 'Not told by Amazon FSx' : speed ? ratesText(speed) : '-';
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Running task</Header>}>
        <SpaceBetween size="m">
          <KeyValuePairs
            columns={4}
            items={[
              { label: 'Task ID', value: <RouteLink href={paths.task(task.TaskId)}>{task.TaskId}</RouteLink> },
              { label: 'Task name', value: taskName(task) ?? '-' },
              { label: 'Task type', value: typeWords(task.Type).name },
              { label: 'Status', value: <TaskStatus task={task} /> },
              { label: `Speed, last ${SPEED_WINDOW} seconds`, value: speedText },
            ]}
          />
          <TaskProgress task={task} />
        </SpaceBetween>
      </Container>
      {work ? (
        <Suspense fallback={<StatusIndicator type="loading">Loading throughput</StatusIndicator>}>
          <TaskWorkChart task={task} work={work} />
        </Suspense>
      ) : null}
    </SpaceBetween>
  );
};

import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs, { type KeyValuePairsProps } from '@cloudscape-design/components/key-value-pairs';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TaskWork } from '@drt/contract/engine-api';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';

import { useHasEngine } from '../api/engine.ts';
import { explainFailure } from '../api/errors.ts';
import { useFollowWork } from '../live/live-state.ts';
import { formatTimeWithZone } from '../shell/time.ts';
import { bytesText } from './bytes-text.ts';
import { TaskProgress } from './task-status.tsx';
import { taskWorkQuery } from './task-work-query.ts';
import {
  count,
  doneCount,
  executionSamples,
  findingText,
  queueText,
  type Rates,
  ratesText,
  recentRates,
  secondsLeft,
  stageText,
  timeLeftText,
} from './task-work.ts';
import { isActive, typeWords } from './words.ts';

const TaskFailures = lazy(async () => ({ default: (await import('./task-failures.tsx')).TaskFailures }));
const TaskWorkDetails = lazy(async () => ({ default: (await import('./task-work-details.tsx')).TaskWorkDetails }));

interface TaskProps {
  readonly task: DataRepositoryTask;
}

/** How far the task has come; and where there is an engine to ask: how fast, what happened, and what failed. */
export const TaskWorkStatus = ({ task }: TaskProps) => {
  const hasEngine = useHasEngine();
  const { data: work, dataUpdatedAt, error } = useQuery({ ...taskWorkQuery(task), enabled: hasEngine === true });
  // From when the page is opened until it is left: a stream that is closed and opened again would miss the end.
  const [wasActive] = useState(isActive(task.Lifecycle));
  useFollowWork(task.TaskId, wasActive && hasEngine === true);
  if (work) {
    return (
      <SpaceBetween size="l">
        <LiveStatus task={task} work={work} updatedAt={dataUpdatedAt} error={error} />
        <Suspense fallback={<DetailsToCome />}>
          <TaskWorkDetails task={task} work={work} />
        </Suspense>
      </SpaceBetween>
    );
  }
  const isToCome = hasEngine !== false && !error;
  const status = (
    <StatusContainer
      progress={<TaskProgress task={task} />}
      items={[...statusItems(task, task.Status), ...(isToCome ? workItems(task) : [])]}
    >
      {error ? <NotLive error={error} /> : null}
      {hasEngine === false ? (
        <Box color="text-body-secondary">
          Speed, time left, place in the queue and activity are shown for tasks of this project&apos;s own engine only:
          Amazon FSx has no operation that tells them.
        </Box>
      ) : null}
    </StatusContainer>
  );
  return (
    <SpaceBetween size="l">
      {status}
      {isToCome ? <DetailsToCome /> : null}
      {hasEngine === false ? <ReportedFailures task={task} /> : null}
    </SpaceBetween>
  );
};

/** What failed in a task of real FSx, which only its completion report tells. */
const ReportedFailures = ({ task }: TaskProps) => {
  const failedCount = task.Status?.FailedCount ?? 0;
  if (failedCount === 0) return null;
  if (task.Report?.Enabled === true && !isActive(task.Lifecycle)) {
    return (
      <Suspense fallback={<StatusIndicator type="loading">Loading failed files</StatusIndicator>}>
        <TaskFailures task={task} failedCount={failedCount} />
      </Suspense>
    );
  }
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${count(failedCount)})`}>
          Files that failed
        </Header>
      }
    >
      {task.Report?.Enabled === true
        ? 'Amazon FSx writes the completion report, which names them, when the task has ended.'
        : 'The completion report of this task is disabled, and Amazon FSx names the files that failed nowhere else. Duplicate the task and enable the report to learn which they are.'}
    </Container>
  );
};

/** In the place of what comes later, and about as high, so that what stands below stays there. */
const DetailsToCome = () => (
  <Container header={<Header variant="h2">Throughput</Header>}>
    <div style={{ minHeight: '36rem' }}>
      <StatusIndicator type="loading">Loading throughput and activity</StatusIndicator>
    </div>
  </Container>
);

const NotLive = ({ error }: { readonly error: Error }) => (
  <StatusIndicator type="warning">
    {`Speed, activity and failed files could not be updated. ${explainFailure(error).header}.`}
  </StatusIndicator>
);

interface StatusContainerProps {
  readonly progress: ReactNode;
  readonly items: KeyValuePairsProps['items'];
  readonly children?: ReactNode;
}

const StatusContainer = ({ progress, items, children }: StatusContainerProps) => (
  <Container header={<Header variant="h2">Task status</Header>}>
    <SpaceBetween size="l">
      {progress}
      <KeyValuePairs columns={4} items={items} />
      {children}
    </SpaceBetween>
  </Container>
);

const time = (date: Date | undefined) => (date ? formatTimeWithZone(date) : '-');

const number = (value: number | undefined) => (value === undefined ? '-' : count(value));

type Counts = Partial<Pick<TaskWork, 'TotalCount' | 'SucceededCount' | 'FailedCount'>>;

const statusItems = ({ Type, Status, StartTime, EndTime }: DataRepositoryTask, counts: Counts = {}) => {
  const words = typeWords(Type);
  return [
    { label: words.total, value: number(counts.TotalCount) },
    { label: words.succeeded, value: number(counts.SucceededCount) },
    { label: words.failed, value: number(counts.FailedCount) },
    { label: 'Start time', value: time(StartTime) },
    { label: 'End time', value: time(EndTime) },
    { label: 'Last updated', value: time(Status?.LastUpdatedTime) },
  ];
};

/** What only the engine tells; without values it keeps their place. */
const workItems = ({ Lifecycle }: DataRepositoryTask, bytes?: number, rates?: Rates) => [
  { label: 'Data transferred', value: bytes === undefined ? '-' : bytesText(bytes) },
  {
    label: isActive(Lifecycle) ? 'Speed, last 10 seconds' : 'Average speed',
    value: rates ? ratesText(rates) : '-',
  },
];

interface LiveStatusProps extends TaskProps {
  readonly work: TaskWork;
  /** When `work` was fetched, in ms of this browser's clock. */
  readonly updatedAt: number;
  /** Why it could not be fetched again. */
  readonly error: Error | null;
}

/** Seconds of the mean that is shown, and of the one that time left is guessed by, which should not jump. */
const SPEED_WINDOW = 10;
const GUESS_WINDOW = 60;

const LiveStatus = ({ task, work, updatedAt, error }: LiveStatusProps) => {
  const isRunning = task.Lifecycle === 'EXECUTING';
  const idle = useIdleSeconds(work, updatedAt, isRunning);
  const samples = executionSamples(task, work.Samples);
  const rates = isActive(task.Lifecycle) ? recentRates(samples, SPEED_WINDOW, idle) : recentRates(samples, Infinity);
  const isTotalFinal = work.Stage !== 'PLAN';
  const left = isTotalFinal ? secondsLeft(work, recentRates(samples, GUESS_WINDOW, idle)?.files) : undefined;
  return (
    <StatusContainer
      progress={<Progress task={task} work={work} left={left} />}
      items={[
        // Before the task begins to count there are no numbers, not even zeros.
        ...statusItems(task, task.Status ? work : undefined),
        ...workItems(task, task.Status && work.Bytes, rates),
      ]}
    >
      {error ? <NotLive error={error} /> : null}
      {work.ReportFailure === undefined ? null : (
        <Alert type="warning" statusIconAriaLabel="Warning" header="The completion report could not be delivered">
          <Box>{work.ReportFailure}</Box>
          {work.FailedCount > 0 ? <Box>This page lists the files that failed.</Box> : null}
        </Alert>
      )}
    </StatusContainer>
  );
};

const TICK_MS = 1000;

/** For how long the counters have not moved, by this browser's clock alone: the server's may differ. */
const useIdleSeconds = (work: TaskWork, updatedAt: number, isRunning: boolean) => {
  const done = doneCount(work);
  const [seen, setSeen] = useState({ done, at: updatedAt });
  const [now, setNow] = useState(updatedAt);
  // Of a task that stands still nothing is told, and it is just then that its speed changes.
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [isRunning]);
  if (seen.done !== done) setSeen({ done, at: updatedAt });
  return seen.done === done ? Math.max(0, now - seen.at) / 1000 : 0;
};

interface ProgressProps extends TaskProps {
  readonly work: TaskWork;
  /** Seconds. */
  readonly left: number | undefined;
}

/** A bar once the total is final; before that, counts say all there is to know. */
const Progress = ({ task, work, left }: ProgressProps) => {
  const { Lifecycle, Type } = task;
  if (!isActive(Lifecycle)) return null;
  if (Lifecycle === 'PENDING') return <StatusIndicator type="pending">{queueText(work.Ahead)}</StatusIndicator>;
  if (Lifecycle === 'CANCELING') {
    return <StatusIndicator type="in-progress">Canceling: waiting for the files in transfer</StatusIndicator>;
  }
  if (work.Stage === 'PLAN') return <StatusIndicator type="in-progress">{findingText(Type, work)}</StatusIndicator>;
  const done = doneCount(work);
  return (
    <ProgressBar
      // Full only when the task has ended.
      value={work.TotalCount === 0 ? 99 : Math.min(99, Math.floor((100 * done) / work.TotalCount))}
      label="Progress"
      description={`${stageText(Type, work.Stage)}: ${count(done)} of ${count(work.TotalCount)} processed`}
      additionalInfo={left !== undefined && done < work.TotalCount ? timeLeftText(left) : undefined}
    />
  );
};

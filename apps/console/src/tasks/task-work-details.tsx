import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { TaskWork } from '@drt/contract/engine-api';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

import { FAILURES } from '../paths.ts';
import { formatTime, zoneOf } from '../shell/time.ts';
import { TaskWorkChart } from './task-work-chart.tsx';
import { eventText } from './task-work.ts';
import { isActive } from './words.ts';

// Most tasks have none.
const TaskFailures = lazy(async () => ({ default: (await import('./task-failures.tsx')).TaskFailures }));

interface TaskWorkDetailsProps {
  readonly task: DataRepositoryTask;
  readonly work: TaskWork;
}

/** What the details page shows of a task's work below the counts: loaded apart, because charts are large. */
export const TaskWorkDetails = ({ task, work }: TaskWorkDetailsProps) => (
  <SpaceBetween size="l">
    {work.FailedCount > 0 ? (
      <Suspense fallback={<StatusIndicator type="loading">Loading failed files</StatusIndicator>}>
        <Target hash={FAILURES}>
          <TaskFailures task={task} failedCount={work.FailedCount} />
        </Target>
      </Suspense>
    ) : (
      <NoFailures task={task} />
    )}
    <TaskWorkChart task={task} work={work} />
    <Activity work={work} />
  </SpaceBetween>
);

const noFailuresText = ({ Lifecycle, Report }: DataRepositoryTask) => {
  if (Lifecycle === 'FAILED') return 'No failed files: the task failed as a whole.';
  return `No failed files${Report?.Enabled ? ', so no completion report was written' : ''}.`;
};

const NoFailures = ({ task }: { readonly task: DataRepositoryTask }) =>
  isActive(task.Lifecycle) ? null : (
    <Container header={<Header variant="h2">Files that failed</Header>}>{noFailuresText(task)}</Container>
  );

/** Where a link may lead: it comes into view when the address names it, also when it is shown only after that. */
const Target = ({ hash, children }: { readonly hash: string; readonly children: ReactNode }) => {
  const element = useRef<HTMLDivElement>(null);
  const isMeant = useLocation().hash === hash;
  useEffect(() => {
    if (isMeant) element.current?.scrollIntoView({ block: 'start' });
  }, [isMeant]);
  return (
    <div ref={element} style={{ scrollMarginTop: '8rem' }}>
      {children}
    </div>
  );
};

/** Enough for any task that is not restarted over and over. */
const MOST_EVENTS = 100;

const Activity = ({ work }: Pick<TaskWorkDetailsProps, 'work'>) => {
  const left = Math.max(0, work.Activity.length - MOST_EVENTS);
  return (
    <Table
      variant="container"
      header={
        <Header
          variant="h2"
          counter={`(${work.Activity.length})`}
          description={left > 0 ? `The latest ${MOST_EVENTS} of ${work.Activity.length}.` : undefined}
        >
          Activity
        </Header>
      }
      ariaLabels={{ tableLabel: 'Activity' }}
      items={work.Activity.slice(left)}
      columnDefinitions={[
        {
          id: 'time',
          header: `Time (${zoneOf()})`,
          cell: ({ Time }) => formatTime(Time),
          width: 220,
        },
        { id: 'event', header: 'Event', cell: ({ Event }) => eventText(Event), isRowHeader: true, width: 260 },
        { id: 'detail', header: 'Detail', cell: ({ Detail }) => Detail || '-' },
      ]}
      wrapLines
      enableKeyboardNavigation
      empty="No activity was kept for this task."
    />
  );
};

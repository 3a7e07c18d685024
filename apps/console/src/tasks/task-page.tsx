import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useParams } from 'react-router';

import { useIsLive } from '../live/live-state.ts';
import { paths } from '../paths.ts';
import { Copyable } from '../shell/copyable.tsx';
import { Freshness } from '../shell/freshness.tsx';
import { NameText } from '../shell/name-text.tsx';
import { ResourcePage, SOME_TIME, someArn } from '../shell/resource-page.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { formatTimeWithZone } from '../shell/time.ts';
import { TagsContainer } from '../tags/tags-container.tsx';
import { NotifyToggle } from './notify-toggle.tsx';
import { taskQuery } from './queries.ts';
import { ReportContainer } from './report-container.tsx';
import { TaskActions } from './task-actions.tsx';
import { TaskFailureAlert } from './task-failure-alert.tsx';
import { TaskStatus } from './task-status.tsx';
import { TaskWorkStatus } from './task-work-status.tsx';
import { watchTask } from './watched-tasks.ts';
import { isActive, taskName, typeWords } from './words.ts';

/** The Summary page of one task. */
export const TaskPage = () => {
  const { id = '' } = useParams();
  const query = useQuery(taskQuery(id));
  const task = query.data;
  const isRunning = task !== undefined && isActive(task.Lifecycle);
  const isLive = useIsLive();
  useEffect(() => {
    if (isRunning) watchTask(id, { why: 'opened' });
  }, [id, isRunning]);
  return (
    <ResourcePage
      id={id}
      kind="Task"
      notFoundCode="DataRepositoryTaskNotFound"
      back={{ href: paths.tasks(), text: 'Back to data repository tasks' }}
      query={query}
      actions={
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          {isRunning ? (
            <Freshness updatedAt={query.dataUpdatedAt} error={query.error} isLive={isLive} showsTime />
          ) : null}
          {isRunning ? <NotifyToggle taskId={id} /> : null}
          <TaskActions task={task} />
        </SpaceBetween>
      }
      facts={{
        'Task ID': id,
        'Task name': '-',
        'Task type': '-',
        Status: '-',
        'File system ID': '-',
        'Creation time': SOME_TIME,
        ARN: someArn(`task/${id}`),
      }}
    >
      {task ? <TaskDetails task={task} /> : null}
    </ResourcePage>
  );
};

const TaskDetails = ({ task }: { readonly task: DataRepositoryTask }) => (
  <SpaceBetween size="l">
    <TaskFailureAlert task={task} />
    <Summary task={task} />
    <TaskWorkStatus task={task} />
    <PathsContainer task={task} />
    <ReportContainer task={task} />
    <TagsContainer tags={task.Tags ?? []} resourceArn={task.ResourceARN} />
  </SpaceBetween>
);

const time = (date: Date | undefined) => (date ? formatTimeWithZone(date) : '-');

const Summary = ({ task }: { readonly task: DataRepositoryTask }) => (
  <Container header={<Header variant="h2">Summary</Header>}>
    <KeyValuePairs
      columns={4}
      items={[
        { label: 'Task ID', value: <Copyable text={task.TaskId} name="Task ID" /> },
        {
          label: 'Task name',
          value: <NameText text={taskName(task) ?? '-'} />,
        },
        { label: 'Task type', value: typeWords(task.Type).name },
        { label: 'Status', value: <TaskStatus task={task} /> },
        {
          label: 'File system ID',
          value: task.FileSystemId ? (
            <RouteLink href={paths.fileSystem(task.FileSystemId)}>{task.FileSystemId}</RouteLink>
          ) : (
            '-'
          ),
        },
        { label: 'Creation time', value: time(task.CreationTime) },
        { label: 'ARN', value: <Copyable text={task.ResourceARN} name="ARN" /> },
      ]}
    />
  </Container>
);

const count = (value: number | undefined) => value?.toLocaleString('en') ?? '-';

const PathsContainer = ({ task }: { readonly task: DataRepositoryTask }) => {
  const { Paths = [], Type, ReleaseConfiguration } = task;
  const days = ReleaseConfiguration?.DurationSinceLastAccess?.Value;
  return (
    <Container
      header={
        <Header variant="h2" counter={Paths.length > 0 ? `(${Paths.length})` : undefined}>
          Paths
        </Header>
      }
    >
      <SpaceBetween size="m">
        {Paths.length === 0 ? (
          <Box>{typeWords(Type).everything}</Box>
        ) : (
          <SpaceBetween size="xxs">
            {Paths.map((path, row) => (
              <Box key={`${row} ${path}`} variant="code">
                <Copyable text={path || '/'} name="Path" />
              </Box>
            ))}
          </SpaceBetween>
        )}
        {Type === 'RELEASE_DATA_FROM_FILESYSTEM' ? (
          <KeyValuePairs items={[{ label: 'Minimum duration since last access (days)', value: count(days ?? 0) }]} />
        ) : null}
      </SpaceBetween>
    </Container>
  );
};

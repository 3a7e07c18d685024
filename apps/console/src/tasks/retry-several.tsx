import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Form from '@cloudscape-design/components/form';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { type DataRepositoryTask, MAX_PATHS } from '@drt/contract/tasks';
import { useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';

import { callFsx } from '../api/fsx.ts';
import { newRequestToken } from '../api/request-token.ts';
import { paths } from '../paths.ts';
import { useCameFrom, useGo, useUnsavedChanges } from '../shell/leave-guard.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { cut, type RetryRun, storedRun, storeRun, tokenOf } from './retry-run.ts';
import { entries, type ExactPaths, type RetryPaths } from './retry.ts';
import { type CreatableType, formOf, toInput } from './task-form.ts';
import { TaskRefusal } from './task-refusal.tsx';

interface RetrySeveralProps {
  readonly type: CreatableType;
  readonly title: string;
  /** The task that failed, whose settings each new one gets. */
  readonly source: DataRepositoryTask;
  readonly associations: readonly DataRepositoryAssociation[];
  readonly retry: {
    /** An error code, or `all`: with `source`, what names this retry. */
    readonly name: string;
    readonly exact: ExactPaths;
    readonly nearest: RetryPaths;
  };
  /** The user wants one task over the nearest common directories. */
  readonly onOneTask: () => void;
}

/** More failed than one task has paths for: the user chooses between several tasks and the nearest common directories. */
export const RetrySeveral = (props: RetrySeveralProps) => {
  const { title, source, onOneTask } = props;
  const { exact, nearest } = props.retry;
  const [how, setHow] = useState('tasks');
  const run = useRetryRun(props);
  const back = useCameFrom(paths.task(source.TaskId));
  const { go } = useGo();
  useUnsavedChanges(run.isRunning);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (how === 'tasks') run.start();
    else onOneTask();
  };

  return (
    <form onSubmit={submit} noValidate style={{ overflowWrap: 'anywhere' }}>
      <Form
        header={<PageHeader title={title} />}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={() => (run.isRunning ? run.stop() : go(back))}>
              {run.isRunning ? 'Stop' : run.isDone ? 'Close' : 'Cancel'}
            </Button>
            {run.isDone ? (
              <Button variant="primary" formAction="none" onClick={() => go(paths.tasks())}>
                View tasks
              </Button>
            ) : (
              <Button variant="primary" loading={run.isRunning}>
                {how === 'directories' ? 'Continue' : submitText(run)}
              </Button>
            )}
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <Container header={<Header variant="h2">Retry failed files</Header>}>
            <SpaceBetween size="l">
              <Box>
                {entries(nearest.failed)} failed in{' '}
                <RouteLink href={paths.task(source.TaskId)}>{source.TaskId}</RouteLink>.{' '}
                {`One task takes up to ${MAX_PATHS} paths.`}
                {nearest.gone > 0
                  ? ` Left out: ${entries(nearest.gone)} that no longer ${nearest.gone === 1 ? 'exists' : 'exist'}.`
                  : ''}
              </Box>
              {run.isBegun ? null : (
                <Choice {...{ exact, nearest, how }} taskCount={run.chunks.length} onChange={setHow} />
              )}
            </SpaceBetween>
          </Container>
          {how === 'tasks' ? <Tasks run={run} /> : null}
          {run.error ? (
            <TaskRefusal
              error={run.error}
              fileSystemId={source.FileSystemId ?? ''}
              onRetry={run.start}
              onNewRequest={run.restart}
            />
          ) : null}
        </SpaceBetween>
      </Form>
    </form>
  );
};

const submitText = ({ chunks, run }: RetryRunState) => {
  const left = chunks.length - run.created.length;
  return run.created.length > 0 ? `Create the other ${left}` : `Create ${left} tasks`;
};

type RetryRunState = ReturnType<typeof useRetryRun>;

interface ChoiceProps {
  readonly exact: ExactPaths;
  readonly nearest: RetryPaths;
  readonly how: string;
  readonly taskCount: number;
  readonly onChange: (how: string) => void;
}

/** Directories that are named before the rest is only counted. */
const NAMED = 5;

const Choice = ({ exact, nearest, how, taskCount, onChange }: ChoiceProps) => {
  const instead =
    exact.directories === 0
      ? ''
      : ` ${entries(exact.directories)} of them ${exact.directories === 1 ? 'is a directory' : 'are directories'} in place of names that no request can carry.`;
  const named = nearest.paths.slice(0, NAMED).map((path) => short(path) || '/');
  const more = nearest.paths.length - named.length;
  return (
    <FormField label="How to retry">
      <RadioGroup
        value={how}
        onChange={({ detail }) => onChange(detail.value)}
        items={[
          {
            value: 'tasks',
            label: `Create ${taskCount} tasks of up to ${MAX_PATHS} paths each`,
            description: `Just what failed, and nothing besides. The tasks run one after another.${instead}`,
          },
          {
            value: 'directories',
            label: 'Retry the nearest common directories in one task',
            description: `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}. They also hold what did not fail; what has succeeded and did not change since is not transferred again.`,
          },
        ]}
      />
    </FormField>
  );
};

/** Creates the tasks one after the other, and stops at the first refusal. */
const useRetryRun = ({ type, source, associations, retry: { name, exact } }: RetrySeveralProps) => {
  const client = useQueryClient();
  const [chunks] = useState(() => cut(exact.paths, MAX_PATHS));
  const pathCount = exact.paths.length;
  const begin = (): RetryRun => ({ token: newRequestToken(), pathCount, created: [] });
  const [run, setRun] = useState(() => storedRun(source.TaskId, name, pathCount, chunks.length) ?? begin());
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  /** Refs, because a loop reads them while it runs. */
  const running = useRef(false);
  const stopped = useRef(false);
  useEffect(
    () => () => {
      // The page is left: the rest can be made when it is opened again.
      stopped.current = true;
    },
    [],
  );

  const createFrom = async (from: RetryRun) => {
    const form = formOf(source, associations);
    let now = from;
    for (const [index, chunk] of chunks.entries()) {
      if (index < from.created.length) continue;
      if (stopped.current) return;
      const input = toInput(type, { ...form, paths: chunk }, tokenOf(now, index));
      // One after the other, so that a refusal stops the rest.
      const { DataRepositoryTask: task } = await callFsx('CreateDataRepositoryTask', input);
      now = { ...now, created: [...now.created, task?.TaskId ?? ''] };
      storeRun(source.TaskId, name, now.created.length < chunks.length ? now : undefined);
      setRun(now);
    }
  };
  const go = async (from: RetryRun) => {
    if (running.current) return;
    running.current = true;
    stopped.current = false;
    setRunning(true);
    setError(null);
    // Before the first request: its answer may be lost.
    storeRun(source.TaskId, name, from);
    try {
      await createFrom(from);
    } catch (refusal) {
      setError(refusal instanceof Error ? refusal : new Error(String(refusal)));
    }
    running.current = false;
    setRunning(false);
    void client.invalidateQueries({ queryKey: ['DescribeDataRepositoryTasks'] });
  };
  return {
    chunks,
    run,
    isRunning,
    error,
    isBegun: isRunning || error !== null || run.created.length > 0,
    isDone: run.created.length === chunks.length,
    start: () => void go(run),
    /** The tasks that are left, with new tokens. */
    restart: () => void go({ ...run, token: newRequestToken() }),
    /** After the request that is under way. */
    stop: () => {
      stopped.current = true;
    },
  };
};

interface TasksProps {
  readonly run: RetryRunState;
}

const Tasks = ({ run: { chunks, run, isRunning, isBegun, isDone, error } }: TasksProps) => {
  const created = run.created.length;
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${chunks.length})`}>
          Tasks to create
        </Header>
      }
    >
      <SpaceBetween size="m">
        {isBegun ? (
          <ProgressBar
            label="Tasks created"
            value={(100 * created) / chunks.length}
            additionalInfo={`${created} of ${chunks.length}`}
            {...(isDone ? { status: 'success' as const, resultText: `All ${chunks.length} tasks are created.` } : {})}
          />
        ) : null}
        {isBegun && !isRunning && !isDone && !error ? (
          <Alert type="info" statusIconAriaLabel="Info">
            {`${created} of ${chunks.length} tasks were created before. The others are left to create.`}
          </Alert>
        ) : null}
        <ol style={{ margin: 0, paddingInlineStart: '2rem' }}>
          {chunks.map((chunk, index) => (
            <li key={chunk[0]}>
              {chunkText(chunk)}{' '}
              <ChunkStatus
                taskId={run.created[index]}
                isNext={index === created}
                isRunning={isRunning}
                failed={error !== null}
              />
            </li>
          ))}
        </ol>
      </SpaceBetween>
    </Container>
  );
};

/** Of a path of 4,096 characters this much says which one it is. */
const LONGEST = 80;

const short = (path: string) => {
  const shown = Array.from(visibleText(path));
  if (shown.length <= LONGEST) return shown.join('');
  return `${shown.slice(0, LONGEST / 2).join('')}…${shown.slice(-LONGEST / 2).join('')}`;
};

const chunkText = (chunk: readonly string[]) => {
  const [first = '', last = ''] = [chunk[0], chunk.at(-1)];
  if (chunk.length === 1) return `1 path: ${short(first)}.`;
  return `${chunk.length} paths, from ${short(first)} to ${short(last)}.`;
};

interface ChunkStatusProps {
  readonly taskId: string | undefined;
  readonly isNext: boolean;
  readonly isRunning: boolean;
  readonly failed: boolean;
}

const ChunkStatus = ({ taskId, isNext, isRunning, failed }: ChunkStatusProps) => {
  if (taskId) {
    return (
      <StatusIndicator type="success">
        Created <RouteLink href={paths.task(taskId)}>{taskId}</RouteLink>
      </StatusIndicator>
    );
  }
  if (isNext && isRunning) return <StatusIndicator type="in-progress">Creating</StatusIndicator>;
  return isNext && failed ? <StatusIndicator type="error">Not created</StatusIndicator> : null;
};

import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { type DataRepositoryTask, MAX_PATHS } from '@drt/contract/tasks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Navigate, useSearchParams } from 'react-router';

import { hasCode } from '../api/errors.ts';
import { associationsQuery } from '../associations/queries.ts';
import { CREATE_TITLES, type CreateTaskFrom, paths, readCreateTaskFrom } from '../paths.ts';
import { FailureAlert } from '../shell/failure.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { CreateTaskForm } from './create-task-form.tsx';
import { taskQuery } from './queries.ts';
import { type ExactPaths, exactPaths, retryNote, type RetryPaths, retryPaths } from './retry.ts';
import { retryQuery } from './task-failures-queries.ts';
import { type CreatableType, formOf, newForm } from './task-form.ts';
import { typeWords } from './words.ts';

export const CreateExportPage = () => <CreateTaskPage type="EXPORT_TO_REPOSITORY" />;
export const CreateImportPage = () => <CreateTaskPage type="IMPORT_METADATA_FROM_REPOSITORY" />;

const RetrySeveral = lazy(async () => ({ default: (await import('./retry-several.tsx')).RetrySeveral }));

const KINDS = { EXPORT_TO_REPOSITORY: 'export', IMPORT_METADATA_FROM_REPOSITORY: 'import' } as const;

/**
 * Fetches what the form begins with: the task to copy, and the associations of the file system. The form is shown once,
 * complete; later answers do not change what the user has typed.
 */
const CreateTaskPage = ({ type }: { readonly type: CreatableType }) => {
  const [query] = useSearchParams();
  const [from] = useState(() => readCreateTaskFrom(query));
  const source = useSource(from.duplicate);
  const kind = KINDS[type];
  const sourceKind = source.task ? typeWords(source.task.Type).kind : undefined;

  if (sourceKind && sourceKind !== kind) return <Navigate replace to={paths.createTask(sourceKind, from)} />;
  if (source.error || source.loading) {
    return <Waiting title={CREATE_TITLES[kind]} error={source.error} onRetry={source.refetch} />;
  }
  return <PreparedForm type={type} from={from} source={source.task} />;
};

interface Retry {
  /** An error code, or `all`. */
  readonly name: string;
  readonly nearest: RetryPaths;
  readonly exact: ExactPaths;
}

/** What to retry of the task to copy, when that is asked for and known. */
const useRetry = (source: DataRepositoryTask | undefined, name: string | undefined) => {
  const { data, isLoading, isError, error, refetch } = useQuery({
    ...retryQuery(source?.TaskId ?? '', name ?? ''),
    enabled: source !== undefined && name !== undefined,
  });
  const [retry, setRetry] = useState<Retry>();
  // Once: many paths take a while to sort out, and what failed in a task that has ended stays as it is.
  if (source && name && data && !retry) {
    const [nearest, exact] = [retryPaths(data, MAX_PATHS, source.Paths), exactPaths(data, source.Paths)];
    setRetry({ name, nearest, exact });
  }
  return { retry, waiting: isLoading || isError, error, refetch };
};

/** More failed than the paths of one task: the user has a choice. */
const takesSeveral = ({ nearest, exact }: Retry) => nearest.kind === 'directories' && exact.paths.length > MAX_PATHS;

/** The associations of the file system to begin with. When it is gone, a flash says so and another one can be chosen. */
const useFileSystem = (asked: string) => {
  const { notify } = useNotifications();
  const { data, error, refetch } = useQuery({ ...associationsQuery(asked), enabled: asked !== '' });
  const gone = !data && hasCode(error, 'FileSystemNotFound');
  useEffect(() => {
    if (!gone) return;
    notify({
      id: `gone-${asked}`,
      type: 'error',
      header: 'The file system no longer exists',
      content: `${visibleText(asked)} was not found. Choose another file system.`,
    });
  }, [gone, asked, notify]);
  return {
    fileSystemId: gone ? '' : asked,
    associations: data ?? [],
    waiting: asked !== '' && !data && !gone,
    error,
    refetch,
  };
};

interface PreparedFormProps {
  readonly type: CreatableType;
  readonly from: CreateTaskFrom;
  readonly source: DataRepositoryTask | undefined;
}

const PreparedForm = ({ type, from, source }: PreparedFormProps) => {
  const fileSystem = useFileSystem(source?.FileSystemId ?? from.fileSystemId ?? '');
  const { retry, ...reading } = useRetry(source, from.retry);
  const [isOneTask, takeOneTask] = useState(false);
  const title = CREATE_TITLES[KINDS[type]];
  const { fileSystemId, associations } = fileSystem;
  for (const { waiting, error, refetch } of [fileSystem, reading]) {
    if (waiting) return <Waiting title={title} error={error} onRetry={refetch} />;
  }
  if (source && retry && takesSeveral(retry) && !isOneTask) {
    return (
      <Suspense fallback={<Waiting title={title} error={null} onRetry={fileSystem.refetch} />}>
        <RetrySeveral {...{ type, title, source, associations, retry }} onOneTask={() => takeOneTask(true)} />
      </Suspense>
    );
  }
  return (
    <CreateTaskForm
      type={type}
      title={title}
      source={source}
      pathsNote={retry && retryNote(retry.nearest)}
      fixedFileSystem={fileSystemId !== ''}
      initial={firstValues(type, from, source, fileSystem, retry)}
    />
  );
};

/** Those of the source, but what is gone and what is not to be done again; or those of a new task. */
const firstValues = (
  type: CreatableType,
  from: CreateTaskFrom,
  source: DataRepositoryTask | undefined,
  { fileSystemId, associations }: ReturnType<typeof useFileSystem>,
  retry: Retry | undefined,
) => {
  if (!source) return newForm(type, fileSystemId, associations, from.associationIds ?? []);
  return { ...formOf(source, associations), fileSystemId, ...(retry ? { paths: retry.nearest.paths } : {}) };
};

interface WaitingProps {
  readonly title: string;
  readonly error: unknown;
  readonly onRetry: () => unknown;
}

const Waiting = ({ title, error, onRetry }: WaitingProps) => (
  <SpaceBetween size="l">
    <PageHeader title={title} />
    {error ? (
      <FailureAlert error={error} onRetry={() => void onRetry()} />
    ) : (
      <StatusIndicator type="loading">Loading</StatusIndicator>
    )}
  </SpaceBetween>
);

/** The task to copy. When it is gone, a flash says so and the form starts empty. */
const useSource = (taskId: string | undefined) => {
  const { notify } = useNotifications();
  const query = useQuery({ ...taskQuery(taskId ?? ''), enabled: taskId !== undefined, refetchInterval: false });
  const gone =
    hasCode(query.error, 'DataRepositoryTaskNotFound') ||
    hasCode(query.error, 'BadRequest') ||
    (query.isSuccess && !query.data);
  useEffect(() => {
    if (!gone || !taskId) return;
    notify({
      id: `duplicate-${taskId}`,
      type: 'error',
      header: 'The task to duplicate does not exist',
      content: `${visibleText(taskId)} was not found. The form is empty.`,
    });
  }, [gone, taskId, notify]);
  return {
    task: query.data,
    loading: taskId !== undefined && query.isPending,
    error: gone ? null : query.error,
    refetch: query.refetch,
  };
};

import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { type DataRepositoryTask, MAX_PATHS } from '@drt/contract/tasks';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Navigate, useSearchParams } from 'react-router';

import { hasCode } from '../api/errors.ts';
import { associationsQuery } from '../associations/queries.ts';
import { CREATE_TITLES, type CreateTaskFrom, paths, readCreateTaskFrom } from '../paths.ts';
import { FailureAlert } from '../shell/failure.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { CreateTaskForm } from './create-task-form.tsx';
import { taskQuery } from './queries.ts';
import { retryNote, retryPaths } from './retry.ts';
import { retryQuery } from './task-failures-queries.ts';
import { type CreatableType, formOf, newForm } from './task-form.ts';
import { typeWords } from './words.ts';

export const CreateExportPage = () => <CreateTaskPage type="EXPORT_TO_REPOSITORY" />;
export const CreateImportPage = () => <CreateTaskPage type="IMPORT_METADATA_FROM_REPOSITORY" />;

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

/** What to retry of the task to copy, when that is asked for and known. */
const useRetry = (source: DataRepositoryTask | undefined, retry: string | undefined) => {
  const query = useQuery({
    ...retryQuery(source?.TaskId ?? '', retry ?? ''),
    enabled: source !== undefined && retry !== undefined,
  });
  return {
    paths: source && query.data ? retryPaths(query.data, MAX_PATHS, source.Paths) : undefined,
    waiting: query.isLoading || query.isError,
    error: query.error,
    refetch: query.refetch,
  };
};

interface PreparedFormProps {
  readonly type: CreatableType;
  readonly from: CreateTaskFrom;
  readonly source: DataRepositoryTask | undefined;
}

const PreparedForm = ({ type, from, source }: PreparedFormProps) => {
  const fileSystemId = source?.FileSystemId ?? from.fileSystemId ?? '';
  const chosen = fileSystemId !== '';
  const { data, error, refetch } = useQuery({ ...associationsQuery(fileSystemId), enabled: chosen });
  const retry = useRetry(source, from.retry);
  const title = CREATE_TITLES[KINDS[type]];
  if (retry.waiting) return <Waiting title={title} error={retry.error} onRetry={retry.refetch} />;
  if (chosen && !data) return <Waiting title={title} error={error} onRetry={refetch} />;
  const associations = data ?? [];
  const initial = source
    ? { ...formOf(source, associations), ...(retry.paths ? { paths: retry.paths.paths } : {}) }
    : newForm(type, fileSystemId, associations, from.associationIds ?? []);
  return (
    <CreateTaskForm
      type={type}
      title={title}
      source={source}
      pathsNote={retry.paths && retryNote(retry.paths)}
      fixedFileSystem={chosen}
      initial={initial}
    />
  );
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
      content: `${taskId} was not found. The form is empty.`,
    });
  }, [gone, taskId, notify]);
  return {
    task: query.data,
    loading: taskId !== undefined && query.isPending,
    error: gone ? null : query.error,
    refetch: query.refetch,
  };
};

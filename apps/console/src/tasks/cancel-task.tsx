import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import LiveRegion from '@cloudscape-design/components/live-region';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, type SubmitEvent, Suspense, useState } from 'react';
import { useLocation } from 'react-router';

import { hasCode } from '../api/errors.ts';
import { callFsx, useFsxMutation } from '../api/fsx.ts';
import { paths } from '../paths.ts';
import { ConfirmField } from '../shell/confirm-field.tsx';
import { FailureAlert } from '../shell/failure.tsx';
import { useGo } from '../shell/leave-guard.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { showLifecycle, taskQuery } from './queries.ts';
import { watchTask } from './watched-tasks.ts';
import { cancelHindrance, lifecycleWord, progressText, typeWords } from './words.ts';

// Only who cancels needs it, and the modal comes with the list.
const CliCommandSection = lazy(async () => ({
  default: (await import('../shell/cli-command-text.tsx')).CliCommandSection,
}));

interface CancelTaskModalProps {
  readonly taskId: string;
  readonly onClose: () => void;
}

const FORM = 'cancel-task-form';

/**
 * Asks for the task's ID before it cancels. What the server answers decides what follows: it cancels (flash until it
 * is canceled), it had ended (warning flash with its final status), it is gone (error flash), or the request did not
 * complete (the modal stays, with what was typed).
 */
export const CancelTaskModal = ({ taskId, onClose }: CancelTaskModalProps) => {
  const { data: task } = useQuery(taskQuery(taskId));
  const [typed, setTyped] = useState('');
  const outcome = useOutcome(taskId, onClose);
  const { mutate, isPending, error, reset } = useFsxMutation('CancelDataRepositoryTask', { invalidates: [] });
  const settled = task !== undefined && cancelHindrance(task) !== undefined;
  const ready = typed.trim() === taskId && !settled;

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!ready || isPending) return;
    mutate({ TaskId: taskId }, { onSuccess: outcome.canceling, onError: (refusal) => outcome.refused(refusal, reset) });
  };

  return (
    <Modal
      visible
      header="Cancel data repository task"
      closeAriaLabel="Close"
      onDismiss={() => !isPending && onClose()}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" disabled={isPending} onClick={onClose}>
              {settled ? 'Close' : 'Keep task running'}
            </Button>
            <Button variant="primary" formAction="submit" form={FORM} disabled={!ready} loading={isPending}>
              Cancel task
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box variant="span">
          Cancel data repository task <b>{taskId}</b>
          {task ? ` (${typeWords(task.Type).name.toLowerCase()}, file system ${task.FileSystemId ?? '-'})` : null}?
        </Box>
        {settled ? <Settled task={task} /> : <Consequences task={task} />}
        <form id={FORM} onSubmit={submit}>
          <ConfirmField
            label="To confirm, type the task ID"
            constraintText="The ID must match exactly."
            expected={taskId}
            typed={typed}
            onType={setTyped}
            readOnly={settled}
          />
        </form>
        <LiveRegion>{error ? <FailureAlert error={error} /> : null}</LiveRegion>
        {settled ? null : (
          <Suspense fallback={null}>
            <CliCommandSection calls={[{ operation: 'CancelDataRepositoryTask', input: { TaskId: taskId } }]} />
          </Suspense>
        )}
      </SpaceBetween>
    </Modal>
  );
};

const Consequences = ({ task }: { readonly task: DataRepositoryTask | undefined }) => (
  <Alert type="warning" statusIconAriaLabel="Warning">
    <SpaceBetween size="xxs">
      <span>
        {task?.Type === 'RELEASE_DATA_FROM_FILESYSTEM'
          ? 'No more files are released; files that are already released stay released.'
          : 'Files that still wait are not processed, and files in transfer are finished first. Nothing that is done is undone.'}
      </span>
      {task ? <b>{task.Lifecycle === 'PENDING' ? 'The task has not started yet.' : `${progressText(task)}.`}</b> : null}
    </SpaceBetween>
  </Alert>
);

/** The task ended, or somebody else canceled it, while the modal was open. */
const Settled = ({ task }: { readonly task: DataRepositoryTask }) => (
  <Alert type="info" statusIconAriaLabel="Info">
    {task.Lifecycle === 'CANCELING'
      ? 'The task is already being canceled.'
      : `The task has ended in the meantime: ${lifecycleWord(task.Lifecycle)}. Nothing is left to cancel.`}
  </Alert>
);

/** What the console shows and where it goes once the server has answered. */
const useOutcome = (taskId: string, onClose: () => void) => {
  const client = useQueryClient();
  const { notify } = useNotifications();
  const { go } = useGo();
  const { pathname } = useLocation();

  const canceling = () => {
    void showLifecycle(client, taskId, 'CANCELING');
    notify({ id: `task-${taskId}`, type: 'in-progress', loading: true, content: `Canceling task ${taskId}` });
    watchTask(taskId, { why: 'canceled' });
    onClose();
  };

  const hadEnded = async () => {
    onClose();
    const input = { TaskIds: [taskId] };
    const answer = await callFsx('DescribeDataRepositoryTasks', input).catch(() => undefined);
    void client.invalidateQueries({ queryKey: ['DescribeDataRepositoryTasks'] });
    const final = answer?.DataRepositoryTasks?.[0]?.Lifecycle;
    notify({
      id: `task-${taskId}`,
      type: 'warning',
      header: 'The task had already ended',
      content: (
        <>
          {final ? `Final status of ${taskId}: ${lifecycleWord(final)}. ` : `${taskId} was not canceled. `}
          <RouteLink inverted href={paths.task(taskId)}>
            View task
          </RouteLink>
        </>
      ),
    });
  };

  const gone = () => {
    onClose();
    notify({ id: `task-${taskId}`, type: 'error', header: 'The task does not exist', content: taskId });
    void client.invalidateQueries({ queryKey: ['DescribeDataRepositoryTasks'] });
    if (pathname === paths.task(taskId)) go(paths.tasks());
  };

  const refused = (error: Error, reset: () => void) => {
    if (hasCode(error, 'DataRepositoryTaskEnded')) {
      reset();
      void hadEnded();
    } else if (hasCode(error, 'DataRepositoryTaskNotFound')) {
      reset();
      gone();
    }
  };

  return { canceling, refused };
};

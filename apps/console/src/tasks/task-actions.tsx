import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { lazy, Suspense, useState } from 'react';

import { paths } from '../paths.ts';
import { useOffer } from '../shell/commands.ts';
import { useGo } from '../shell/leave-guard.tsx';
import { CancelTaskModal } from './cancel-task.tsx';
import { cancelHindrance, typeWords } from './words.ts';

const BulkCancelModal = lazy(async () => ({ default: (await import('./bulk-cancel.tsx')).BulkCancelModal }));

interface TaskActionsProps {
  /** The task to act on; the buttons say so when there is none. */
  readonly task: DataRepositoryTask | undefined;
  /** Where several can be selected: all of them. */
  readonly selected?: readonly DataRepositoryTask[];
  /** The file system whose page this is; the create page then leads back there. */
  readonly fileSystemId?: string;
}

const NONE_SELECTED = 'Select a task first';

const duplicateHindrance = (task: DataRepositoryTask | undefined) => {
  if (!task) return NONE_SELECTED;
  return typeWords(task.Type).kind ? undefined : 'A task of this type cannot be duplicated';
};

const bulkHindrance = (tasks: readonly DataRepositoryTask[]) =>
  tasks.some((task) => cancelHindrance(task) === undefined)
    ? undefined
    : 'The selected tasks have ended or are being canceled';

/** Duplicate and cancel: the same two buttons on the tasks page, in a file system's pane and on a task's own page. */
export const TaskActions = ({ task, selected = [], fileSystemId }: TaskActionsProps) => {
  const { go } = useGo();
  // The modal stays on the task it was opened for, also when a refresh takes the selection away.
  const [canceling, setCanceling] = useState<string>();
  const [cancelingAll, setCancelingAll] = useState<readonly DataRepositoryTask[]>();
  const several = selected.length > 1;
  const noDuplicate = several ? 'Select only one task to duplicate it' : duplicateHindrance(task);
  const noCancel = several ? bulkHindrance(selected) : task ? cancelHindrance(task) : NONE_SELECTED;
  const duplicate = () => {
    const kind = task && typeWords(task.Type).kind;
    if (kind) go(paths.createTask(kind, { duplicate: task.TaskId, fileSystemId }));
  };
  const cancel = () => (several ? setCancelingAll(selected) : task && setCanceling(task.TaskId));
  useOffer('duplicate', noDuplicate === undefined ? duplicate : undefined);
  useOffer('cancel', noCancel === undefined ? cancel : undefined);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button disabled={noDuplicate !== undefined} disabledReason={noDuplicate} onClick={duplicate}>
        Duplicate task
      </Button>
      <Button disabled={noCancel !== undefined} disabledReason={noCancel} onClick={cancel}>
        {several ? 'Cancel tasks' : 'Cancel task'}
      </Button>
      {canceling ? <CancelTaskModal taskId={canceling} onClose={() => setCanceling(undefined)} /> : null}
      {cancelingAll ? (
        <Suspense fallback={null}>
          <BulkCancelModal selected={cancelingAll} onClose={() => setCancelingAll(undefined)} />
        </Suspense>
      ) : null}
    </SpaceBetween>
  );
};

import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { useState } from 'react';

import { paths } from '../paths.ts';
import { useGo } from '../shell/leave-guard.tsx';
import { CancelTaskModal } from './cancel-task.tsx';
import { cancelHindrance, typeWords } from './words.ts';

interface TaskActionsProps {
  /** The task to act on; the buttons say so when there is none. */
  readonly task: DataRepositoryTask | undefined;
  /** The file system whose page this is; the create page then leads back there. */
  readonly fileSystemId?: string;
}

const NONE_SELECTED = 'Select a task first';

const duplicateHindrance = (task: DataRepositoryTask | undefined) => {
  if (!task) return NONE_SELECTED;
  return typeWords(task.Type).kind ? undefined : 'A task of this type cannot be duplicated';
};

/** Duplicate and cancel: the same two buttons on the tasks page, in a file system's pane and on a task's own page. */
export const TaskActions = ({ task, fileSystemId }: TaskActionsProps) => {
  const { go } = useGo();
  // The modal stays on the task it was opened for, also when a refresh takes the selection away.
  const [canceling, setCanceling] = useState<string>();
  const noDuplicate = duplicateHindrance(task);
  const noCancel = task ? cancelHindrance(task) : NONE_SELECTED;
  const duplicate = () => {
    const kind = task && typeWords(task.Type).kind;
    if (kind) go(paths.createTask(kind, { duplicate: task.TaskId, fileSystemId }));
  };
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button disabled={noDuplicate !== undefined} disabledReason={noDuplicate} onClick={duplicate}>
        Duplicate task
      </Button>
      <Button
        disabled={noCancel !== undefined}
        disabledReason={noCancel}
        onClick={() => task && setCanceling(task.TaskId)}
      >
        Cancel task
      </Button>
      {canceling ? <CancelTaskModal taskId={canceling} onClose={() => setCanceling(undefined)} /> : null}
    </SpaceBetween>
  );
};

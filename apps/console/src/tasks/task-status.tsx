import Popover from '@cloudscape-design/components/popover';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { DataRepositoryTask, TaskLifecycle } from '@drt/contract/tasks';

import { visibleText } from '../shell/visible-text.ts';
import { isActive, lifecycleWord, progressText } from './words.ts';

const ICONS: Record<TaskLifecycle, StatusIndicatorProps.Type> = {
  PENDING: 'pending',
  EXECUTING: 'in-progress',
  SUCCEEDED: 'success',
  FAILED: 'error',
  CANCELING: 'in-progress',
  CANCELED: 'stopped',
};

interface TaskStatusProps {
  readonly task: Pick<DataRepositoryTask, 'Lifecycle' | 'FailureDetails' | 'TaskId'>;
}

/** The lifecycle with its icon; a failed task says why on demand. */
export const TaskStatus = ({ task }: TaskStatusProps) => {
  const { Lifecycle, FailureDetails, TaskId } = task;
  // A lifecycle that FSx adds later still shows, as what it is called.
  const type = Object.hasOwn(ICONS, Lifecycle) ? ICONS[Lifecycle] : 'info';
  const indicator = <StatusIndicator type={type}>{lifecycleWord(Lifecycle)}</StatusIndicator>;
  const why = Lifecycle === 'FAILED' ? FailureDetails?.Message : undefined;
  if (!why) return indicator;
  return (
    <Popover
      header="Failure details"
      content={visibleText(why)}
      dismissAriaLabel="Close"
      triggerAriaLabel={`${lifecycleWord(Lifecycle)}: show why ${TaskId} failed`}
      size="large"
      renderWithPortal
    >
      {indicator}
    </Popover>
  );
};

/** A bar once the total is known; before that, and after the end, the counts say it better. */
export const TaskProgress = ({ task }: { readonly task: DataRepositoryTask }) => {
  const { Lifecycle, Status } = task;
  if (!isActive(Lifecycle)) return null;
  if (Lifecycle === 'PENDING') return <StatusIndicator type="pending">Waiting to start</StatusIndicator>;
  const total = Status?.TotalCount;
  if (!total) return <StatusIndicator type="in-progress">{progressText(task)}</StatusIndicator>;
  const done = (Status.SucceededCount ?? 0) + (Status.FailedCount ?? 0);
  return (
    <ProgressBar
      // Full only when the task says that it is: counts can run ahead of the total.
      value={Math.min(99, Math.floor((100 * done) / total))}
      label="Progress"
      description={progressText(task)}
    />
  );
};

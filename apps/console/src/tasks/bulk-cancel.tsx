import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { useQueryClient } from '@tanstack/react-query';
import { type Ref, type SubmitEvent, useRef, useState } from 'react';

import { explainFailure, hasCode } from '../api/errors.ts';
import { callFsx } from '../api/fsx.ts';
import { ConfirmField } from '../shell/confirm-field.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { watchTask } from './watched-tasks.ts';
import { cancelHindrance, taskName, typeWords } from './words.ts';

interface BulkCancelModalProps {
  /** What was selected; those that cannot be canceled are left out, and that is said. */
  readonly selected: readonly DataRepositoryTask[];
  readonly onClose: () => void;
}

const FORM = 'bulk-cancel-form';
/** Cancels under way at a time: FSx limits requests per account. */
const AT_ONCE = 3;

type Outcome =
  | { readonly kind: 'canceling' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly why: string };

const INDICATORS: Record<Outcome['kind'], StatusIndicatorProps.Type> = {
  canceling: 'success',
  ended: 'info',
  gone: 'warning',
  failed: 'error',
};

const outcomeText = (outcome: Outcome) => {
  switch (outcome.kind) {
    case 'canceling':
      return 'Cancel requested';
    case 'ended':
      return 'Had already ended';
    case 'gone':
      return 'Does not exist';
    case 'failed':
      return outcome.why;
  }
};

const cancel = async (TaskId: string): Promise<Outcome> => {
  try {
    await callFsx('CancelDataRepositoryTask', { TaskId });
    return { kind: 'canceling' };
  } catch (error) {
    if (hasCode(error, 'DataRepositoryTaskEnded')) return { kind: 'ended' };
    if (hasCode(error, 'DataRepositoryTaskNotFound')) return { kind: 'gone' };
    return { kind: 'failed', why: explainFailure(error).header };
  }
};

/** Cancels one task after the other and keeps what came of each. */
const useCancels = () => {
  const client = useQueryClient();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [running, setRunning] = useState(false);
  const run = async (taskIds: readonly string[]) => {
    setRunning(true);
    setOutcomes((now) => new Map([...now].filter(([id]) => !taskIds.includes(id))));
    const waiting = [...taskIds];
    const work = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        const taskId = id;
        const outcome = await cancel(taskId);
        if (outcome.kind === 'canceling') watchTask(taskId, { why: 'canceled' });
        setOutcomes((now) => new Map(now).set(taskId, outcome));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    setRunning(false);
    await client.invalidateQueries({ queryKey: ['DescribeDataRepositoryTasks'] });
  };
  return { outcomes, running, run };
};

/** Asks for the number of tasks in words before it cancels them, then shows what came of each. */
export const BulkCancelModal = ({ selected, onClose }: BulkCancelModalProps) => {
  // The question stays the one that was asked, also when tasks end meanwhile: each outcome says so.
  const [tasks] = useState(() => selected.filter((task) => cancelHindrance(task) === undefined));
  const [typed, setTyped] = useState('');
  const { outcomes, running, run } = useCancels();
  const list = useRef<HTMLElement>(null);
  const phrase = `cancel ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  const begun = running || outcomes.size > 0;
  const ready = typed.trim().toLowerCase() === phrase && !begun;
  const failed = tasks.filter(({ TaskId }) => outcomes.get(TaskId)?.kind === 'failed').map(({ TaskId }) => TaskId);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!ready) return;
    void run(tasks.map(({ TaskId }) => TaskId));
    // The field goes; what comes of it is here.
    list.current?.focus();
  };

  return (
    <Modal
      visible
      header="Cancel data repository tasks"
      closeAriaLabel="Close"
      onDismiss={() => !running && onClose()}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant={begun ? 'normal' : 'link'} disabled={running} onClick={onClose}>
              {begun ? 'Close' : 'Keep tasks running'}
            </Button>
            {begun ? null : (
              <Button variant="primary" formAction="submit" form={FORM} disabled={!ready}>
                Cancel tasks
              </Button>
            )}
            {failed.length > 0 && !running ? (
              <Button variant="primary" onClick={() => void run(failed)}>
                {`Retry ${failed.length} failed`}
              </Button>
            ) : null}
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {begun ? (
          <ProgressBar
            label={running ? 'Canceling tasks' : 'Answered'}
            value={(outcomes.size / tasks.length) * 100}
            additionalInfo={`${outcomes.size} of ${tasks.length}`}
          />
        ) : (
          <Question leftOut={selected.length - tasks.length} />
        )}
        <TaskOutcomes ref={list} tasks={tasks} outcomes={outcomes} />
        {begun ? null : (
          <form id={FORM} onSubmit={submit}>
            <ConfirmField label={`To confirm, type "${phrase}"`} expected={phrase} typed={typed} onType={setTyped} />
          </form>
        )}
      </SpaceBetween>
    </Modal>
  );
};

const Question = ({ leftOut }: { readonly leftOut: number }) => (
  <Alert type="warning" statusIconAriaLabel="Warning">
    Files that still wait are not processed, and files in transfer are finished first. Nothing that is done is undone.
    {leftOut > 0
      ? ` ${leftOut} of the selected tasks ${leftOut === 1 ? 'has' : 'have'} ended or ${leftOut === 1 ? 'is' : 'are'} being canceled, and ${leftOut === 1 ? 'is' : 'are'} left out.`
      : null}
  </Alert>
);

interface TaskOutcomesProps {
  readonly tasks: readonly DataRepositoryTask[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly ref: Ref<HTMLElement>;
}

/** The tasks by name, each with what came of it. */
const TaskOutcomes = ({ tasks, outcomes, ref }: TaskOutcomesProps) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
  <section ref={ref} aria-label="Tasks" tabIndex={0} style={{ maxHeight: '16rem', overflow: 'auto' }}>
    <ul style={{ margin: 0, paddingInlineStart: '1.2rem' }}>
      {tasks.map((task) => {
        const outcome = outcomes.get(task.TaskId);
        const name = taskName(task);
        return (
          <li key={task.TaskId} style={{ overflowWrap: 'anywhere' }}>
            {task.TaskId} ({name ? `${visibleText(name)}, ` : ''}
            {typeWords(task.Type).name.toLowerCase()}){' '}
            {outcome ? <StatusIndicator type={INDICATORS[outcome.kind]}>{outcomeText(outcome)}</StatusIndicator> : null}
          </li>
        );
      })}
    </ul>
  </section>
);

import type { TaskLifecycle } from '@drt/contract/tasks';

import type { Transaction } from '../store/sql.ts';
import type { TaskRow } from '../store/tasks.ts';
import { noteActivity } from './observe.ts';

/**
 * The life of a data repository task:
 *
 *     PENDING ──► EXECUTING ──► SUCCEEDED
 *        │  │         │   └───► FAILED
 *        │  └──────── │ ──────► FAILED       (its file system cannot be used)
 *        └────────────┴───────► CANCELING ──► CANCELED
 *
 * PENDING waits for its turn: tasks of one file system execute one after the other, in the order of creation.
 * EXECUTING has a start time. CANCELING begins no further file and waits for those in flight. The three on the right
 * have an end time and never change again. Nothing but `move` writes the lifecycle of a task that exists.
 */
const NEXT: Readonly<Record<TaskLifecycle, readonly TaskLifecycle[]>> = {
  PENDING: ['EXECUTING', 'FAILED', 'CANCELING'],
  EXECUTING: ['SUCCEEDED', 'FAILED', 'CANCELING'],
  CANCELING: ['CANCELED'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELED: [],
};

export const canMove = (from: TaskLifecycle, to: TaskLifecycle): boolean => NEXT[from].includes(to);

const times: Partial<Record<TaskLifecycle, string>> = {
  EXECUTING: ', started_at = $4, updated_at = $4',
  SUCCEEDED: ', ended_at = $4, updated_at = $4',
  FAILED: ', ended_at = $4, updated_at = $4',
  CANCELED: ', ended_at = $4, updated_at = $4',
};

/**
 * Moves a task to another lifecycle, with the time that belongs to it.
 * @returns false when the task is no longer in `from`: somebody else moved it first.
 */
export async function move(
  tx: Transaction,
  task: Pick<TaskRow, 'id' | 'lifecycle' | 'created_at' | 'started_at' | 'updated_at'>,
  to: TaskLifecycle,
  clock: number,
): Promise<boolean> {
  if (!canMove(task.lifecycle, to)) throw new Error(`a task never goes from ${task.lifecycle} to ${to}`);
  const time = times[to];
  // Clocks are set back now and then; what is told of a task never goes back.
  const now = Math.max(clock, task.created_at, task.started_at ?? 0, task.updated_at ?? 0);
  const moved = await tx.query(
    `UPDATE tasks SET lifecycle = $1${time ?? ''} WHERE id = $2 AND lifecycle = $3 RETURNING id`,
    time ? [to, task.id, task.lifecycle, now] : [to, task.id, task.lifecycle],
  );
  if (moved.length > 0) await noteActivity(tx, task.id, to, now);
  return moved.length > 0;
}

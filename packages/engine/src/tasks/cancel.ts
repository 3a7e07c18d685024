import type { Input, Output } from '@drt/contract';
import { FsxError } from '@drt/contract/errors';
import { isFinished } from '@drt/contract/tasks';

import type { Context } from '../context.ts';
import { lockTask } from '../store/tasks.ts';
import { move } from './lifecycle.ts';
import { advance } from './progress.ts';

/** Files in flight are finished and counted, no other is begun; a task that is CANCELING already is left to it. */
export async function cancelDataRepositoryTask(
  context: Context,
  { TaskId: id }: Input<'CancelDataRepositoryTask'>,
): Promise<Output<'CancelDataRepositoryTask'>> {
  await context.sql.transaction(async (tx) => {
    const task = await lockTask(tx, id);
    if (!task) throw new FsxError('DataRepositoryTaskNotFound', `There is no task ${id}.`);
    if (isFinished(task.lifecycle)) {
      throw new FsxError('DataRepositoryTaskEnded', `Task ${id} has already ended: it is ${task.lifecycle}.`);
    }
    if (task.lifecycle === 'CANCELING') return;
    await move(tx, task, 'CANCELING', context.now());
    await advance(context, tx, id);
  });
  return { Lifecycle: 'CANCELING', TaskId: id };
}

import { establishAssociation } from './associations/create.ts';
import { removeAssociation } from './associations/delete.ts';
import type { Context } from './context.ts';
import { findAnswer } from './engine-operations.ts';
import { adoptFileSystem } from './file-systems/adopt.ts';
import { removeFileSystem } from './file-systems/delete.ts';
import type { Job, Lease } from './jobs/jobs.ts';
import { answer } from './questions/ask.ts';
import { workBatch } from './tasks/batch.ts';
import { finishTask } from './tasks/finish.ts';
import { planTask } from './tasks/plan.ts';
import { admitNext } from './tasks/progress.ts';
import { sweepBatch } from './tasks/sweep.ts';

/** Jobs of one worker at the same time: one more than it can transfer, so that planning goes on beside a batch. */
const JOBS_AT_A_TIME = 3;

function workJob(context: Context, job: Job, lease: Lease): Promise<void> {
  switch (job.kind) {
    case 'adopt-file-system':
      return adoptFileSystem(context, job);
    case 'delete-file-system':
      return removeFileSystem(context, job);
    case 'create-association':
      return establishAssociation(context, job);
    case 'delete-association':
      return removeAssociation(context, job);
    case 'answer':
      return answer(context, job, (question) => findAnswer(context, question));
    case 'admit':
      return context.sql.transaction((tx) => admitNext(context, tx, job.id));
    case 'plan':
      return planTask(context, job, lease.stop);
    case 'batch':
      return workBatch(context, job, lease);
    case 'sweep':
      return sweepBatch(context, job);
    case 'finish':
      return finishTask(context, job, lease.stop);
  }
}

/** A worker: takes jobs until the signal aborts. */
export const workJobs = (
  context: Context,
  { signal, worker }: { readonly signal: AbortSignal; readonly worker: string },
): Promise<void> =>
  context.jobs.work((job, lease) => workJob(context, job, lease), {
    signal,
    worker,
    concurrency: JOBS_AT_A_TIME,
    onFailure: (job, error) =>
      context.log.error({ job, error: error instanceof Error ? error.stack : error }, 'job failed'),
  });

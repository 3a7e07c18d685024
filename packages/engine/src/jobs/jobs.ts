import type { Transaction } from '../store/sql.ts';

/** What a worker has to do. Each names rows; what those rows say when the job is worked is what counts. */
export type Job =
  | { readonly kind: 'adopt-file-system'; readonly id: string }
  | { readonly kind: 'delete-file-system'; readonly id: string }
  | { readonly kind: 'create-association'; readonly id: string }
  | { readonly kind: 'delete-association'; readonly id: string; readonly deleteData: boolean }
  | { readonly kind: 'answer'; readonly id: string }
  | { readonly kind: 'admit'; readonly id: string }
  | { readonly kind: 'plan'; readonly id: string }
  | { readonly kind: 'batch'; readonly id: string; readonly number: number }
  | { readonly kind: 'sweep'; readonly id: string; readonly number: number }
  | { readonly kind: 'finish'; readonly id: string };

/** A worker's hold on the job it works. */
export interface Lease {
  /** Aborts when the worker is to stop: what is in flight may be finished, the rest is handed back. */
  readonly stop: AbortSignal;
  /**
   * Whether no other worker can have been given the job. Goes by a clock that runs on while this process stands still, so
   * a worker that was suspended and wakes late learns here, before it writes anything, that its time is over.
   */
  isHeld(): boolean;
}

interface WorkOptions {
  readonly signal: AbortSignal;
  /** Names the worker in its leases. */
  readonly worker: string;
  /** Jobs at work at the same time. */
  readonly concurrency: number;
  /** Told of a job that threw. It will be given out again. */
  readonly onFailure: (job: Job, error: unknown) => void;
}

/**
 * The port to the queue. What an implementation promises (see `jobs.contract.ts`):
 * - A job is enqueued inside the caller's transaction: no commit, no job.
 * - Every job is handed out at least once; again when the worker died, lost its lease or threw. Handlers are fenced by
 *   numbers of their own, because a worker that lost its lease may still be running.
 * - Jobs are handed out in the order in which they were enqueued, as far as several workers can keep an order.
 * - `work` resolves once its signal has aborted and every handler has returned. A handler that throws because of that
 *   abort hands its job back at once.
 */
export interface Jobs {
  enqueue(tx: Transaction, jobs: readonly Job[]): Promise<void>;
  work(handler: (job: Job, lease: Lease) => Promise<void>, options: WorkOptions): Promise<void>;
  /**
   * Ends the leases of one worker that is known to be dead, or of all. `delayMs`: nobody takes its jobs before, so that
   * what has hung one worker does not hang the next at once.
   */
  handBack(worker?: string, options?: { readonly delayMs?: number }): Promise<void>;
}

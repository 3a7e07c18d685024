import type { Input, OperationName, Output } from '@drt/contract';
import type { EngineInput, EngineOperationName, EngineOutput } from '@drt/contract/engine-api';

import { type EngineOptions, openContext } from './context.ts';
import { engineOperations } from './engine-operations.ts';
import { operations } from './operations.ts';
import { workJobs } from './work.ts';

export type { EngineOptions, Log } from './context.ts';
export { DatabaseFailure } from './store/failure.ts';

export interface Engine extends AsyncDisposable {
  /**
   * One FSx operation.
   * @throws FsxError what the caller did wrong, with one of the modelled codes.
   */
  call<Name extends OperationName>(operation: Name, input: Input<Name>): Promise<Output<Name>>;
  /**
   * What the engine tells beyond FSx: how work goes, what failed, what is in a directory.
   * @throws FsxError as above.
   */
  tell<Name extends EngineOperationName>(operation: Name, input: EngineInput<Name>): Promise<EngineOutput<Name>>;
  /**
   * Works jobs until the signal aborts, and resolves when work in flight is finished or handed back. `worker` names
   * this worker in its leases: see `handBack`.
   */
  work(options: { readonly signal: AbortSignal; readonly worker?: string }): Promise<void>;
  /**
   * Gives the jobs of a worker that is known to be dead, or of all workers, to the living at once instead of when their
   * leases run out; `delayMs` keeps them back for a while. Wrong guesses do no harm: every write of a worker is fenced
   * on its attempt.
   */
  handBack(worker?: string, options?: { readonly delayMs?: number }): Promise<void>;
  /** Whether a task is CANCELING: somebody waits for work to stop. */
  isCanceling(): Promise<boolean>;
}

/**
 * Opens the engine on its database, creating or migrating it.
 * @throws DatabaseFailure with a sentence for whoever started it.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const context = await openContext(options);
  return {
    call: (operation, input) => operations[operation](context, input),
    tell: (operation, input) => engineOperations[operation](context, input),
    work: ({ signal, worker = `pid-${process.pid}` }) => workJobs(context, { signal, worker }),
    handBack: (worker, options) => context.jobs.handBack(worker, options),
    isCanceling: async () => {
      const rows = await context.sql.query("SELECT id FROM tasks WHERE lifecycle = 'CANCELING' LIMIT 1");
      return rows.length > 0;
    },
    [Symbol.asyncDispose]: () => context[Symbol.asyncDispose](),
  };
}

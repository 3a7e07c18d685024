import type { Engine } from '@drt/engine';
import type { Logger } from 'pino';

import { type Child, keepRunning, type Kept, startChild } from './child.ts';
import { workerEnvironment } from './config.ts';
import { watchBeats } from './heartbeat.ts';

const ENTRY = new URL('worker.ts', import.meta.url);

/** What hung one worker may hang the next: others have a turn before. Short enough for a cancel that comes meanwhile. */
const REST_MS = 20_000;

interface WorkerOptions {
  readonly count: number;
  /** URL of the sandbox, if it is the store. */
  readonly sandbox: string | undefined;
  readonly engine: Pick<Engine, 'handBack' | 'isCanceling'>;
  readonly log: Logger;
}

/** Starts worker processes and keeps that many running. */
export const startWorkers = ({ count, sandbox, engine, log }: WorkerOptions): Kept => {
  const start = () => startChild(ENTRY, workerEnvironment(sandbox));
  const hung = new Set<Child>();
  // What a dead worker had in hand need not wait until its leases run out.
  const afterwards = async (dead: Child) => {
    const rests = hung.delete(dead) && !(await engine.isCanceling());
    await engine.handBack(`pid-${dead.pid}`, rests ? { delayMs: REST_MS } : {});
  };
  const watch = (child: Child) =>
    watchBeats({
      child,
      isUrgent: () => engine.isCanceling(),
      onHung: () => {
        log.warn({ childPid: child.pid }, 'a worker hangs, most likely in a file system that does not answer: killed');
        hung.add(child);
        child.kill();
      },
    });
  const workers = Array.from({ length: count }, (_, index) =>
    keepRunning({ name: `worker ${index + 1}`, first: start(), again: start, watch, afterwards, log }),
  );
  return {
    async stop(graceMilliseconds) {
      await Promise.all(workers.map((worker) => worker.stop(graceMilliseconds)));
    },
  };
};

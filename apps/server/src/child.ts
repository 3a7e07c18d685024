import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import type { Logger } from 'pino';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A Node process of ours that is told to stop with SIGTERM, and ends by itself when its channel to us closes: then
 * even a SIGKILL of this process leaves nothing behind.
 */
export interface Child {
  readonly pid: number | undefined;
  /** Its message of the type `ready`; rejects when it ends before. */
  readonly ready: Promise<unknown>;
  /** How it ended, in words. Never rejects. */
  readonly ended: Promise<string>;
  /** Tells of every message it sends. */
  onMessage(listener: (message: unknown) => void): void;
  /** SIGKILL. One that the kernel does not let go of, in a call to a dead disk, is given up soon and counts as ended. */
  kill(): void;
  /** SIGTERM, and SIGKILL after the grace. Resolves when it has ended. */
  stop(graceMilliseconds: number): Promise<void>;
}

/** How long a process may take to end after SIGKILL. */
const GIVE_UP = 1500;

const isReady = (message: unknown) =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';

const endOf = async (child: ReturnType<typeof fork>): Promise<string> => {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]; // as documented by Node
    return signal ? `ended by ${signal}` : `ended with exit code ${code}`;
  } catch (error) {
    // `once` rejects on 'error': the process could not be started at all.
    return `could not start: ${String(error)}`;
  }
};

/** Starts a TypeScript file as a process. Its standard error is ours; what it prints for people is not wanted here. */
export const startChild = (entry: URL, environment: Environment): Child => {
  const child = fork(fileURLToPath(entry), {
    env: { ...environment },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // A group of its own: Ctrl-C in a terminal reaches only this process, which then stops its children in order.
    detached: true,
  });
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<string>();
  const ended = Promise.race([endOf(child), givenUp]);
  const kill = () => {
    child.kill('SIGKILL');
    setTimeout(() => giveUp('did not end by SIGKILL, and was given up'), GIVE_UP).unref();
  };
  const ready = new Promise<unknown>((resolve, reject) => {
    child.on('message', (message) => isReady(message) && resolve(message));
    void ended.then((how) => reject(new Error(how)));
  });
  ready.catch(() => {}); // Whoever waits for it sees the rejection; nobody has to.

  return {
    pid: child.pid,
    ready,
    ended,
    onMessage: (listener) => void child.on('message', listener),
    kill,
    async stop(graceMilliseconds) {
      child.kill('SIGTERM');
      const timeUp = setTimeout(kill, graceMilliseconds);
      await ended;
      clearTimeout(timeUp);
    },
  };
};

const SHORTEST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;
/** A child that lived this long was well: the next pause is the shortest again. */
const WELL = 60_000;

export interface Kept {
  stop(graceMilliseconds: number): Promise<void>;
}

interface KeepRunning {
  readonly name: string;
  readonly first: Child;
  readonly again: () => Child;
  /** Looks after one while it runs. */
  readonly watch?: (child: Child) => Disposable;
  /** What to do about one that ended unexpectedly, before the next is started. */
  readonly afterwards?: (dead: Child) => Promise<void>;
  readonly log: Logger;
}

/** Starts a child again whenever it ends, with growing pauses, until it is stopped. */
export const keepRunning = ({ name, first, again, watch, afterwards, log }: KeepRunning): Kept => {
  const stopping = new AbortController();
  let child = first;

  const keep = async () => {
    let pause = SHORTEST_PAUSE;
    for (;;) {
      const since = performance.now();
      const watching = watch?.(child);
      const how = await child.ended;
      watching?.[Symbol.dispose]();
      if (stopping.signal.aborted) return;
      if (performance.now() - since > WELL) pause = SHORTEST_PAUSE;
      log.warn({ child: name, childPid: child.pid, pause }, `${name} ${how}; starting it again`);
      await afterwards?.(child).catch((error: unknown) => log.error({ child: name, err: error }, 'cleaning up failed'));
      await delay(pause, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      pause = Math.min(pause * 2, LONGEST_PAUSE);
      child = again();
    }
  };
  const kept = keep();

  return {
    async stop(graceMilliseconds) {
      stopping.abort();
      await child.stop(graceMilliseconds);
      await kept;
    },
  };
};

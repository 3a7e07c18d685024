import { setImmediate as turn } from 'node:timers/promises';

import type { Child } from './child.ts';

/**
 * Both ends of a worker's heartbeat. File calls of a worker block it, and on a mount that hangs they never return: then
 * it says nothing any more, and nothing but SIGKILL ends it.
 */

const BEAT_MS = 1000;

/** Looks without a beat after which a worker hangs. A file that comes from tape or another site may take long. */
const HUNG_AFTER = 60;
/** The same while somebody waits for work to stop: what killing costs is a second of work that is done again. */
const HUNG_AFTER_IF_URGENT = 10;

/** The worker's end: tells the process that forked this one, if any, that its event loop turns. */
export const beat = (everyMs: number = BEAT_MS): void => {
  setInterval(() => process.connected && process.send?.({ type: 'beat' }), everyMs).unref();
};

const isBeat = (message: unknown) =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'beat';

interface Watch {
  readonly child: Pick<Child, 'ready' | 'onMessage'>;
  /** Whether to be impatient; asked only about a worker that is late. */
  readonly isUrgent: () => Promise<boolean>;
  /** Told at every look that finds it hung. */
  readonly onHung: () => void;
  readonly everyMs?: number;
}

/**
 * The server's end. What counts is looks, not time: for as long as this process itself stood still (SIGSTOP, a laptop
 * asleep) it has missed one look and no more.
 */
export const watchBeats = ({ child, isUrgent, onHung, everyMs = BEAT_MS }: Watch): Disposable => {
  let missed = 0;
  let isOver = false;
  let isStarted = false;
  child.ready.then(
    () => (isStarted = true),
    () => undefined,
  );
  child.onMessage((message) => {
    if (isBeat(message)) missed = 0;
  });

  const look = async () => {
    missed += 1;
    // Beats that came meanwhile are in the pipe, and are read before this turn is over.
    await turn();
    if (missed < HUNG_AFTER_IF_URGENT) return;
    // One that starts is slow, not hung: it has touched no file system yet.
    const isLate = missed >= HUNG_AFTER || (isStarted && (await isUrgent()));
    if (isLate && missed >= HUNG_AFTER_IF_URGENT && !isOver) onHung();
  };
  const looks = setInterval(() => {
    // Should the database not say whether it is urgent, then it is not.
    look().catch(() => undefined);
  }, everyMs);
  return {
    [Symbol.dispose]: () => {
      isOver = true;
      clearInterval(looks);
    },
  };
};

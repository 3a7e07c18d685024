import { appendFileSync } from 'node:fs';

import { startChild } from './child.ts';
import { beat, watchBeats } from './heartbeat.ts';

/** A server and its worker as far as the heartbeat goes, ten times as fast as the real ones. */
const EVERY = 100;

const { ROLE: role, BEATS: beats = '', READY: ready, URGENT: urgent } = process.env;

if (role === 'worker') {
  process.on('disconnect', () => process.exit(0));
  beat(EVERY);
  if (ready) process.send?.({ type: 'ready' });
  // How a test sees that it lives while nobody listens.
  setInterval(() => appendFileSync(beats, '.'), EVERY);
} else {
  const child = startChild(new URL(import.meta.url), { ...process.env, ROLE: 'worker' });
  let asked = 0;
  const watching = watchBeats({
    child,
    everyMs: EVERY,
    isUrgent: async () => {
      asked += 1;
      return urgent === 'yes';
    },
    onHung: () => {
      process.send?.({ type: 'hung', asked });
      child.kill();
    },
  });
  process.send?.({ type: 'worker', pid: child.pid });
  process.send?.({ type: 'ended', how: await child.ended });
  watching[Symbol.dispose]();
  process.disconnect();
}

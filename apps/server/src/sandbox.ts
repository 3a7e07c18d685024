import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import { keepRunning, type Kept, startChild } from './child.ts';
import { type Config, ConfigError, sandboxEnvironment } from './config.ts';

const ENTRY = new URL('main.ts', import.meta.resolve('@drt/s3-sandbox'));

/** The bucket that a new sandbox has, for the sample. */
export const SAMPLE_BUCKET = 'fsx-sample';

export interface Sandbox extends Kept {
  /** Where it answers, e.g. `http://127.0.0.1:9090`. */
  readonly url: string;
}

const isTaken = async (port: number): Promise<boolean> => {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
    probe.close();
    return false;
  } catch {
    return true;
  }
};

/** The message of the sandbox, which is our own program: the check is there for the day it changes. */
const urlOf = (message: unknown): string => {
  if (typeof message === 'object' && message !== null && 'url' in message && typeof message.url === 'string') {
    return message.url;
  }
  throw new Error('the S3 sandbox did not say where it listens');
};

// A server that was killed leaves a sandbox that ends by itself, a moment later.
const ATTEMPTS = 15;
const PAUSE = 200;

/**
 * Starts the S3 sandbox over `DATA_DIR/buckets` and keeps it running on the same port.
 * @throws ConfigError when another program has its port.
 */
export const startSandbox = async (config: Config, port: number, log: Logger): Promise<Sandbox> => {
  const start = (on: number) => startChild(ENTRY, sandboxEnvironment(config, on, [SAMPLE_BUCKET]));

  for (let attempt = 1; ; attempt++) {
    const first = start(port);
    try {
      const url = urlOf(await first.ready);
      const again = () => start(Number(new URL(url).port));
      return { url, ...keepRunning({ name: 'S3 sandbox', first, again, log }) };
    } catch (error) {
      if (!(await isTaken(port))) throw new Error('The S3 sandbox did not start', { cause: error });
      if (attempt === ATTEMPTS) {
        throw new ConfigError([
          `Port ${port}, where the S3 sandbox should listen, is used by another program: set SANDBOX_S3_PORT to a free port, or to 0 for any.`,
        ]);
      }
      await delay(PAUSE);
    }
  }
};

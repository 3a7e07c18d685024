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

/** The message of the sandbox, which is our own program: the check is there for the day it changes. */
const urlOf = (message: unknown): string => {
  if (typeof message === 'object' && message !== null && 'url' in message && typeof message.url === 'string') {
    return message.url;
  }
  throw new Error('the S3 sandbox did not say where it listens');
};

/**
 * Starts the S3 sandbox over `DATA_DIR/buckets` and keeps it running on the same port.
 * @throws ConfigError when it cannot start, most often because another program has its port. It has said so itself.
 */
export const startSandbox = async (config: Config, port: number, log: Logger): Promise<Sandbox> => {
  const start = (on: number) => startChild(ENTRY, sandboxEnvironment(config, on, [SAMPLE_BUCKET]));
  const first = start(port);
  const message = await first.ready.catch(() => {
    throw new ConfigError(['The S3 sandbox could not start: see the line above.']);
  });
  const url = urlOf(message);
  const again = () => start(Number(new URL(url).port));
  return { url, ...keepRunning({ name: 'S3 sandbox', first, again, log }) };
};

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { ConfigError } from './config.ts';

/** `SQLITE_BUSY`. */
const isBusy = (error: unknown) => error instanceof Error && 'errcode' in error && error.errcode === 5;

/**
 * Keeps a second server off the same data directory, for as long as this process lives: a lock of SQLite on a file of
 * its own, which the operating system lets go when the process ends, however it ends.
 * @throws ConfigError when another server has it
 */
export const holdDataDirectory = (dataDirectory: string): Disposable => {
  mkdirSync(dataDirectory, { recursive: true });
  const lock = new DatabaseSync(join(dataDirectory, 'server.lock'), { timeout: 0 });
  try {
    // The lock is what counts; the transaction never writes.
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    throw new ConfigError([
      `DATA_DIR ${dataDirectory} is in use by another server: stop that one, or set DATA_DIR to a directory of its own.`,
    ]);
  }
  return { [Symbol.dispose]: () => lock.close() };
};

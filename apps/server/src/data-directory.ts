import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { ConfigError } from './config.ts';

/** `SQLITE_BUSY`. */
const isBusy = (error: unknown) => error instanceof Error && 'errcode' in error && error.errcode === 5;

const refusal = (dataDirectory: string, error: unknown) =>
  isBusy(error)
    ? `DATA_DIR ${dataDirectory} is in use by another server: stop that one, or set DATA_DIR to a directory of its own.`
    : `DATA_DIR ${dataDirectory} cannot be written (${error instanceof Error ? error.message : String(error)}): see to its disk and permissions, or set DATA_DIR to another directory.`;

/**
 * Keeps a second server off the same data directory, for as long as this process lives: a lock of SQLite on a file of
 * its own, which the operating system lets go when the process ends, however it ends.
 * @throws ConfigError when another server has it, or it cannot be written
 */
export const holdDataDirectory = (dataDirectory: string): Disposable => {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(dataDirectory, { recursive: true });
    // SQLite would open a file that it may only read, and lock nothing.
    accessSync(dataDirectory, constants.W_OK);
    lock = new DatabaseSync(join(dataDirectory, 'server.lock'), { timeout: 0 });
    // The lock is what counts; the transaction never writes.
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    throw new ConfigError([refusal(dataDirectory, error)]);
  }
  const held = lock;
  return { [Symbol.dispose]: () => held.close() };
};

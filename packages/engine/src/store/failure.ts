/** The database as it is found cannot be used; the message says why and what to do. For whoever starts the program. */
export class DatabaseFailure extends Error {
  override readonly name = 'DatabaseFailure';
}

/** The schema was made by a later version of this program. */
export class NewerSchema extends Error {}

/**
 * What an error of SQLite means for us:
 * - `busy`: another process writes, or recovers the log: try again a little later.
 * - `full`: no space; the transaction is undone, and the next may succeed.
 * - `unopened`: the file or one beside it could not be opened; likewise.
 * - `read-only`: the file may not be written.
 * - `io`: the disk failed. What a commit wrote is unknown, so nothing more may be built on it.
 * - `damaged`: the file is not what SQLite wrote.
 */
export type Trouble = 'busy' | 'full' | 'unopened' | 'read-only' | 'io' | 'damaged';

/** By SQLite's primary result code. */
const TROUBLES: Readonly<Record<number, Trouble>> = {
  5: 'busy',
  8: 'read-only',
  10: 'io',
  11: 'damaged',
  13: 'full',
  14: 'unopened',
  // A race for the log that SQLite gave up on.
  15: 'busy',
  26: 'damaged',
};

/** Extended result codes that say more than their class. */
const EXTENDED: Readonly<Record<number, Trouble>> = {
  // SQLITE_IOERR_SHMSIZE: the index of the log could not grow. That is a full disk.
  4874: 'full',
  // SQLITE_READONLY_DBMOVED: the file was removed or replaced under us. What is written now is lost.
  1032: 'io',
};

/** undefined for errors that are not about the state of the database, such as a violated constraint. */
export const troubleOf = (error: unknown): Trouble | undefined => {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return EXTENDED[error.errcode] ?? TROUBLES[error.errcode & 0xff];
};

const SENTENCES: Readonly<Record<Trouble, (path: string, reason: string) => string>> = {
  busy: (path) => `The database ${path} is locked by another program: stop that one.`,
  full: (path) => `There is no space for the database ${path}: free some, then start again.`,
  unopened: (path, reason) =>
    `The database ${path} could not be opened (${reason}): make it and its directory readable and writable.`,
  'read-only': (path) =>
    `The database ${path} cannot be written: make it and its directory writable, or set DATA_DIR to another directory.`,
  io: (path, reason) =>
    `The disk failed under the database ${path} (${reason}): see to the disk, then start again or restore a backup.`,
  damaged: (path, reason) =>
    `The database ${path} is damaged (${reason}), and was left as it is: restore a backup of it, or move it away together with ${path}-wal to start with an empty one.`,
};

/** A database that is there and is not sound. */
export const damaged = (path: string, reason: string): DatabaseFailure =>
  // SQLite puts some of its reasons on several lines.
  new DatabaseFailure(SENTENCES.damaged(path, reason.replaceAll(/\s+/g, ' ')));

/** What went wrong with opening the database at `path`, in words; other errors as they are. */
export const openingFailure = (path: string, error: unknown): unknown => {
  if (error instanceof NewerSchema) {
    return new DatabaseFailure(
      `The database ${path} was written by a later version (${error.message}): start that version, or restore a backup of this one's.`,
    );
  }
  const trouble = troubleOf(error);
  // `troubleOf` knows only errors of SQLite.
  return trouble ? new DatabaseFailure(SENTENCES[trouble](path, (error as Error).message), { cause: error }) : error;
};

import { AsyncLocalStorage } from 'node:async_hooks';
import { statSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

import { damaged, openingFailure, troubleOf } from './failure.ts';
import { forDialect, type Sql, type Transaction, type Value } from './sql.ts';

/** How long a call waits for the writers of other processes before it gives up. */
const BUSY_LIMIT_MS = 30_000;

/** While a connection is opened nothing else goes on in this process, so SQLite may wait inside the call. */
const OPEN_LIMIT_MS = 5000;

class Connection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, settings: string) {
    this.#database = new DatabaseSync(path, { timeout: OPEN_LIMIT_MS });
    try {
      // From here on no busy timeout: SQLite would wait inside the call and block the event loop. `patiently` waits
      // outside instead.
      this.#database.exec(`${settings} PRAGMA busy_timeout = 0;`);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  exec(script: string) {
    this.#database.exec(script);
  }

  all<Row>(text: string, values: readonly Value[]): Row[] {
    let statement = this.#statements.get(text);
    if (!statement) {
      // `$1` would be a parameter named "$1" here; `?1` is the numbered one.
      statement = this.#database.prepare(text.replaceAll(/\$(\d+)/g, '?$1'));
      this.#statements.set(text, statement);
    }
    // The row's type is what the statement selects: its author vouches for it.
    return statement.all(...values) as Row[];
  }

  /** After some failures SQLite has undone the transaction by itself. */
  rollback() {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }

  close() {
    this.#database.close();
  }
}

/** Tries again, for a while and with pauses in which this process does other things, what another process is in the way of. */
const patiently = async <Result>(attempt: () => Result): Promise<Result> => {
  const giveUpAt = performance.now() + BUSY_LIMIT_MS;
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    try {
      return attempt();
    } catch (error) {
      if (troubleOf(error) !== 'busy' || performance.now() > giveUpAt) throw error;
      await delay(Math.random() * wait);
    }
  }
};

/**
 * Reads the whole file, changing nothing, for damage that would otherwise be met at some later time. Does nothing where
 * there is no file yet.
 * @param isKnownUsed whether something was kept in this database before, so that an empty file is a loss.
 * @throws DatabaseFailure
 */
export function checkSqlite(path: string, isKnownUsed: boolean): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return;
  // To SQLite that is a new database.
  if (size === 0 && isKnownUsed) throw damaged(path, 'the file is empty');
  let found: unknown[];
  try {
    // Read-only: closing would otherwise move the log into the file, sound or not.
    const database = new DatabaseSync(path, { readOnly: true, timeout: OPEN_LIMIT_MS });
    try {
      found = database.prepare('PRAGMA quick_check(1)').all();
    } finally {
      database.close();
    }
  } catch (error) {
    throw openingFailure(path, error);
  }
  const [first] = found;
  // The pragma's one column; 'ok' when nothing was found.
  const { quick_check: verdict } = (first ?? {}) as { readonly quick_check?: string };
  if (verdict !== 'ok') throw damaged(path, verdict ?? 'it could not be checked');
}

/**
 * SQLite in WAL mode behind the `Sql` port: one connection reads, one writes. A commit is on disk when it returns
 * (`synchronous=FULL`), since a create that was answered must survive a power cut.
 * @param onBroken called once when the disk failed or the file is damaged. From then on every call fails, because
 *   nothing that is read or written afterwards can be relied on; the caller ends the process.
 */
export function openSqlite(path: string, onBroken: (error: Error) => void = () => undefined): Sql {
  const writer = new Connection(
    path,
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;',
  );
  const reader = new Connection(path, 'PRAGMA query_only = ON;');

  const inside = new AsyncLocalStorage<true>();
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;
  let broken: Error | undefined;

  /** Every use of a connection goes through here. */
  const guarded = <Result>(use: () => Result): Result => {
    if (broken) throw broken;
    try {
      return use();
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === 'io' || trouble === 'damaged') {
        // `troubleOf` knows only errors.
        broken = error as Error;
        onBroken(broken);
      }
      throw error;
    }
  };

  const run = async <Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> => {
    await patiently(() => guarded(() => writer.exec('BEGIN IMMEDIATE')));
    try {
      const result = await work({
        writable: true,
        query: async <Row extends object>(text: string, values: readonly Value[] = []) =>
          guarded(() => writer.all<Row>(text, values)),
      });
      guarded(() => writer.exec('COMMIT'));
      return result;
    } catch (error) {
      if (!broken) writer.rollback();
      throw error;
    }
  };

  const transaction = <Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> => {
    if (inside.getStore()) return Promise.reject(new Error('a transaction was begun inside a transaction'));
    if (closed) return Promise.reject(new Error('the database is closed'));
    const mine = turn.then(() => inside.run(true, () => run(work)));
    turn = mine.catch(() => undefined);
    return mine;
  };

  return {
    dialect: 'sqlite',
    transaction,
    // A reader meets others too: one that recovers the log, or the last one to close it.
    query: <Row extends object>(text: string, values: readonly Value[] = []) =>
      patiently(() => guarded(() => reader.all<Row>(text, values))),
    migrate: (script) =>
      transaction(async () => {
        guarded(() => writer.exec(forDialect(script, 'sqlite')));
      }),
    [Symbol.asyncDispose]: async () => {
      if (closed) return;
      closed = true;
      await turn;
      reader.close();
      writer.close();
    },
  };
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

import { forDialect, type Sql, type Transaction, type Value } from './sql.ts';

/** `SQLITE_BUSY` and its extended codes. */
const isBusy = (error: unknown) =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5;

/** How long a writer waits for the writers of other processes before it gives up. */
const BUSY_LIMIT_MS = 30_000;

class Connection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string) {
    // No busy timeout: SQLite would wait inside the call and block the event loop. `begin` waits outside instead.
    this.#database = new DatabaseSync(path, { timeout: 0 });
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

  close() {
    this.#database.close();
  }
}

/**
 * SQLite in WAL mode behind the `Sql` port: one connection reads, one writes. A commit is on disk when it returns
 * (`synchronous=FULL`), since a create that was answered must survive a power cut.
 */
export function openSqlite(path: string): Sql {
  const writer = new Connection(path);
  writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
  const reader = new Connection(path);
  reader.exec('PRAGMA query_only = ON;');

  const inside = new AsyncLocalStorage<true>();
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;

  const begin = async () => {
    const giveUpAt = performance.now() + BUSY_LIMIT_MS;
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      try {
        writer.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > giveUpAt) throw error;
        await delay(Math.random() * wait);
      }
    }
  };

  const run = async <Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> => {
    await begin();
    try {
      const result = await work({
        writable: true,
        query: async <Row extends object>(text: string, values: readonly Value[] = []) => writer.all<Row>(text, values),
      });
      writer.exec('COMMIT');
      return result;
    } catch (error) {
      writer.exec('ROLLBACK');
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
    query: async <Row extends object>(text: string, values: readonly Value[] = []) => reader.all<Row>(text, values),
    migrate: (script) =>
      transaction(async () => {
        writer.exec(forDialect(script, 'sqlite'));
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

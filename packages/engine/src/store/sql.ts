/**
 * The port to the database. One dialect is written against it, understood by SQLite and PostgreSQL alike: `$1`
 * placeholders, `RETURNING`, `ON CONFLICT`, `bigint` milliseconds for time, `text` for JSON, 0 and 1 for booleans.
 *
 * What an implementation promises (see `sql.contract.ts`):
 * - `query` outside a transaction only reads, and never sees a transaction that has not committed.
 * - `transaction` runs its function with all or nothing; a throw rolls back and is passed on. Writers take turns.
 * - The function may run again when the database asks for it (conflict, deadlock), so it does nothing else.
 * - A transaction inside a transaction is refused with an error instead of hanging.
 * - Integers come back as numbers, text as strings, NULL as null. Text compares by its UTF-8 bytes where the schema
 *   says so (`COLLATE "C"` on PostgreSQL).
 */
export interface Sql extends AsyncDisposable {
  readonly dialect: 'sqlite' | 'postgres';
  query<Row extends object>(text: string, values?: readonly Value[]): Promise<Row[]>;
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** Several statements without values: migrations only. Runs inside its own transaction. */
  migrate(script: string): Promise<void>;
}

export type Value = string | number | null;

export interface Transaction {
  query<Row extends object>(text: string, values?: readonly Value[]): Promise<Row[]>;
  /** Keeps `Sql` itself from being passed where a transaction is needed. */
  readonly writable: true;
}

/** `($1,$2),($3,$4)` for `rows` rows of `columns` values, counting from `first`. */
export const placeholders = (rows: number, columns: number, first = 1): string =>
  Array.from(
    { length: rows },
    (_, row) => `(${Array.from({ length: columns }, (__, column) => `$${first + row * columns + column}`).join(',')})`,
  ).join(',');

/** The parts of a migration that only one database understands: `/*postgres: COLLATE "C" *\/` and its like. */
export const forDialect = (script: string, dialect: Sql['dialect']): string =>
  script.replaceAll(/\/\*(sqlite|postgres):(.*?)\*\//g, (_, name: string, part: string) =>
    name === dialect ? part : '',
  );

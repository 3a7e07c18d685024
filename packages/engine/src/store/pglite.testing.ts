import { AsyncLocalStorage } from 'node:async_hooks';

import { PGlite } from '@electric-sql/pglite';

import { forDialect, type Sql, type Transaction, type Value } from './sql.ts';

/**
 * PostgreSQL inside the process, behind the `Sql` port: shows in every test run that what is written for SQLite is also
 * PostgreSQL. It has one connection, so nothing here says how several get along.
 */
export async function openPglite(): Promise<Sql> {
  const database = await PGlite.create();
  const inside = new AsyncLocalStorage<true>();

  const transaction = async <Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> => {
    if (inside.getStore()) throw new Error('a transaction was begun inside a transaction');
    return inside.run(true, () =>
      database.transaction((tx) =>
        work({
          writable: true,
          query: async <Row extends object>(text: string, values: readonly Value[] = []) =>
            (await tx.query<Row>(text, [...values])).rows,
        }),
      ),
    );
  };

  return {
    dialect: 'postgres',
    transaction,
    query: async <Row extends object>(text: string, values: readonly Value[] = []) =>
      (await database.query<Row>(text, [...values])).rows,
    migrate: async (script) => {
      await database.transaction((tx) => tx.exec(forDialect(script, 'postgres')));
    },
    [Symbol.asyncDispose]: () => database.close(),
  };
}

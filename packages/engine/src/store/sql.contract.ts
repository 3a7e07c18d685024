import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { placeholders, type Sql } from './sql.ts';

/** What `sql.ts` promises of every implementation. */
export function sqlContract(name: string, open: () => Promise<Sql>): void {
  describe(`Sql on ${name}`, () => {
    let sql: Sql;
    beforeAll(async () => {
      sql = await open();
      await sql.migrate(
        'CREATE TABLE things (id text /*postgres: COLLATE "C" */ PRIMARY KEY, n bigint, note text); CREATE TABLE others (id bigint PRIMARY KEY);',
      );
    });
    afterAll(async () => {
      await sql[Symbol.asyncDispose]();
    });

    const ids = async () => (await sql.query<{ id: string }>('SELECT id FROM things ORDER BY id')).map(({ id }) => id);
    const clear = () => sql.transaction((tx) => tx.query('DELETE FROM things'));
    const insert = (...rows: [string, number | null, string | null][]) =>
      sql.transaction((tx) =>
        tx.query(`INSERT INTO things (id, n, note) VALUES ${placeholders(rows.length, 3)}`, rows.flat()),
      );

    test('integers come back as numbers, text as strings, NULL as null', async () => {
      await clear();
      await insert(['a', 1_790_000_000_123, 'é\n"'], ['b', null, null]);
      const rows = await sql.query('SELECT id, n, note FROM things ORDER BY id');
      expect(rows.map((row) => ({ ...row }))).toEqual([
        { id: 'a', n: 1_790_000_000_123, note: 'é\n"' },
        { id: 'b', n: null, note: null },
      ]);
      const [count] = await sql.query<{ count: number }>('SELECT count(*) AS count FROM things');
      expect(count?.count).toBe(2);
    });

    test('placeholders may come in any order and more than once', async () => {
      await clear();
      await insert(['a', 1, 'x'], ['b', 2, 'x']);
      const rows = await sql.query<{ id: string }>('SELECT id FROM things WHERE n = $2 AND note = $1 AND n = $2', [
        'x',
        2,
      ]);
      expect(rows.map(({ id }) => id)).toEqual(['b']);
    });

    test('text is ordered by its UTF-8 bytes', async () => {
      await clear();
      const names = ['a', 'B', 'a-b', 'a/', 'a/b', 'ab', 'Ä', '\uFFFD', '😀', '_'];
      await insert(...names.map((id): [string, null, null] => [id, null, null]));
      expect(await ids()).toEqual(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    });

    test('a transaction is all or nothing', async () => {
      await clear();
      const failing = sql.transaction(async (tx) => {
        await tx.query("INSERT INTO things (id) VALUES ('lost')");
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      expect(await ids()).toEqual([]);
      await insert(['kept', null, null]);
      expect(await ids()).toEqual(['kept']);
    });

    test('readers do not see what is not committed', async () => {
      await clear();
      const { promise: written, resolve: tellWritten } = Promise.withResolvers<void>();
      const { promise: mayCommit, resolve: letCommit } = Promise.withResolvers<void>();
      const writing = sql.transaction(async (tx) => {
        await tx.query("INSERT INTO things (id) VALUES ('late')");
        tellWritten();
        await mayCommit;
      });
      await written;
      const reading = ids();
      // A store with one connection lets the reader wait; what counts is what it sees if it does not.
      const seen = await Promise.race([reading, Promise.resolve('waiting')]);
      letCommit();
      await writing;
      expect(seen === 'waiting' || (Array.isArray(seen) && seen.length === 0)).toBe(true);
      expect(await ids()).toEqual(['late']);
    });

    test('writers take turns', async () => {
      await clear();
      await insert(['counter', 0, null]);
      const add = () =>
        sql.transaction(async (tx) => {
          const [row] = await tx.query<{ n: number }>("SELECT n FROM things WHERE id = 'counter'");
          await tx.query("UPDATE things SET n = $1 WHERE id = 'counter'", [(row?.n ?? 0) + 1]);
        });
      await Promise.all(Array.from({ length: 20 }, add));
      const [row] = await sql.query<{ n: number }>("SELECT n FROM things WHERE id = 'counter'");
      expect(row?.n).toBe(20);
    });

    test('a transaction inside a transaction is refused instead of hanging', async () => {
      const nested = sql.transaction(() => sql.transaction(async () => undefined));
      await expect(nested).rejects.toThrow('inside a transaction');
    });

    test('UPDATE … RETURNING tells whether a row was there, ON CONFLICT replaces', async () => {
      await clear();
      await insert(['a', 1, null]);
      const update = (id: string) =>
        sql.transaction((tx) => tx.query('UPDATE things SET n = n + 1 WHERE id = $1 RETURNING n', [id]));
      expect((await update('a')).map((row) => ({ ...row }))).toEqual([{ n: 2 }]);
      expect(await update('b')).toEqual([]);
      await sql.transaction((tx) =>
        tx.query("INSERT INTO things (id, n) VALUES ('a', 9) ON CONFLICT (id) DO UPDATE SET n = excluded.n"),
      );
      expect((await sql.query<{ n: number }>('SELECT n FROM things'))[0]?.n).toBe(9);
    });

    test('rows compare as pairs, for pages', async () => {
      await clear();
      await insert(['a', 1, null], ['b', 1, null], ['c', 2, null]);
      const rows = await sql.query<{ id: string }>(
        'SELECT id FROM things WHERE (n, id) > ($1, $2) ORDER BY n, id LIMIT $3',
        [1, 'a', 5],
      );
      expect(rows.map(({ id }) => id)).toEqual(['b', 'c']);
    });
  });
}

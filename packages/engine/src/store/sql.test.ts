import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { migrate } from './migrate.ts';
import { openPglite } from './pglite.testing.ts';
import { sqlContract } from './sql.contract.ts';
import { openSqlite } from './sqlite.ts';
import { openTemporarySqlite } from './temporary.testing.ts';

sqlContract('SQLite', openTemporarySqlite);
sqlContract('PostgreSQL (PGlite)', openPglite);

test.each([
  ['SQLite', openTemporarySqlite],
  ['PostgreSQL (PGlite)', openPglite],
])('the schema is made once on %s', async (_, open) => {
  await using sql = await open();
  await migrate(sql);
  await migrate(sql);
  expect(await sql.query('SELECT name FROM migrations')).toHaveLength(2);
  expect(await sql.query('SELECT * FROM tasks')).toEqual([]);
});

test('two processes may open one SQLite file at the same time, and their writers take turns', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'drt-sql-'));
  try {
    const path = join(directory, 'drt.sqlite');
    await using one = openSqlite(path);
    await using other = openSqlite(path);
    await Promise.all([migrate(one), migrate(other)]);
    const add = (sql: typeof one, id: string) =>
      sql.transaction((tx) => tx.query("INSERT INTO tags (resource_id, key, value) VALUES ($1, 'k', 'v')", [id]));
    await Promise.all(Array.from({ length: 20 }, (_, n) => add(n % 2 ? one : other, `r${n}`)));
    expect(await one.query('SELECT * FROM tags')).toHaveLength(20);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

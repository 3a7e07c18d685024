import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { compareKeys } from '../posix/names.ts';
import { migrate } from '../store/migrate.ts';
import { openPglite } from '../store/pglite.testing.ts';
import type { Sql } from '../store/sql.ts';
import { openTemporarySqlite } from '../store/temporary.testing.ts';
import { CatalogScan, forgetCatalog, putCatalog } from './catalog.ts';

describe.each([
  ['SQLite', openTemporarySqlite],
  ['PostgreSQL (PGlite)', openPglite],
])('a scan of the catalog on %s', (_, open) => {
  let sql: Sql;
  beforeAll(async () => {
    sql = await open();
    await migrate(sql);
  });
  afterAll(async () => {
    await sql[Symbol.asyncDispose]();
  });

  test('finds exactly what is there, whatever is asked between', async () => {
    const row = (key: string) => ({ key, attributes: `a ${key}`, etag: 'e', modified: 1 });
    const key = fc.stringMatching(/^[ab/😀é]{1,3}$/u);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 30 }),
        fc.uniqueArray(key, { maxLength: 30 }),
        async (has, asks) => {
          run += 1;
          const id = `dra-${run}`;
          await sql.transaction((tx) => putCatalog(tx, id, has.map(row)));
          const scan = new CatalogScan(sql, id);
          for (const each of asks.toSorted(compareKeys)) {
            expect((await scan.find(each))?.key).toBe(has.includes(each) ? each : undefined);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test('reads on over pages and begins behind a key', async () => {
    const keys = Array.from({ length: 2500 }, (__, n) => `k${String(n).padStart(5, '0')}`);
    const rows = keys.map((each) => ({ key: each, attributes: 'x', etag: 'e', modified: 1 }));
    await sql.transaction((tx) => putCatalog(tx, 'dra-many', rows));
    const scan = new CatalogScan(sql, 'dra-many', 'k00009');
    expect(await scan.find('k00009')).toBeUndefined();
    expect((await scan.find('k00010'))?.key).toBe('k00010');
    expect((await scan.find('k02499'))?.key).toBe('k02499');
    expect(await scan.find('k99999')).toBeUndefined();
  });

  test('does not find what was to be forgotten, however much that is', async () => {
    const rows = ['a', 'b', 'c'].map((each) => ({ key: each, attributes: 'x', etag: 'e', modified: 1 }));
    for (const id of ['dra-some', 'dra-other']) await sql.transaction((tx) => putCatalog(tx, id, rows));
    // More than SQLite takes values in one statement.
    const many = Array.from({ length: 40_000 }, (__, n) => `b${n}`);
    await sql.transaction((tx) => forgetCatalog(tx, 'dra-some', ['a', ...many, 'c']));
    const [some, other] = [new CatalogScan(sql, 'dra-some'), new CatalogScan(sql, 'dra-other')];
    for (const key of ['a', 'b', 'c']) {
      expect((await some.find(key))?.key).toBe(key === 'b' ? 'b' : undefined);
      expect((await other.find(key))?.key).toBe(key);
    }
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Sql } from './sql.ts';
import { openSqlite } from './sqlite.ts';

/** An SQLite file of its own, removed when it is closed. */
export async function openTemporarySqlite(): Promise<Sql> {
  const directory = mkdtempSync(join(tmpdir(), 'drt-sql-'));
  const sql = openSqlite(join(directory, 'drt.sqlite'));
  return {
    ...sql,
    [Symbol.asyncDispose]: async () => {
      await sql[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true });
    },
  };
}

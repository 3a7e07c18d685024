import { afterAll } from 'vitest';

import { migrate } from '../store/migrate.ts';
import { openPglite } from '../store/pglite.testing.ts';
import type { Sql } from '../store/sql.ts';
import { openTemporarySqlite } from '../store/temporary.testing.ts';
import { jobsContract } from './jobs.contract.ts';
import { localJobs } from './local.ts';

// Renewed three times as often, in real time.
const leaseMs = 1500;

const world = (sql: Sql, close: () => Promise<void>) => {
  let now = 1_790_000_000_000;
  return {
    sql,
    jobs: localJobs(sql, { now: () => now, leaseMs, pollMs: 2 }),
    leaseMs,
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
    close,
  };
};

jobsContract('SQLite', async () => {
  const sql = await openTemporarySqlite();
  await migrate(sql);
  return world(sql, async () => sql[Symbol.asyncDispose]());
});

// A PostgreSQL takes a second to start, so one serves all tests, with an empty queue for each.
let postgres: Promise<Sql> | undefined;
afterAll(async () => (await postgres)?.[Symbol.asyncDispose]());

jobsContract('PostgreSQL (PGlite)', async () => {
  postgres ??= openPglite();
  const sql = await postgres;
  await migrate(sql);
  return world(sql, async () => {
    await sql.transaction((tx) => tx.query('DELETE FROM jobs'));
  });
});

import { migrate } from '../store/migrate.ts';
import { openPglite } from '../store/pglite.testing.ts';
import type { Sql } from '../store/sql.ts';
import { openTemporarySqlite } from '../store/temporary.testing.ts';
import { jobsContract } from './jobs.contract.ts';
import { localJobs } from './local.ts';

const leaseMs = 15_000;

const world = async (sql: Sql) => {
  await migrate(sql);
  let now = 1_790_000_000_000;
  return {
    sql,
    jobs: localJobs(sql, { now: () => now, leaseMs, pollMs: 2 }),
    leaseMs,
    advance: (milliseconds: number) => {
      now += milliseconds;
    },
    close: async () => {
      await sql[Symbol.asyncDispose]();
    },
  };
};

jobsContract('SQLite', async () => world(await openTemporarySqlite()));
jobsContract('PostgreSQL (PGlite)', async () => world(await openPglite()));

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { placeholders, type Sql } from '../store/sql.ts';
import type { Job, Jobs } from './jobs.ts';

export interface LocalJobsOptions {
  /** Milliseconds of a clock that all processes of this machine share and nobody sets: see `monotonicMs`. */
  readonly now: () => number;
  /** A lease that is not renewed runs out after this long. */
  readonly leaseMs?: number;
  /** How often an idle worker looks. A look is one indexed read. */
  readonly pollMs?: number;
  /** A job that threw waits this long, times its attempts, before it is handed out again. */
  readonly retryMs?: number;
}

interface Row {
  readonly id: string;
  readonly payload: string;
  readonly attempt: number;
}

/** A job at work here. */
interface Running {
  readonly row: Row;
  /** Until when it is surely ours. */
  heldUntil: number;
  done: Promise<void>;
}

/** `CLOCK_MONOTONIC`: the same in all processes of a machine, and no daylight saving, NTP or user moves it. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);

/** The part of a lease that its holder trusts: others may take the job only a while later. */
const TRUSTED = 0.8;

/**
 * A queue in one table of the database the engine already has. Its times are no dates: they begin anew with the machine,
 * which is why `handBack` of all workers, at the start of a server, frees every job.
 */
export function localJobs(sql: Sql, { now, leaseMs = 15_000, pollMs = 50, retryMs = 1000 }: LocalJobsOptions): Jobs {
  const claim = (worker: string) =>
    sql.transaction((tx) =>
      tx.query<Row>(
        `UPDATE jobs SET free_at = $1, attempt = attempt + 1, worker = $2
         WHERE id = (SELECT id FROM jobs WHERE free_at <= $3 ORDER BY seq LIMIT 1)
         RETURNING id, payload, attempt`,
        [now() + leaseMs, worker, now()],
      ),
    );

  const isAnyFree = async () =>
    (await sql.query('SELECT id FROM jobs WHERE free_at <= $1 ORDER BY seq LIMIT 1', [now()])).length > 0;

  const free = (row: Row, from: number) =>
    sql.transaction((tx) =>
      tx.query('UPDATE jobs SET free_at = $1, worker = NULL WHERE id = $2 AND attempt = $3', [
        from,
        row.id,
        row.attempt,
      ]),
    );

  const work: Jobs['work'] = async (handler, { signal, worker, concurrency, onFailure }) => {
    const running = new Set<Running>();

    const run = async (mine: Running) => {
      const { row } = mine;
      // Written by `enqueue` from a `Job`.
      const job = JSON.parse(row.payload) as Job;
      try {
        await handler(job, { stop: signal, isHeld: () => now() < mine.heldUntil });
        await sql.transaction((tx) =>
          tx.query('DELETE FROM jobs WHERE id = $1 AND attempt = $2', [row.id, row.attempt]),
        );
      } catch (error) {
        if (signal.aborted) {
          await free(row, now());
        } else {
          onFailure(job, error);
          await free(row, now() + retryMs * Math.min(row.attempt, 30));
        }
      }
    };

    const renew = async () => {
      if (running.size === 0) return;
      const asked = now();
      const renewed = await sql.transaction(async (tx) => {
        const still: Running[] = [];
        for (const mine of running) {
          const { id, attempt } = mine.row;
          const rows = await tx.query('UPDATE jobs SET free_at = $1 WHERE id = $2 AND attempt = $3 RETURNING id', [
            asked + leaseMs,
            id,
            attempt,
          ]);
          if (rows.length > 0) still.push(mine);
        }
        return still;
      });
      for (const mine of renewed) mine.heldUntil = asked + leaseMs * TRUSTED;
    };
    const renewal = setInterval(() => {
      // A renewal that fails loses the lease at worst, which fencing allows for.
      renew().catch((error: unknown) => onFailure({ kind: 'admit', id: 'lease renewal' }, error));
    }, leaseMs / 3);

    const next = async (): Promise<Row | undefined> => {
      if (running.size >= concurrency) return undefined;
      try {
        return (await isAnyFree()) ? (await claim(worker))[0] : undefined;
      } catch (error) {
        // A disk that is full, say: what is in hand goes on, and there may be space a little later.
        onFailure({ kind: 'admit', id: 'claim' }, error);
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
        return undefined;
      }
    };

    try {
      while (!signal.aborted) {
        const asked = now();
        const row = await next();
        if (row) {
          // Counted from before the claim, so never later than the database has it.
          const mine: Running = { row, heldUntil: asked + leaseMs * TRUSTED, done: Promise.resolve() };
          running.add(mine);
          mine.done = run(mine)
            .catch((error: unknown) => onFailure(JSON.parse(row.payload) as Job, error))
            .finally(() => running.delete(mine));
        } else {
          const idle = delay(pollMs, undefined, { signal }).catch(() => undefined);
          // With every place taken, the end of one job is what to wait for.
          await (running.size < concurrency ? idle : Promise.race([idle, ...[...running].map(({ done }) => done)]));
        }
      }
      await Promise.all([...running].map(({ done }) => done));
    } finally {
      clearInterval(renewal);
    }
  };

  return {
    work,
    enqueue: async (tx, jobs) => {
      if (jobs.length === 0) return;
      const [last] = await tx.query<{ seq: number }>('SELECT coalesce(max(seq), 0) AS seq FROM jobs');
      const first = (last?.seq ?? 0) + 1;
      await tx.query(
        `INSERT INTO jobs (id, seq, kind, payload, free_at, attempt) VALUES ${placeholders(jobs.length, 6)}`,
        jobs.flatMap((job, index) => [randomUUID(), first + index, job.kind, JSON.stringify(job), now(), 0]),
      );
    },
    handBack: async (worker, { delayMs = 0 } = {}) => {
      const from = now() + delayMs;
      await sql.transaction((tx) =>
        worker === undefined
          ? tx.query('UPDATE jobs SET free_at = $1, worker = NULL', [from])
          : tx.query('UPDATE jobs SET free_at = $1, worker = NULL WHERE worker = $2', [from, worker]),
      );
    },
  };
}

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { migrate } from '../store/migrate.ts';
import type { Sql } from '../store/sql.ts';
import { openTemporarySqlite } from '../store/temporary.testing.ts';
import type { Job, Jobs, Lease } from './jobs.ts';
import { localJobs } from './local.ts';

/** What a worker does to its own job, and that it does it to no other and to none that is another's by now. */

const LEASE_MS = 900;
const RETRY_MS = 1000;

let sql: Sql;
let jobs: Jobs;
let now: number;
let stop: AbortController;
let workers: Promise<void>[];
let failures: string[];
let handed: Handed[];
let taken: number;

beforeEach(async () => {
  sql = await openTemporarySqlite();
  await migrate(sql);
  now = 1_000_000;
  jobs = localJobs(sql, { now: () => now, leaseMs: LEASE_MS, pollMs: 1, retryMs: RETRY_MS });
  stop = new AbortController();
  workers = [];
  failures = [];
  handed = [];
  taken = 0;
});
afterEach(async () => {
  stop.abort();
  await Promise.all(workers);
  await sql[Symbol.asyncDispose]();
});

/** A job that a worker has been given, in the hands of the test. */
interface Handed {
  readonly id: string;
  readonly worker: string;
  readonly lease: Lease;
  end(): void;
  fail(): void;
}

const enqueue = (...ids: string[]) =>
  sql.transaction((tx) =>
    jobs.enqueue(
      tx,
      ids.map((id): Job => ({ kind: 'plan', id })),
    ),
  );

/** A worker whose jobs the test ends, or its stop. */
const start = (worker: string, { concurrency = 1, signal = stop.signal } = {}): Promise<void> => {
  const handler = ({ id }: Job, lease: Lease) =>
    new Promise<void>((resolve, reject) => {
      handed.push({ id, worker, lease, end: resolve, fail: () => reject(new Error('on purpose')) });
      signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
    });
  const done = jobs.work(handler, { worker, concurrency, signal, onFailure: ({ id }) => failures.push(id) });
  workers.push(done);
  return done;
};

/** What is handed out next, to whomever. */
const next = async (): Promise<Handed> => {
  await vi.waitFor(() => expect(handed.length).toBeGreaterThan(taken), { interval: 1, timeout: 5000 });
  const job = handed[taken];
  taken += 1;
  if (!job) throw new Error('nothing was handed out');
  return job;
};

/** Ends a job that is enqueued last: had another been free, it would have been handed out instead. */
const expectNothingElseFree = async () => {
  const last = `last-${taken}`;
  await enqueue(last);
  const job = await next();
  expect(job.id).toBe(last);
  job.end();
  await vi.waitFor(async () => expect(await leftInQueue()).not.toContain(last), { interval: 1, timeout: 5000 });
};

const untilFailed = (...ids: string[]) =>
  vi.waitFor(() => expect(failures).toEqual(ids), { interval: 1, timeout: 5000 });

const leftInQueue = async () => {
  const rows = await sql.query<{ payload: string }>('SELECT payload FROM jobs ORDER BY seq');
  return rows.map(({ payload }) => (JSON.parse(payload) as Job).id); // Written by `enqueue`.
};

const untilLeft = (...ids: string[]) =>
  vi.waitFor(async () => expect(await leftInQueue()).toEqual(ids), { interval: 1, timeout: 5000 });

test('a job that ended is gone, and no other', async () => {
  await enqueue('a', 'b', 'c');
  void start('one', { concurrency: 2 });
  const [a, b] = [await next(), await next()];
  a.end();
  await untilLeft('b', 'c');
  expect((await next()).id).toBe('c');
  b.end();
  await untilLeft('c');
  expect(failures).toEqual([]);
});

test('a job that threw comes again after a while, and no other is given away', async () => {
  await enqueue('a', 'b');
  void start('one', { concurrency: 2 });
  const [a, b] = [await next(), await next()];
  a.fail();
  await untilFailed('a');
  await expectNothingElseFree();
  expect(b.lease.isHeld()).toBe(true);
  const holders = await sql.query<{ worker: string | null }>('SELECT worker FROM jobs ORDER BY seq');
  expect(holders.map(({ worker }) => worker)).toEqual([null, 'one']);
  now += RETRY_MS / 2;
  await expectNothingElseFree();
  now += RETRY_MS / 2 - 1;
  await sql.transaction((tx) => tx.query(`UPDATE jobs SET free_at = free_at + 9999 WHERE payload LIKE '%"b"%'`));
  await expectNothingElseFree();
  now += 1;
  expect((await next()).id).toBe('a');
});

test('the second time it waits twice as long', async () => {
  await enqueue('a');
  void start('one');
  (await next()).fail();
  await untilFailed('a');
  now += RETRY_MS;
  (await next()).fail();
  await untilFailed('a', 'a');
  now += 2 * RETRY_MS - 1;
  await expectNothingElseFree();
  now += 1;
  expect((await next()).id).toBe('a');
});

test('a job that waits after it threw is nobody’s: the death of its worker does not bring it back early', async () => {
  await enqueue('a');
  void start('one');
  (await next()).fail();
  await untilFailed('a');
  await expectNothingElseFree();
  await jobs.handBack('one');
  await expectNothingElseFree();
});

test('a worker that lost its job does not end it', async () => {
  await enqueue('a');
  void start('late');
  const first = await next();
  void start('other');
  await jobs.handBack('somebody else');
  await expectNothingElseFree();
  await jobs.handBack('late');
  const second = await next();
  expect([second.id, second.worker]).toEqual(['a', 'other']);
  first.end();
  await expectNothingElseFree();
  expect(await leftInQueue()).toEqual(['a']);
  second.end();
  await untilLeft();
});

test('a worker that lost its job and then throws does not give it away a second time', async () => {
  await enqueue('a');
  void start('late');
  const first = await next();
  void start('other');
  await jobs.handBack('late');
  const second = await next();
  first.fail();
  await untilFailed('a');
  await expectNothingElseFree();
  const [row] = await sql.query<{ free_at: number; worker: string }>('SELECT free_at, worker FROM jobs');
  expect(row).toEqual({ free_at: now + LEASE_MS, worker: 'other' });
  second.end();
  await untilLeft();
});

test('a lease is renewed for who has the job, and for nobody who had it', async () => {
  await enqueue('a', 'b');
  void start('late', { concurrency: 2 });
  const [a, b] = [await next(), await next()];
  await sql.transaction((tx) => tx.query(`UPDATE jobs SET attempt = attempt + 1 WHERE payload LIKE '%"a"%'`));
  now += LEASE_MS - 1;
  await vi.waitFor(() => expect(b.lease.isHeld()).toBe(true), { timeout: 5000, interval: 5 });
  expect(a.lease.isHeld()).toBe(false);
  // The database has it renewed by a whole lease, of which the holder trusts the greater part.
  now += Math.ceil(LEASE_MS * 0.8);
  expect(b.lease.isHeld()).toBe(false);
  const rows = await sql.query<{ payload: string; free_at: number }>('SELECT payload, free_at FROM jobs ORDER BY seq');
  expect(rows[1]?.free_at).toBeGreaterThan(now);
  expect(rows[0]?.free_at).toBeLessThan(now);
});

test('a worker takes so many jobs at a time, and the next as soon as one ends', async () => {
  await enqueue('a', 'b', 'c', 'd');
  // Idle workers look seldom: the end of a job is what makes this one look.
  jobs = localJobs(sql, { now: () => now, leaseMs: LEASE_MS, pollMs: 60_000, retryMs: RETRY_MS });
  void start('one', { concurrency: 2 });
  const [a, b] = [await next(), await next()];
  a.end();
  const c = await next();
  expect(c.id).toBe('c');
  expect(handed).toHaveLength(3);
  b.end();
  expect((await next()).id).toBe('d');
  c.end();
  await untilLeft('d');
});

test('a worker that stops waits for its jobs, and frees those that gave up at once', async () => {
  await enqueue('a');
  const controller = new AbortController();
  const done = start('one', { signal: controller.signal });
  await next();
  controller.abort();
  await done;
  expect(failures).toEqual([]);
  void start('two');
  expect(await next()).toMatchObject({ id: 'a', worker: 'two' });
});

test.each([
  ['all jobs, at the start of a server,', undefined],
  ['the jobs of one worker', 'one'],
])('%s are handed back and wait as long as they shall', async (_, whose) => {
  await enqueue('a', 'b');
  void start('one', { concurrency: 2 });
  await next();
  await next();
  await jobs.handBack(whose, { delayMs: 50 });
  // Nobody's by now.
  await jobs.handBack('one');
  void start('two', { concurrency: 2 });
  await expectNothingElseFree();
  now += 50;
  expect([(await next()).id, (await next()).id]).toEqual(['a', 'b']);
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Sql } from '../store/sql.ts';
import type { Job, Jobs, Lease } from './jobs.ts';

export interface JobsWorld {
  readonly sql: Sql;
  readonly jobs: Jobs;
  /** Moves the queue's clock. */
  advance(milliseconds: number): void;
  /** How long a lease lasts without renewal. */
  readonly leaseMs: number;
  close(): Promise<void>;
}

const job = (id: string): Job => ({ kind: 'plan', id });

/** What `jobs.ts` promises of every implementation. */
export function jobsContract(name: string, open: () => Promise<JobsWorld>): void {
  describe(`Jobs on ${name}`, () => {
    let world: JobsWorld;
    let stop: AbortController;
    let workers: Promise<void>[];

    beforeEach(async () => {
      world = await open();
      stop = new AbortController();
      workers = [];
    });
    afterEach(async () => {
      stop.abort();
      await Promise.all(workers);
      await world.close();
    });

    const enqueue = (...ids: string[]) => world.sql.transaction((tx) => world.jobs.enqueue(tx, ids.map(job)));

    const work = (
      handler: (id: string, lease: Lease) => Promise<void>,
      { worker = 'one', concurrency = 1, signal = stop.signal, failures = [] as string[] } = {},
    ) => {
      const done = world.jobs.work((each, lease) => handler(each.kind === 'plan' ? each.id : '?', lease), {
        worker,
        concurrency,
        signal,
        onFailure: (each) => failures.push(each.kind),
      });
      workers.push(done);
      return done;
    };

    /** Collects what is handed out, and resolves when `count` jobs were. */
    const collect = (count: number, options: Parameters<typeof work>[1] = {}) => {
      const seen: string[] = [];
      const { promise, resolve } = Promise.withResolvers<string[]>();
      void work(async (id) => {
        seen.push(id);
        if (seen.length === count) resolve(seen);
      }, options);
      return promise;
    };

    test('jobs are handed out in order, once', async () => {
      await enqueue('a', 'b');
      await enqueue('c');
      expect(await collect(3)).toEqual(['a', 'b', 'c']);
      await enqueue('d');
      expect(await collect(1, { worker: 'two' })).toEqual(['d']);
    });

    test('a transaction that rolls back leaves no job', async () => {
      const failing = world.sql.transaction(async (tx) => {
        await world.jobs.enqueue(tx, [job('lost')]);
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      await enqueue('kept');
      expect(await collect(1)).toEqual(['kept']);
    });

    test('several workers share the jobs, each job going to one of them', async () => {
      const ids = Array.from({ length: 30 }, (_, n) => `j${n}`);
      await enqueue(...ids);
      const seen: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      const handler = async (id: string) => {
        seen.push(id);
        if (seen.length === ids.length) resolve();
      };
      void work(handler, { worker: 'one', concurrency: 3 });
      void work(handler, { worker: 'two', concurrency: 3 });
      await promise;
      expect(seen.toSorted()).toEqual(ids.toSorted());
    });

    test('a job whose handler threw comes again', async () => {
      await enqueue('a');
      const attempts: string[] = [];
      const failures: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      void work(
        async (id) => {
          attempts.push(id);
          if (attempts.length === 1) {
            world.advance(world.leaseMs * 10);
            throw new Error('on purpose');
          }
          resolve();
        },
        { failures },
      );
      // Retries wait by the queue's clock, which stands still unless the test moves it.
      const clock = setInterval(() => world.advance(world.leaseMs), 20);
      await promise;
      clearInterval(clock);
      expect(attempts).toEqual(['a', 'a']);
      expect(failures).toEqual(['plan']);
    });

    test('a stop hands back what its handlers give up, at once and to others', async () => {
      await enqueue('a');
      const mine = new AbortController();
      const { promise: begun, resolve: tellBegun } = Promise.withResolvers<void>();
      const stopped = work(
        async (_, { stop: stopping }) => {
          tellBegun();
          await new Promise((__, reject) => {
            stopping.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
          });
        },
        { signal: mine.signal },
      );
      await begun;
      mine.abort();
      await stopped;
      expect(await collect(1, { worker: 'two' })).toEqual(['a']);
    });

    test('the jobs of a dead worker can be handed back before their leases end', async () => {
      await enqueue('a');
      const { promise: begun, resolve: tellBegun } = Promise.withResolvers<void>();
      const { promise: mayEnd, resolve: letEnd } = Promise.withResolvers<void>();
      void work(
        async () => {
          tellBegun();
          await mayEnd;
        },
        { worker: 'dead' },
      );
      await begun;
      await world.jobs.handBack('somebody else');
      await world.jobs.handBack('dead');
      const again = collect(1, { worker: 'two' });
      expect(await again).toEqual(['a']);
      letEnd();
    });

    test('a lease that is not renewed runs out, and its holder knows it before anybody else can have the job', async () => {
      await enqueue('a');
      const { promise: begun, resolve: tellBegun } = Promise.withResolvers<Lease>();
      const { promise: mayEnd, resolve: letEnd } = Promise.withResolvers<void>();
      void work(async (_, lease) => {
        tellBegun(lease);
        await mayEnd;
      });
      const lease = await begun;
      expect(lease.isHeld()).toBe(true);
      world.advance(world.leaseMs - 1);
      // Nobody else would be given it yet.
      expect(lease.isHeld()).toBe(false);
      world.advance(2);
      expect(await collect(1, { worker: 'two' })).toEqual(['a']);
      expect(lease.isHeld()).toBe(false);
      letEnd();
    });

    test('a lease is renewed as long as its worker lives', async () => {
      await enqueue('a');
      const { promise: begun, resolve: tellBegun } = Promise.withResolvers<Lease>();
      const { promise: mayEnd, resolve: letEnd } = Promise.withResolvers<void>();
      void work(async (_, lease) => {
        tellBegun(lease);
        await mayEnd;
      });
      const lease = await begun;
      world.advance(world.leaseMs - 1);
      await expect.poll(() => lease.isHeld(), { timeout: world.leaseMs, interval: 20 }).toBe(true);
      letEnd();
    });

    test('jobs that are handed back with a delay are not given out before it is over', async () => {
      await enqueue('hung', 'other');
      const { promise: begun, resolve: tellBegun } = Promise.withResolvers<void>();
      const { promise: mayEnd, resolve: letEnd } = Promise.withResolvers<void>();
      void work(
        async () => {
          tellBegun();
          await mayEnd;
        },
        { worker: 'hung' },
      );
      await begun;
      await world.jobs.handBack('hung', { delayMs: 5000 });
      expect(await collect(1, { worker: 'two' })).toEqual(['other']);
      world.advance(5000);
      expect(await collect(1, { worker: 'three' })).toEqual(['hung']);
      letEnd();
    });
  });
}

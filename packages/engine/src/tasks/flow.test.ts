import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { BatchRow } from '../store/tasks.ts';
import { Flow } from './flow.ts';
import { openRows, type Rows } from './rows.testing.ts';
import { type Entry, LeaseLost } from './transfer.ts';

const MEBIBYTE = 2 ** 20;

let rows: Rows;
beforeEach(async () => {
  rows = await openRows();
  await rows.task('one', { lifecycle: 'EXECUTING', stage: 'FILES' });
  await rows.batch('one', 1, { attempt: 2 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rows[Symbol.asyncDispose]();
});

/** A flow over the batch as a worker has claimed it, and what happens to its entries. */
const openFlow = ({ stop = new AbortController().signal, isHeld = (): boolean => true } = {}) => {
  const batch: BatchRow = {
    task_id: 'one',
    number: 1,
    stage: 'FILES',
    association_id: 'dra-1',
    attempt: 2,
    entries: '[]',
  };
  const flow = new Flow(rows.context, batch, { stop, isHeld });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = ([key]: Entry) => {
    begun.push(key);
    return new Promise<void>((resolve) => void ends.set(key, resolve));
  };
  return {
    flow,
    begun,
    run: (...entries: Entry[]) => flow.run(entries, work),
    end: (...keys: string[]) => {
      for (const key of keys) ends.get(key)?.();
    },
    /** Resolves when so many were begun; a turn more would begin no other. */
    untilBegun: (count: number) => vi.waitFor(() => expect(begun).toHaveLength(count), { interval: 1, timeout: 5000 }),
    [Symbol.dispose]: () => flow[Symbol.dispose](),
  };
};

const entries = (count: number, size = 0): Entry[] => Array.from({ length: count }, (_, n) => [`e${n}`, size]);

/** Until all that is under way has come to where it waits for something else: a transaction takes its turn last. */
const settled = async () => {
  for (let turns = 0; turns < 3; turns += 1) await rows.context.sql.transaction((tx) => tx.query('SELECT 1'));
};

test('sixteen entries are in flight, and another begins with the end of each', async () => {
  using one = openFlow();
  const done = one.run(...entries(20));
  await one.untilBegun(16);
  await settled();
  expect(one.begun).toHaveLength(16);
  one.end('e3');
  await one.untilBegun(17);
  await settled();
  expect(one.begun).toHaveLength(17);
  let isDone = false;
  void done.then(() => (isDone = true));
  one.end('e0', 'e1', 'e2');
  await one.untilBegun(20);
  expect(isDone).toBe(false);
  one.end(...one.begun);
  await done;
});

test('what is in flight together holds 64 MiB at most; what is larger goes alone', async () => {
  using one = openFlow();
  const done = one.run(
    ['a', 34 * MEBIBYTE],
    ['b', 30 * MEBIBYTE],
    ['c', 1],
    ['huge', 500 * MEBIBYTE],
    ['d', 0],
    ['e', 64 * MEBIBYTE],
  );
  await one.untilBegun(2);
  await settled();
  expect(one.begun).toEqual(['a', 'b']);
  one.end('b');
  await one.untilBegun(3);
  one.end('c');
  await settled();
  expect(one.begun).toEqual(['a', 'b', 'c']);
  one.end('a');
  // Nothing weighs nothing.
  await one.untilBegun(5);
  await settled();
  expect(one.begun).toEqual(['a', 'b', 'c', 'huge', 'd']);
  one.end('huge');
  await one.untilBegun(6);
  one.end('d', 'e');
  await done;
  expect(one.flow.cut.aborted).toBe(false);
});

test.each([
  ['another worker has taken up the batch', "UPDATE batches SET attempt = 3 WHERE task_id = 'one' AND number = 1"],
  ['the batch is done', "DELETE FROM batches WHERE task_id = 'one' AND number = 1"],
  ['the task has ended', "UPDATE tasks SET lifecycle = 'FAILED' WHERE id = 'one'"],
  ['the task is canceled', "UPDATE tasks SET lifecycle = 'CANCELING' WHERE id = 'one'"],
])('nothing is begun when %s, however it stands elsewhere', async (_, statement) => {
  await rows.task('other', { lifecycle: 'EXECUTING', stage: 'FILES' });
  // The rows that would be found if one of task, number and attempt did not count; before and behind the own one.
  await rows.batch('one', 0, { attempt: 2 });
  await rows.batch('other', 1, { attempt: 2 });
  await rows.context.sql.transaction((tx) => tx.query(statement));
  using one = openFlow();
  await one.flow.run(entries(3), async ([key]) => void one.begun.push(key));
  expect(one.begun).toEqual([]);
  expect(one.flow.cut.aborted).toBe(false);
});

test('nothing is begun when the worker is to stop or its lease has run out', async () => {
  const stop = new AbortController();
  using stopping = openFlow({ stop: stop.signal });
  const done = stopping.run(...entries(20));
  await stopping.untilBegun(16);
  stop.abort();
  stopping.end(...stopping.begun);
  await done;
  expect(stopping.begun).toHaveLength(16);
  using late = openFlow({ isHeld: () => false });
  await late.flow.run(entries(3), async ([key]) => void late.begun.push(key));
  expect(late.begun).toEqual([]);
  expect(() => late.flow.mayBegin()).toThrow(LeaseLost);
  using held = openFlow();
  held.flow.mayBegin();
});

test('the task is looked at again after 20 ms, and not before', async () => {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  using one = openFlow();
  const done = one.run(...entries(40));
  await one.untilBegun(16);
  await rows.context.sql.transaction((tx) => tx.query("UPDATE tasks SET lifecycle = 'CANCELING' WHERE id = 'one'"));
  now += 20;
  one.end('e0');
  await one.untilBegun(17);
  now += 1;
  one.end('e1');
  await settled();
  expect(one.begun).toHaveLength(17);
  one.end(...one.begun);
  await done;
  expect(one.begun).toHaveLength(17);
});

test('nothing is begun when it is closed or canceled in between, and what is in flight ends', async () => {
  for (const how of ['close', 'cancel'] as const) {
    using one = openFlow();
    const done = one.run(...entries(20));
    await one.untilBegun(16);
    one.flow[how]();
    one.end(...one.begun);
    await done;
    expect(one.begun).toHaveLength(16);
    expect(one.flow.cut.aborted).toBe(false);
  }
});

test('a cancel is patient from its own time on, however long nothing has moved before', async () => {
  let now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  using one = openFlow();
  const done = one.run(...entries(2));
  await one.untilBegun(2);
  now += 60_000;
  one.flow.cancel();
  await settled();
  expect(one.flow.cut.aborted).toBe(false);
  one.end(...one.begun);
  await done;
});

test('a stop gives what is in flight six seconds, then it is cut and gets to know what has become of it', async () => {
  const stop = new AbortController();
  using one = openFlow({ stop: stop.signal });
  const done = one.run(...entries(20));
  await one.untilBegun(16);
  const began = performance.now();
  stop.abort();
  // What moves in between does not move the end.
  const moves = setInterval(one.flow.moved, 100);
  const cut = new Promise<number>((resolve) => {
    one.flow.cut.addEventListener('abort', () => resolve(performance.now() - began));
  });
  const after = await cut;
  clearInterval(moves);
  expect(after).toBeGreaterThanOrEqual(6000 - 1);
  one.end('e0', 'e1');
  await done;
  expect(performance.now() - began).toBeGreaterThanOrEqual(after + 2000 - 2);
  expect(one.begun).toHaveLength(16);
});

/** Cancels a flow in which nothing has moved for almost as long as a cancel has patience: 100 ms are left. */
const cancelLate = (flow: Flow, now: () => number) => {
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 9900);
  clock.mockImplementationOnce(now);
  flow.cancel();
};

test('a cancel cuts what is in flight when nothing moves any more, and waits for what has become of it', async () => {
  using one = openFlow();
  const done = one.run(...entries(2));
  await one.untilBegun(2);
  let isDone = false;
  void done.then(() => (isDone = true));
  const cut = new Promise<void>((resolve) => one.flow.cut.addEventListener('abort', () => resolve()));
  let now = 1000;
  cancelLate(one.flow, () => now);
  now += 100;
  await cut;
  await settled();
  expect(isDone).toBe(false);
  one.end(...one.begun);
  await done;
});

test.each([
  ['bytes', (one: ReturnType<typeof openFlow>) => one.flow.moved()],
  ['the end of an entry', (one: ReturnType<typeof openFlow>) => one.end('e0')],
])('a cancel is patient as long as something moves: %s', async (_, move) => {
  using one = openFlow();
  const done = one.run(...entries(2));
  await one.untilBegun(2);
  let now = 1000;
  let asked = 0;
  cancelLate(one.flow, () => {
    asked += 1;
    return now;
  });
  move(one);
  await settled();
  now += 100;
  const before = asked;
  // The time that was left is over, and the flow looks again.
  await vi.waitFor(() => expect(asked).toBeGreaterThan(before), { timeout: 5000, interval: 5 });
  expect(one.flow.cut.aborted).toBe(false);
  one.end(...one.begun);
  await done;
});

test('a flow that was disposed of cuts nothing', async () => {
  const stop = new AbortController();
  const one = openFlow({ stop: stop.signal });
  one[Symbol.dispose]();
  const listen = vi.spyOn(stop.signal, 'addEventListener');
  stop.abort();
  await settled();
  expect(listen).not.toHaveBeenCalled();
  expect(one.flow.cut.aborted).toBe(false);
});

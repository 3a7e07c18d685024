import { setImmediate as turn } from 'node:timers/promises';

import { expect, test, vi } from 'vitest';

import { Lookout } from './lookout.ts';

/** A look that ends when the test says so. */
const heldLooks = () => {
  const held: ((news: number) => void)[] = [];
  return { held, look: () => new Promise<number>((resolve) => held.push(resolve)) };
};

test('all who listen are told of one look, and nobody who listens means no look', async () => {
  const { held, look } = heldLooks();
  const lookout = new Lookout(look, () => 0);
  expect(held).toHaveLength(0);
  const first = vi.fn<(news: number) => void>();
  const second = vi.fn<(news: number) => void>();
  const leaves = [lookout.listen(first), lookout.listen(second)];
  expect(held).toHaveLength(1);
  held[0]?.(1);
  await vi.waitFor(() => expect(held).toHaveLength(2));
  expect(first.mock.calls).toEqual([[1]]);
  expect(second.mock.calls).toEqual([[1]]);

  for (const leave of leaves) leave();
  held[1]?.(2);
  await turn();
  expect(held).toHaveLength(2);
  const third = vi.fn<(news: number) => void>();
  const leave = lookout.listen(third);
  expect(held).toHaveLength(3);
  held[2]?.(3);
  await turn();
  expect(third.mock.calls).toEqual([[3]]);
  expect(first.mock.calls).toEqual([[1]]);
  leave();
});

test('in a hurry, the next look does not wait for its time, even when it is asked for during a look', async () => {
  const { held, look } = heldLooks();
  const lookout = new Lookout(look, () => 1_000_000);
  const leave = lookout.listen(() => undefined);
  held[0]?.(1);
  await Promise.resolve();
  lookout.hurry();
  await vi.waitFor(() => expect(held).toHaveLength(2));
  lookout.hurry();
  held[1]?.(2);
  await vi.waitFor(() => expect(held).toHaveLength(3));
  leave();
  held[2]?.(3);
});

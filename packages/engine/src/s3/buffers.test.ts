import { describe, expect, it } from 'vitest';

import { Buffers } from './buffers.ts';

const mebibyte = 1024 * 1024;

describe('Buffers', () => {
  it('hands out exactly the size asked for, and large memory again', async () => {
    const buffers = new Buffers();
    for (const size of [0, 1, 4096, 64 * 1024 + 1, 16 * mebibyte, 65 * mebibyte]) {
      const buffer = await buffers.take(size);
      expect(buffer).toHaveLength(size);
      buffers.give(buffer);
    }
    const first = await buffers.take(5 * mebibyte);
    buffers.give(first);
    const second = await buffers.take(6 * mebibyte);
    expect(second.buffer).toBe(first.buffer);
  });

  it('does not hand out memory that was dropped', async () => {
    const buffers = new Buffers();
    const dropped = await buffers.take(mebibyte);
    buffers.drop(dropped);
    expect((await buffers.take(mebibyte)).buffer).not.toBe(dropped.buffer);
  });

  it('lets callers wait, in turn, once 256 MiB are out', async () => {
    const buffers = new Buffers();
    const out = await Promise.all([64, 64, 64, 64].map((size) => buffers.take(size * mebibyte)));
    const served: string[] = [];
    const take = async (name: string, size: number): Promise<void> => {
      await buffers.take(size);
      served.push(name);
    };
    const large = take('large', 128 * mebibyte);
    const small = take('small', 1);
    const [one, two] = out;
    if (one === undefined || two === undefined) throw new Error('four were taken');
    buffers.give(one);
    await Promise.resolve();
    expect(served).toEqual([]);
    buffers.drop(two);
    await large;
    // The small one does not overtake, and fits only when one more comes back.
    expect(served).toEqual(['large']);
    buffers.give(out[2] ?? two);
    await small;
    expect(served).toEqual(['large', 'small']);
  });

  it('hands out more than that to one caller alone', async () => {
    const buffers = new Buffers();
    const huge = await buffers.take(300 * mebibyte);
    let served = false;
    const next = buffers.take(1).then(() => {
      served = true;
    });
    await Promise.resolve();
    expect(served).toBe(false);
    buffers.give(huge);
    await next;
  });
});

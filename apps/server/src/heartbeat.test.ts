import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test, vi } from 'vitest';

import { startChild } from './child.ts';
import { temporaryFolder } from './testing.ts';

const HARNESS = new URL('heartbeat.testing.ts', import.meta.url);

const start = async (settings: Readonly<Record<string, string>>) => {
  const folder = temporaryFolder();
  const beats = join(folder.path, 'beats');
  const server = fork(fileURLToPath(HARNESS), {
    env: { PATH: process.env['PATH'], BEATS: beats, ...settings },
    execArgv: [],
  });
  const exited = once(server, 'exit');
  // The harness sends nothing else.
  const said: { readonly type: string; readonly pid?: number; readonly asked?: number; readonly how?: string }[] = [];
  server.on('message', (message) => said.push(message as (typeof said)[number]));
  const heard = (type: string) =>
    vi.waitFor(
      () => {
        const message = said.find((each) => each.type === type);
        if (!message) throw new Error(`not said yet: ${type}`);
        return message;
      },
      { timeout: 20_000 },
    );
  const beaten = () => {
    try {
      return readFileSync(beats, 'utf8').length;
    } catch {
      return 0; // It has not begun.
    }
  };
  const { pid: worker = 0 } = await heard('worker');
  return {
    server,
    worker,
    said,
    heard,
    /** Waits until the worker has lived for so many more beats. */
    beats: async (count: number) => {
      const before = beaten();
      await vi.waitFor(() => expect(beaten()).toBeGreaterThan(before + count), { timeout: 30_000, interval: 10 });
    },
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL');
      await exited;
      try {
        process.kill(worker, 'SIGKILL');
      } catch {
        // It has ended.
      }
      folder[Symbol.dispose]();
    },
  };
};

test('a worker that stands still is found hung after sixty looks, and killed', async () => {
  await using harness = await start({ READY: 'yes' });
  await harness.beats(2);
  process.kill(harness.worker, 'SIGSTOP');
  // At each look from the tenth on it was asked whether there is a hurry.
  expect((await harness.heard('hung')).asked).toBeGreaterThanOrEqual(50);
  expect(await harness.heard('ended')).toMatchObject({ how: 'ended by SIGKILL' });
});

test('after ten looks when somebody waits', async () => {
  await using harness = await start({ READY: 'yes', URGENT: 'yes' });
  await harness.beats(2);
  process.kill(harness.worker, 'SIGSTOP');
  expect(await harness.heard('hung')).toMatchObject({ asked: 1 });
  expect(await harness.heard('ended')).toMatchObject({ how: 'ended by SIGKILL' });
});

test('one that is still starting has sixty looks, whoever waits', async () => {
  await using harness = await start({ URGENT: 'yes' });
  await harness.beats(2);
  process.kill(harness.worker, 'SIGSTOP');
  expect(await harness.heard('hung')).toMatchObject({ asked: 0 });
});

test('a server that stood still itself kills nobody when it wakes', async () => {
  await using harness = await start({ READY: 'yes', URGENT: 'yes' });
  for (let round = 0; round < 3; round++) {
    harness.server.kill('SIGSTOP');
    // Longer than what it would wait for a worker.
    await harness.beats(20);
    harness.server.kill('SIGCONT');
    await harness.beats(5);
  }
  expect(harness.said.map(({ type }) => type)).toEqual(['worker']);
});

test('a process that even SIGKILL does not end is given up', async () => {
  using folder = temporaryFolder();
  const kill = vi.spyOn(ChildProcess.prototype, 'kill').mockReturnValue(true);
  const child = startChild(HARNESS, { ROLE: 'worker', BEATS: join(folder.path, 'beats') });
  try {
    await child.stop(10);
    expect(kill.mock.calls).toEqual([['SIGTERM'], ['SIGKILL']]);
    expect(await child.ended).toContain('was given up');
  } finally {
    kill.mockRestore();
    process.kill(child.pid ?? 0, 'SIGKILL');
  }
});

import { expect, test } from 'vitest';

import { runCrashLoop } from './crash-loop/loop.ts';

/** The short form of `npm run test:crash`: that one kills hundreds of times in the middle of 10,000 files. */
test('a server and workers killed at random over a faulty store break nothing that is promised', async () => {
  const lines: string[] = [];
  const { kills, violations } = await runCrashLoop({
    kills: 6,
    files: 400,
    big: 1,
    seed: Number(process.env['CRASH_SEED'] ?? Date.now() % 1_000_000),
    faults: 0.01,
    // A machine that does other things too is slow to start a server.
    limits: { resume: 30_000, width: 48 },
    say: (line) => lines.push(line),
  });
  expect(violations, lines.join('\n')).toEqual([]);
  expect(kills).toBeGreaterThanOrEqual(6);
}, 300_000);

import { expect, test } from 'vitest';

import { violationsOf } from './crash-loop/invariants.ts';
import { addFaults } from './crash-loop/loop.ts';
import { type Run, Scene } from './crash-loop/scene.ts';

/**
 * A store at which every request may fail: told to slow down, an internal error, a reset before the work, in the body,
 * and after the work with the answer lost. `FAULTY_FILES=10000` also tells what that costs.
 */

const FILES = Number(process.env['FAULTY_FILES'] ?? 500);
const isMeasured = process.env['FAULTY_FILES'] !== undefined;
const RATES = isMeasured ? [0, 0.01, 0.05] : [0.01];
const LIMITS = { resume: 10_000, width: 48 };
const TIMEOUT = 60_000 + FILES * 200;

/** What came of a task over a store that fails at this rate, and how long it took in milliseconds. */
const runOver = async (scene: Scene, type: Run['type'], rate: number) => {
  addFaults(scene, rate);
  const faults = scene.sandbox.faults();
  const began = performance.now();
  const run = await scene.begin(type);
  await scene.victim.until(() => scene.hasEnded(run), AbortSignal.timeout(TIMEOUT));
  const took = performance.now() - began;
  const met = faults.map(({ rule, hits }) => [JSON.stringify(rule.action), hits] as const);
  const facts = await scene.end(run);
  if (isMeasured) process.stderr.write(`${type} of ${FILES} at ${rate}: ${(took / 1000).toFixed(1)} s\n`);
  return { met, facts, task: facts.sights.at(-1)?.task };
};

/** Faults that were met at all: none is left out by the way the engine happens to work. */
const expectFaults = (met: readonly (readonly [string, number])[]) => {
  // The last is for parts, of which there are few.
  for (const [action, hits] of met.slice(0, -1)) expect(hits, action).toBeGreaterThan(0);
};

test.each(RATES)(
  'exports and imports over a store that fails at %f of all requests land whole, and count once',
  async (rate) => {
    await using scene = await Scene.open({ seed: 1, files: FILES, big: 1 });
    for (const type of ['export', 'import'] as const) {
      const { facts, met, task } = await runOver(scene, type, rate);
      expect(violationsOf(facts, LIMITS)).toEqual([]);
      const count = facts.toDo.least;
      expect(task).toMatchObject({
        Lifecycle: 'SUCCEEDED',
        Status: { TotalCount: count, SucceededCount: count, FailedCount: 0 },
      });
      expectFaults(met);
    }
  },
  TIMEOUT,
);

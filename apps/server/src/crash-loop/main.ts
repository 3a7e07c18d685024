import { parseArgs } from 'node:util';

import { runCrashLoop } from './loop.ts';

/**
 * `npm run test:crash -- --kills 200 --files 10000 [--big 3] [--seed 1] [--faults 0.01]
 * [--cancels 0.2] [--most 16] [--minutes 60] [--quiet 60000]`: kills the server and its workers
 * at random instants while tasks run against a store that fails at random, and checks everything that is promised. Ends
 * with 1 when something was broken. Ctrl-C lets the present round end and tells what was found so far.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    files: { type: 'string', default: '10000' },
    big: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    faults: { type: 'string', default: '0.01' },
    cancels: { type: 'string', default: '0.2' },
    most: { type: 'string', default: '16' },
    minutes: { type: 'string', default: '60' },
    quiet: { type: 'string', default: '60000' },
  },
});

const say = (line: string) => process.stdout.write(`${line}\n`);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

const began = performance.now();
const { kills, tasks, violations, resumes, boots } = await runCrashLoop({
  kills: Number(values.kills),
  files: Number(values.files),
  big: Number(values.big),
  seed: Number(values.seed),
  faults: Number(values.faults),
  cancels: Number(values.cancels),
  most: Number(values.most),
  quiet: Number(values.quiet),
  enough: AbortSignal.any([interrupted.signal, AbortSignal.timeout(Number(values.minutes) * 60_000)]),
  limits: { resume: 10_000, width: 48 },
  say,
});
const seconds = (milliseconds = Number.NaN) => `${(milliseconds / 1000).toFixed(1)} s`;
const spread = (all: readonly number[]) =>
  `half within ${seconds(all[Math.floor(all.length / 2)])}, the worst ${seconds(all.at(-1))} (${all.length} measured)`;
say(`
Kills:                       ${kills} (seed ${values.seed}, ${values.files} files)
Tasks:                       ${tasks}
Violations:                  ${violations.length}
From a kill to progress:     ${spread(resumes)}
Of that, until it is ready:  ${spread(boots)}
Took:                        ${seconds(performance.now() - began)}`);
for (const violation of violations) say(`  ${violation}`);
process.exit(violations.length > 0 ? 1 : 0);

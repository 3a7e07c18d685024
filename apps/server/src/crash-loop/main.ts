import { parseArgs } from 'node:util';

import { runCrashLoop } from './loop.ts';

/**
 * `npm run test:crash -- --kills 200 --files 10000 [--big 3] [--seed 1] [--faults 0.01]
 * [--quiet 60000]`: kills the server and its workers
 * at random instants while tasks run against a store that fails at random, and checks everything that is promised. Ends
 * with 1 when something was broken.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    files: { type: 'string', default: '10000' },
    big: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    faults: { type: 'string', default: '0.01' },
    quiet: { type: 'string', default: '60000' },
  },
});

const say = (line: string) => process.stdout.write(`${line}\n`);

const began = performance.now();
const { kills, tasks, violations, resumes } = await runCrashLoop({
  kills: Number(values.kills),
  files: Number(values.files),
  big: Number(values.big),
  seed: Number(values.seed),
  faults: Number(values.faults),
  quiet: Number(values.quiet),
  limits: { resume: 10_000, width: 96 },
  say,
});
const seconds = (milliseconds = Number.NaN) => `${(milliseconds / 1000).toFixed(1)} s`;
say(`
Kills:                       ${kills} (seed ${values.seed}, ${values.files} files)
Tasks:                       ${tasks}
Violations:                  ${violations.length}
From a restart to progress:  half within ${seconds(resumes[Math.floor(resumes.length / 2)])}, the worst ${seconds(resumes.at(-1))} (${resumes.length} measured)
Took:                        ${seconds(performance.now() - began)}`);
for (const violation of violations) say(`  ${violation}`);
process.exit(violations.length > 0 ? 1 : 0);

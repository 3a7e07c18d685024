import { writeFileSync } from 'node:fs';

import { buildConsole } from '../scripts/build-console.mjs';
import { type Figure, keepsGoal, tableOf } from './figures.ts';
import { measureBrowser } from './list-browser.ts';
import { measureServer } from './list-server.ts';
import { startFullServer } from './server.ts';

/**
 * The tasks list with 100,000 tasks, against the same list with 20: `npm run bench:list [file.json]`. Ends with 1 when
 * something misses its goal.
 */

const COUNT = 100_000;
const FEW = 20;
const ACTIVE = 60;

const measured: Record<string, unknown> = {};
const all: Figure[] = [];
const report = (title: string, figures: readonly Figure[]) => {
  measured[title] = figures;
  all.push(...figures);
  console.log(tableOf(title, figures));
};

if (!(await buildConsole())) throw new Error('The console could not be built: see above.');

{
  await using few = await startFullServer(FEW, 0);
  report(`In Chromium with ${FEW} tasks`, await measureBrowser(few, false));
}
{
  await using many = await startFullServer(COUNT, ACTIVE);
  const { figures, ...server } = await measureServer(many, COUNT);
  report(`Server with ${COUNT.toLocaleString('en')} tasks`, figures);
  measured['server'] = server;
  const { fillSeconds, fillCpuSeconds, rssBefore, rssAfter } = server;
  console.log(
    `\nThe whole list was known after ${fillSeconds.toFixed(1)} s (${fillCpuSeconds.toFixed(1)} s of CPU time); memory ${rssBefore} MB, then ${rssAfter} MB.`,
  );
  report(`In Chromium with ${COUNT.toLocaleString('en')} tasks`, await measureBrowser(many, true));
}

const [file] = process.argv.slice(2);
if (file) writeFileSync(file, `${JSON.stringify(measured, undefined, 2)}\n`);
const missed = all.filter((each) => !keepsGoal(each));
console.log(missed.length === 0 ? '\nAll goals are kept.' : `\nMissed: ${missed.map(({ what }) => what).join(', ')}`);
process.exitCode = missed.length === 0 ? 0 : 1;

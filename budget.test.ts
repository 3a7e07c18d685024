import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, expect, test } from 'vitest';

import { type RouteSize, routeSizes } from './apps/console/build/route-sizes.ts';
import { buildConsole } from './scripts/build-console.mjs';

/** What the console costs to load. `npm run build` prints the figures. */

const CONSOLE = join(import.meta.dirname, 'apps/console');

/** A little more than the budget is no reason to stop a change, only to look. */
const SLACK = 1.05;

let sizes: readonly RouteSize[];
beforeAll(async () => {
  if (!(await buildConsole())) throw new Error('The console could not be built: see above.');
  sizes = routeSizes(join(CONSOLE, 'dist'));
}, 300_000);

test('every route keeps to its budget of compressed JS', () => {
  const over = sizes.filter(({ js, budget }) => js > budget * SLACK);
  expect(over.map(({ path, js, budget }) => `${path}: ${js} bytes of ${budget}`)).toEqual([]);
});

test('every page that the router loads has a budget', () => {
  const routes = readFileSync(join(CONSOLE, 'src/routes.tsx'), 'utf8');
  // Help comes with a press of its button.
  const loaded = [...routes.matchAll(/import\('\.\/((?![^']*help\.tsx)[^']+)'\)/g)].map(([, file]) => `src/${file}`);
  expect(new Set(sizes.map(({ page }) => page))).toEqual(new Set(loaded));
});

import { statSync } from 'node:fs';
import { join } from 'node:path';

import type { Plugin } from 'vite';

import { filesOf, FURTHER, INITIAL, type Route } from './routes.ts';

/** Most bytes of compressed JS: of the route that people start with, and what each other one may add to that. */
export const BUDGET = { initial: 350_000, further: 60_000 };

export interface RouteSize {
  readonly path: string;
  /** The page's own module, which `routes.tsx` imports. */
  readonly page: string;
  /** What a browser loads, below `assets/`: all of it for the initial route, what that one lacks for any other. */
  readonly files: readonly string[];
  /** Bytes, compressed by gzip. */
  readonly js: number;
  readonly css: number;
  readonly budget: number;
}

/** The sizes of all routes, the initial one first, from what `vite build` wrote into a directory. */
export const routeSizes = (directory: string): RouteSize[] => {
  const initial = filesOf(directory, INITIAL);
  const bytes = (files: readonly string[], extension: string) =>
    files
      .filter((file) => file.endsWith(extension))
      .reduce((sum, file) => sum + statSync(join(directory, `${file}.gz`)).size, 0);
  const sizeOf = ({ path, modules }: Route, files: readonly string[], budget: number): RouteSize => ({
    path,
    page: modules[0] ?? '',
    files: files.toSorted(),
    js: bytes(files, '.js'),
    css: bytes(files, '.css'),
    budget,
  });
  return [
    sizeOf(INITIAL, [...initial], BUDGET.initial),
    ...FURTHER.map((route) => {
      const added = [...filesOf(directory, route)].filter((file) => !initial.has(file));
      return sizeOf(route, added, BUDGET.further);
    }),
  ];
};

const kilobytes = (count: number) => (count / 1000).toFixed(1).padStart(10);

const tableOf = (sizes: readonly RouteSize[]) => {
  const width = Math.max(...sizes.map(({ path }) => path.length));
  const lines = sizes.map(
    ({ path, js, css, budget }) => `${path.padEnd(width)}${kilobytes(js)}${kilobytes(budget)}${kilobytes(css)}`,
  );
  const heads = ['JS', 'at most', 'CSS'].map((each) => each.padStart(10)).join('');
  return [`${'kB gzip (after the first: what it adds)'.padEnd(width)}${heads}`, ...lines].join('\n');
};

/** Prints what each route costs to load. */
export const routeSizeReport = (): Plugin => {
  let directory = '';
  return {
    name: 'route-size-report',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      directory = dir;
    },
    closeBundle() {
      if (directory) process.stderr.write(`${tableOf(routeSizes(directory))}\n`);
    },
  };
};

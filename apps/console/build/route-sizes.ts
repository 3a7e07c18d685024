import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { Manifest, Plugin } from 'vite';

/** Most bytes of compressed JS: of the route that people start with, and what each other one may add to that. */
export const BUDGET = { initial: 350_000, further: 60_000 };

interface Route {
  readonly path: string;
  /** The page, and whatever else it loads without being asked; a browser test holds this against what it loads. */
  readonly modules: readonly string[];
}

const INITIAL: Route = { path: '/fsx/data-repository-tasks', modules: ['index.html', 'src/tasks/task-list.tsx'] };

const CREATE_TASK = ['src/tasks/create-task-page.tsx', 'src/tasks/task-preview.tsx'];

const FURTHER: readonly Route[] = [
  {
    path: '/fsx/data-repository-tasks/:id',
    modules: ['src/tasks/task-page.tsx', 'src/tasks/task-work-details.tsx'],
  },
  { path: '/fsx/data-repository-tasks/create/export', modules: CREATE_TASK },
  { path: '/fsx/data-repository-tasks/create/import', modules: CREATE_TASK },
  { path: '/fsx/data-repository-tasks/create/release', modules: ['src/tasks/create-release-page.tsx'] },
  { path: '/fsx/file-systems', modules: ['src/file-systems/file-system-list.tsx'] },
  { path: '/fsx/file-systems/create', modules: ['src/file-systems/file-system-create-page.tsx'] },
  { path: '/fsx/file-systems/:id', modules: ['src/file-systems/file-system-page.tsx'] },
  {
    path: '/fsx/file-systems/:id/associations/create',
    modules: ['src/associations/association-create-page.tsx'],
  },
  { path: '/fsx/data-repository-associations/:id', modules: ['src/associations/association-page.tsx'] },
  { path: '/fsx/data-repository-associations/:id/update', modules: ['src/associations/association-update-page.tsx'] },
];

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

/** The chunks that come with these modules, and with what they import. */
const chunksOf = (manifest: Manifest, modules: readonly string[], found = new Set<string>()) => {
  for (const each of modules) {
    const chunk = manifest[each];
    if (!chunk) throw new Error(`The build has no chunk for ${each}, which build/route-sizes.ts names.`);
    if (found.has(each)) continue;
    found.add(each);
    chunksOf(manifest, chunk.imports ?? [], found);
  }
  return found;
};

const filesOf = (manifest: Manifest, modules: readonly string[]) =>
  new Set(
    [...chunksOf(manifest, modules)].flatMap((each) => [manifest[each]?.file ?? '', ...(manifest[each]?.css ?? [])]),
  );

/** The sizes of all routes, the initial one first, from what `vite build` wrote into a directory. */
export const routeSizes = (directory: string): RouteSize[] => {
  // Vite's own file.
  const manifest = JSON.parse(readFileSync(join(directory, '.vite/manifest.json'), 'utf8')) as Manifest;
  const initial = filesOf(manifest, INITIAL.modules);
  const bytes = (files: readonly string[], extension: string) =>
    files
      .filter((file) => file.endsWith(extension))
      .reduce((sum, file) => sum + statSync(join(directory, `${file}.gz`)).size, 0);
  const sizeOf = ({ path, modules }: Route, files: readonly string[], budget: number): RouteSize => ({
    path,
    page: modules.find((each) => each.startsWith('src/')) ?? '',
    files: files.toSorted(),
    js: bytes(files, '.js'),
    css: bytes(files, '.css'),
    budget,
  });
  return [
    sizeOf(INITIAL, [...initial], BUDGET.initial),
    ...FURTHER.map((route) => {
      const added = [...filesOf(manifest, route.modules)].filter((file) => !initial.has(file));
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

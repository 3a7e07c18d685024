import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Manifest } from 'vite';

export interface Route {
  readonly path: string;
  /** The page, and whatever else it loads without being asked; a browser test holds this against what it loads. */
  readonly modules: readonly string[];
}

/** Where people start. Once the page stands, what tells of changes comes after it. */
export const INITIAL: Route = {
  path: '/fsx/data-repository-tasks',
  modules: ['src/tasks/task-list.tsx', 'src/live/event-stream.ts'],
};

const CREATE_TASK = ['src/tasks/create-task-page.tsx', 'src/tasks/task-preview.tsx'];

/** In the order in which they are looked at: the first whose path fits is it. */
export const FURTHER: readonly Route[] = [
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

/** What every page loads. */
const ENTRY = 'index.html';

/** The chunks that come with these modules, and with what they import. */
const chunksOf = (manifest: Manifest, modules: readonly string[], found = new Set<string>()) => {
  for (const each of modules) {
    const chunk = manifest[each];
    if (!chunk) throw new Error(`The build has no chunk for ${each}, which build/routes.ts names.`);
    if (found.has(each)) continue;
    found.add(each);
    chunksOf(manifest, chunk.imports ?? [], found);
  }
  return found;
};

/** JS and CSS that a browser loads for a route, below `assets/`, as `vite build` named them in that directory. */
export const filesOf = (directory: string, { modules }: Pick<Route, 'modules'>): ReadonlySet<string> => {
  // Vite's own file.
  const manifest = JSON.parse(readFileSync(join(directory, '.vite/manifest.json'), 'utf8')) as Manifest;
  return new Set(
    [...chunksOf(manifest, [ENTRY, ...modules])].flatMap((each) => [
      manifest[each]?.file ?? '',
      ...(manifest[each]?.css ?? []),
    ]),
  );
};

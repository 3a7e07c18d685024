import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';
import { type ComponentType, lazy, Suspense } from 'react';
import { matchPath, Navigate, type Params, Route, Routes, useLocation } from 'react-router';

import { associationQuery } from './associations/queries.ts';
import { type Crumb, crumbs, paths, readCreateTaskFrom } from './paths.ts';
import { AppShell } from './shell/app-shell.tsx';
import { fromAwsHash, isHome } from './shell/aws-links.ts';
import { NotFound, PageBoundary } from './shell/failure.tsx';
import { useSettings } from './shell/settings.ts';

/**
 * The map of the console: every URL, the page behind it, and its breadcrumbs. A page is loaded when it is first
 * visited.
 */
interface Page {
  readonly path: string;
  readonly crumbs: (params: Params, query: URLSearchParams) => readonly Crumb[];
  readonly contentType: 'default' | 'table' | 'form';
  readonly Content: ComponentType;
  /** What the help panel says of it. */
  readonly Help?: ComponentType;
}

const page = (load: () => Promise<ComponentType>) => lazy(async () => ({ default: await load() }));

const taskHelp = () => import('./tasks/help.tsx');
const fileSystemHelp = () => import('./file-systems/help.tsx');
const associationHelp = () => import('./associations/help.tsx');

const id = (params: Params) => params['id'] ?? '';

const createCrumbs = (kind: 'export' | 'import' | 'release') => (_params: Params, query: URLSearchParams) =>
  crumbs.createTask(kind, readCreateTaskFrom(query));

const ASSOCIATION = '/fsx/data-repository-associations/:id';
const UPDATE_ASSOCIATION = `${ASSOCIATION}/update`;

const PAGES: readonly Page[] = [
  {
    path: '/fsx/data-repository-tasks',
    crumbs: crumbs.tasks,
    contentType: 'table',
    Content: page(async () => (await import('./tasks/task-list.tsx')).TaskListPage),
    Help: page(async () => (await taskHelp()).TaskListHelp),
  },
  {
    path: '/fsx/data-repository-tasks/:id',
    crumbs: (params) => crumbs.task(id(params)),
    contentType: 'default',
    Content: page(async () => (await import('./tasks/task-page.tsx')).TaskPage),
    Help: page(async () => (await taskHelp()).TaskHelp),
  },
  {
    path: '/fsx/data-repository-tasks/create/export',
    crumbs: createCrumbs('export'),
    contentType: 'form',
    Content: page(async () => (await import('./tasks/create-task-page.tsx')).CreateExportPage),
    Help: page(async () => (await taskHelp()).CreateExportHelp),
  },
  {
    path: '/fsx/data-repository-tasks/create/import',
    crumbs: createCrumbs('import'),
    contentType: 'form',
    Content: page(async () => (await import('./tasks/create-task-page.tsx')).CreateImportPage),
    Help: page(async () => (await taskHelp()).CreateImportHelp),
  },
  {
    path: '/fsx/data-repository-tasks/create/release',
    crumbs: createCrumbs('release'),
    contentType: 'form',
    Content: page(async () => (await import('./tasks/create-release-page.tsx')).CreateReleasePage),
    Help: page(async () => (await taskHelp()).CreateReleaseHelp),
  },
  {
    path: '/fsx/file-systems',
    crumbs: crumbs.fileSystems,
    contentType: 'table',
    Content: page(async () => (await import('./file-systems/file-system-list.tsx')).FileSystemListPage),
    Help: page(async () => (await fileSystemHelp()).FileSystemListHelp),
  },
  {
    // Before the pages of file systems, whose pattern fits it too.
    path: '/fsx/file-systems/create',
    crumbs: crumbs.createFileSystem,
    contentType: 'form',
    Content: page(async () => (await import('./file-systems/file-system-create-page.tsx')).FileSystemCreatePage),
    Help: page(async () => (await fileSystemHelp()).CreateFileSystemHelp),
  },
  {
    path: '/fsx/file-systems/:id/associations/create',
    crumbs: (params) => crumbs.createAssociation(id(params)),
    contentType: 'form',
    Content: page(async () => (await import('./associations/association-create-page.tsx')).AssociationCreatePage),
    Help: page(async () => (await associationHelp()).CreateAssociationHelp),
  },
  {
    path: '/fsx/file-systems/:id',
    crumbs: (params) => crumbs.fileSystem(id(params)),
    contentType: 'default',
    Content: page(async () => (await import('./file-systems/file-system-page.tsx')).FileSystemPage),
    Help: page(async () => (await fileSystemHelp()).FileSystemHelp),
  },
  {
    path: ASSOCIATION,
    crumbs: (params) => crumbs.association(id(params)),
    contentType: 'default',
    Content: page(async () => (await import('./associations/association-page.tsx')).AssociationPage),
    Help: page(async () => (await associationHelp()).AssociationHelp),
  },
  {
    path: UPDATE_ASSOCIATION,
    crumbs: (params) => crumbs.updateAssociation(id(params)),
    contentType: 'form',
    Content: page(async () => (await import('./associations/association-update-page.tsx')).AssociationUpdatePage),
    Help: page(async () => (await associationHelp()).UpdateAssociationHelp),
  },
  {
    path: '*',
    crumbs: crumbs.notFound,
    contentType: 'default',
    Content: () => (
      <NotFound title="Page not found" backTo={paths.tasks()} backText="Open data repository tasks">
        The console has no page at this address.
      </NotFound>
    ),
  },
];

const find = (pathname: string) => {
  for (const each of PAGES) {
    const match = matchPath(each.path, pathname);
    if (match) return { page: each, params: match.params };
  }
  // The last entry matches everything.
  throw new Error('no page matches');
};

/** The breadcrumbs of an association name its file system, which only the association itself knows. */
const useTrail = (pathname: string, search: string) => {
  const { page: found, params } = find(pathname);
  const isAssociation = found.path === ASSOCIATION;
  const isUpdate = found.path === UPDATE_ASSOCIATION;
  const { data: association } = useQuery({ ...associationQuery(id(params)), enabled: isAssociation || isUpdate });
  if (isAssociation) return crumbs.association(id(params), association?.FileSystemId);
  if (isUpdate) return crumbs.updateAssociation(id(params), association?.FileSystemId);
  return found.crumbs(params, new URLSearchParams(search));
};

export const Pages = () => {
  // Every page shows times in the zone of the settings, so all are rendered again when those change.
  useSettings();
  const { pathname, search, hash } = useLocation();
  const trail = useTrail(pathname, search);
  const home = fromAwsHash(hash) ?? (isHome(pathname) ? paths.tasks() : undefined);
  if (home !== undefined) return <Navigate replace to={home} />;
  const { contentType, Help } = find(pathname).page;
  return (
    <AppShell crumbs={trail} contentType={contentType} Help={Help}>
      <Suspense fallback={<StatusIndicator type="loading">Loading page</StatusIndicator>}>
        <PageBoundary key={pathname}>
          <Routes>
            {PAGES.map(({ path, Content }) => (
              <Route key={path} path={path} element={<Content />} />
            ))}
          </Routes>
        </PageBoundary>
      </Suspense>
    </AppShell>
  );
};

/**
 * Every URL of the console, and the breadcrumbs that lead to it. Nothing else spells a path.
 */

/** The task types that the console creates, as their routes name them. */
export type TaskKind = 'export' | 'import' | 'release';

/** What a create page starts from: a file system, some of its associations, or a task to copy. */
export interface CreateTaskFrom {
  readonly fileSystemId?: string | undefined;
  readonly associationIds?: readonly string[];
  /** ID of the task whose settings fill the form. */
  readonly duplicate?: string;
  /** With `duplicate`: only what failed then. An error code of its completion report, or `all` of them. */
  readonly retry?: string;
}

const createQuery = ({ fileSystemId, associationIds = [], duplicate, retry }: CreateTaskFrom) => {
  const query = new URLSearchParams();
  if (fileSystemId) query.set('fileSystemId', fileSystemId);
  for (const id of associationIds) query.append('associationId', id);
  if (duplicate) query.set('duplicate', duplicate);
  if (duplicate && retry) query.set('retry', retry);
  return query.size > 0 ? `?${query.toString()}` : '';
};

const segment = encodeURIComponent;

export const paths = {
  tasks: () => '/fsx/data-repository-tasks',
  task: (taskId: string) => `/fsx/data-repository-tasks/${segment(taskId)}`,
  /** The list of what failed, on the task's page. */
  taskFailures: (taskId: string) => `${paths.task(taskId)}${FAILURES}`,
  createTask: (kind: TaskKind, from: CreateTaskFrom = {}) =>
    `/fsx/data-repository-tasks/create/${kind}${createQuery(from)}`,
  fileSystems: () => '/fsx/file-systems',
  fileSystem: (fileSystemId: string, tab: FileSystemTab = 'data-repository') =>
    `/fsx/file-systems/${segment(fileSystemId)}?tab=${tab}`,
  createFileSystem: () => '/fsx/file-systems/create',
  createAssociation: (fileSystemId: string) => `/fsx/file-systems/${segment(fileSystemId)}/associations/create`,
  association: (associationId: string) => `/fsx/data-repository-associations/${segment(associationId)}`,
  updateAssociation: (associationId: string) => `/fsx/data-repository-associations/${segment(associationId)}/update`,
};

/** The part of a task's page that lists what failed. */
export const FAILURES = '#failures';

export const FILE_SYSTEM_TABS = ['data-repository', 'monitoring', 'tags'] as const;
export type FileSystemTab = (typeof FILE_SYSTEM_TABS)[number];

/** Reads what `paths.createTask` wrote. */
export const readCreateTaskFrom = (query: URLSearchParams): CreateTaskFrom => {
  const fileSystemId = query.get('fileSystemId');
  const duplicate = query.get('duplicate');
  const retry = query.get('retry');
  return {
    associationIds: query.getAll('associationId'),
    ...(fileSystemId ? { fileSystemId } : {}),
    ...(duplicate ? { duplicate } : {}),
    ...(duplicate && retry ? { retry } : {}),
  };
};

export interface Crumb {
  readonly text: string;
  readonly href: string;
}

export const CREATE_TITLES = {
  export: 'Create export data repository task',
  import: 'Create import data repository task',
  release: 'Create release data repository task',
} satisfies Record<TaskKind, string>;

export const CREATE_FILE_SYSTEM = 'Create file system';
export const CREATE_ASSOCIATION = 'Create data repository association';
export const UPDATE_ASSOCIATION = 'Update data repository association';

const root: Crumb = { text: 'Amazon FSx', href: paths.tasks() };
const tasks: Crumb = { text: 'Data repository tasks', href: paths.tasks() };
const fileSystems: Crumb = { text: 'File systems', href: paths.fileSystems() };
const fileSystem = (id: string): Crumb => ({ text: id, href: paths.fileSystem(id) });

/** The way to each page, from the service's name to the page itself. */
export const crumbs = {
  tasks: () => [root, tasks],
  task: (taskId: string) => [root, tasks, { text: taskId, href: paths.task(taskId) }],
  /** The list of what failed, on the task's page. */
  taskFailures: (taskId: string) => `${paths.task(taskId)}${FAILURES}`,
  createTask: (kind: TaskKind, from: CreateTaskFrom) => [
    root,
    ...(from.fileSystemId ? [fileSystems, fileSystem(from.fileSystemId)] : [tasks]),
    { text: CREATE_TITLES[kind], href: paths.createTask(kind, from) },
  ],
  fileSystems: () => [root, fileSystems],
  fileSystem: (id: string) => [root, fileSystems, fileSystem(id)],
  /** The file system is known once the association is; until then the trail leaves it out. */
  association: (id: string, fileSystemId?: string): readonly Crumb[] => [
    root,
    fileSystems,
    ...(fileSystemId ? [fileSystem(fileSystemId)] : []),
    { text: id, href: paths.association(id) },
  ],
  createFileSystem: () => [root, fileSystems, { text: CREATE_FILE_SYSTEM, href: paths.createFileSystem() }],
  createAssociation: (fileSystemId: string) => [
    root,
    fileSystems,
    fileSystem(fileSystemId),
    { text: CREATE_ASSOCIATION, href: paths.createAssociation(fileSystemId) },
  ],
  updateAssociation: (id: string, fileSystemId?: string) => [
    ...crumbs.association(id, fileSystemId),
    { text: UPDATE_ASSOCIATION, href: paths.updateAssociation(id) },
  ],
  notFound: () => [root, { text: 'Page not found', href: '' }],
};

import { paths } from '../paths.ts';

/** The page of a resource by its ID, such as `task-0123456789abcdef0`; undefined for text that is no such ID. */
export const pageOfId = (id: string): string | undefined => {
  const [, kind] = /^(fs|dra|task)-[0-9a-f]{8,}$/.exec(id) ?? [];
  if (kind === 'fs') return paths.fileSystem(id);
  if (kind === 'dra') return paths.association(id);
  return kind === 'task' ? paths.task(id) : undefined;
};

/**
 * The page that an address of the AWS console means: it puts them behind `#`, such as `#file-system-details/fs-...`.
 * Undefined for one that is not known.
 */
export const fromAwsHash = (hash: string): string | undefined => {
  const [page = '', id = ''] = hash.replace(/^#\/?/, '').split(/[/?]/);
  if (page === 'file-systems') return paths.fileSystems();
  if (page === 'file-system-create') return paths.createFileSystem();
  if (page === 'data-repository-tasks') return paths.tasks();
  if (page === 'file-system-details' && id.startsWith('fs-')) return pageOfId(id);
  if (page === 'data-repository-association-details' && id.startsWith('dra-')) return pageOfId(id);
  return undefined;
};

/** Where AWS's console is at home, and what people type: without a hash that is known, they lead to the tasks. */
export const isHome = (pathname: string) => /^\/(?:fsx(?:\/home)?)?\/?$/.test(pathname);

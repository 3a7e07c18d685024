import { paths } from '../paths.ts';

/**
 * The page that an address of the AWS console means: it puts them behind `#`, such as `#file-system-details/fs-...`.
 * Undefined for one that is not known.
 */
export const fromAwsHash = (hash: string): string | undefined => {
  const [page = '', id = ''] = hash.replace(/^#\/?/, '').split(/[/?]/);
  if (page === 'file-systems') return paths.fileSystems();
  if (page === 'file-system-create') return paths.createFileSystem();
  if (page === 'data-repository-tasks') return paths.tasks();
  if (page === 'file-system-details' && /^fs-[0-9a-f]+$/.test(id)) return paths.fileSystem(id);
  if (page === 'data-repository-association-details' && /^dra-[0-9a-f]+$/.test(id)) return paths.association(id);
  return undefined;
};

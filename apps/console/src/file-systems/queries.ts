import type { FileSystem } from '@drt/contract/file-systems';
import { queryOptions, useQuery } from '@tanstack/react-query';

import { callFsx, fsxQuery } from '../api/fsx.ts';
import type { ResourceList } from '../table/resource-table.tsx';
import { paceOf, wholeList } from '../table/whole-list.ts';

/** An account has few file systems, so all pages are fetched at once. */
export const fileSystemsQuery = queryOptions({
  queryKey: ['DescribeFileSystems', 'all'] as const,
  queryFn: async ({ signal }) => {
    const all: FileSystem[] = [];
    let token: string | undefined;
    do {
      // Each page names the next one.
      const page = await callFsx('DescribeFileSystems', token ? { NextToken: token } : {}, signal);
      all.push(...(page.FileSystems ?? []));
      token = page.NextToken;
    } while (token);
    return all;
  },
  refetchInterval: ({ state }) => paceOf(state.data ?? []),
});

export const useFileSystemList = (): ResourceList<FileSystem> => wholeList(useQuery(fileSystemsQuery));

/** One file system; FSx answers an unknown ID with `FileSystemNotFound`. */
export const fileSystemQuery = (fileSystemId: string) =>
  queryOptions({
    ...fsxQuery('DescribeFileSystems', { FileSystemIds: [fileSystemId] }),
    select: (answer) => answer.FileSystems?.[0],
    refetchInterval: ({ state }) => paceOf(state.data?.FileSystems ?? []),
  });

/** The value of the `Name` tag. */
export const fileSystemName = ({ Tags }: Pick<FileSystem, 'Tags'>) => Tags?.find((tag) => tag.Key === 'Name')?.Value;

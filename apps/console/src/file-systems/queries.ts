import type { FileSystem } from '@drt/contract/file-systems';
import { queryOptions, useQuery } from '@tanstack/react-query';

import { engineQuery } from '../api/engine.ts';
import { callFsx, fsxQuery } from '../api/fsx.ts';
import type { Rows } from '../table/table-frame.tsx';
import { paceOf, wholeList } from '../table/whole-list.ts';
import { listTasks } from '../tasks/queries.ts';
import { ACTIVE } from '../tasks/task-query.ts';

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

export const useFileSystemList = (): Rows<FileSystem> => wholeList(useQuery(fileSystemsQuery));

/** One file system; FSx answers an unknown ID with `FileSystemNotFound`. */
export const fileSystemQuery = (fileSystemId: string) =>
  queryOptions({
    ...fsxQuery('DescribeFileSystems', { FileSystemIds: [fileSystemId] }),
    select: (answer) => answer.FileSystems?.[0],
    refetchInterval: ({ state }) => paceOf(state.data?.FileSystems ?? []),
  });

/** Where the engine keeps a file system. It never moves. */
export const directoryQuery = (fileSystemId: string) =>
  queryOptions({
    ...engineQuery('DescribeFileSystemDirectory', { FileSystemId: fileSystemId }),
    staleTime: Infinity,
  });

/** The value of the `Name` tag. */
export const fileSystemName = ({ Tags }: Pick<FileSystem, 'Tags'>) => Tags?.find((tag) => tag.Key === 'Name')?.Value;

/** More tasks than this run and wait nowhere; were there more, the counts would be too low. */
const MOST_ACTIVE = 1000;

/** How many tasks of each file system run or wait, by its ID. */
export const activeCountsQuery = queryOptions({
  // Of the tasks themselves, so that whoever watches tasks sees these too.
  queryKey: ['DescribeDataRepositoryTasks', 'active'] as const,
  queryFn: ({ signal }) =>
    listTasks(
      {
        filter: { operation: 'and', tokens: ACTIVE },
        sort: { property: 'created', descending: false },
        page: 1,
        pageSize: MOST_ACTIVE,
      },
      signal,
    ),
  select: ({ DataRepositoryTasks: tasks }) => {
    const counts = new Map<string, number>();
    for (const { FileSystemId = '' } of tasks) counts.set(FileSystemId, (counts.get(FileSystemId) ?? 0) + 1);
    return counts;
  },
  refetchInterval: 5_000,
});

import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { queryOptions, useQuery } from '@tanstack/react-query';

import { callFsx, fsxQuery } from '../api/fsx.ts';
import { pace } from '../api/region.ts';
import type { Rows } from '../table/table-frame.tsx';
import { paceOf, wholeList } from '../table/whole-list.ts';

/** The associations of one file system. There are at most eight, so one page holds them all. */
export const associationsQuery = (fileSystemId: string) =>
  queryOptions({
    ...fsxQuery('DescribeDataRepositoryAssociations', {
      Filters: [{ Name: 'file-system-id', Values: [fileSystemId] }],
    }),
    select: (answer) => answer.Associations ?? [],
    refetchInterval: ({ state }) => paceOf(state.data?.Associations ?? []),
  });

export const useAssociationList = (fileSystemId: string): Rows<DataRepositoryAssociation> =>
  wholeList(useQuery(associationsQuery(fileSystemId)));

/** The associations of all file systems. */
export const allAssociationsQuery = queryOptions({
  queryKey: ['DescribeDataRepositoryAssociations', 'all'] as const,
  queryFn: async ({ signal }) => {
    const all: DataRepositoryAssociation[] = [];
    let token: string | undefined;
    do {
      // Each page names the next one.
      const page = await callFsx('DescribeDataRepositoryAssociations', token ? { NextToken: token } : {}, signal);
      all.push(...(page.Associations ?? []));
      token = page.NextToken;
    } while (token);
    return all;
  },
  refetchInterval: () => pace(30_000, 120_000),
});

/** How many associations each file system has, by its ID. FSx itself has no such count. */
export const linkCountsQuery = queryOptions({
  ...allAssociationsQuery,
  select: (all) => {
    const counts = new Map<string, number>();
    for (const { FileSystemId = '' } of all) counts.set(FileSystemId, (counts.get(FileSystemId) ?? 0) + 1);
    return counts;
  },
});

/** One association; FSx answers an unknown ID with `DataRepositoryAssociationNotFound`. */
export const associationQuery = (associationId: string) =>
  queryOptions({
    ...fsxQuery('DescribeDataRepositoryAssociations', { AssociationIds: [associationId] }),
    select: (answer) => answer.Associations?.[0],
    refetchInterval: ({ state }) => paceOf(state.data?.Associations ?? []),
  });

import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { queryOptions, useQuery } from '@tanstack/react-query';

import { fsxQuery } from '../api/fsx.ts';
import type { ResourceList } from '../table/resource-table.tsx';

const CHANGING = new Set(['CREATING', 'DELETING', 'UPDATING']);

const paceOf = (associations: readonly DataRepositoryAssociation[]) =>
  associations.some((each) => CHANGING.has(each.Lifecycle ?? '')) ? 3_000 : 30_000;

/** The associations of one file system. There are at most eight, so one page holds them all. */
export const associationsQuery = (fileSystemId: string) =>
  queryOptions({
    ...fsxQuery('DescribeDataRepositoryAssociations', {
      Filters: [{ Name: 'file-system-id', Values: [fileSystemId] }],
    }),
    select: (answer) => answer.Associations ?? [],
    refetchInterval: ({ state }) => paceOf(state.data?.Associations ?? []),
  });

export const useAssociationList = (fileSystemId: string): ResourceList<DataRepositoryAssociation> => {
  const query = useQuery(associationsQuery(fileSystemId));
  return {
    items: query.data ?? [],
    loading: query.isPending,
    error: query.error,
    updatedAt: query.dataUpdatedAt,
    refresh: () => query.refetch(),
    hasMore: false,
    loadMore: () => Promise.resolve(),
  };
};

/** One association; FSx answers an unknown ID with `DataRepositoryAssociationNotFound`. */
export const associationQuery = (associationId: string) =>
  queryOptions({
    ...fsxQuery('DescribeDataRepositoryAssociations', { AssociationIds: [associationId] }),
    select: (answer) => answer.Associations?.[0],
    refetchInterval: ({ state }) => paceOf(state.data?.Associations ?? []),
  });

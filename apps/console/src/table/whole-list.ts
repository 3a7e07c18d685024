import type { UseQueryResult } from '@tanstack/react-query';

import { pace } from '../api/region.ts';
import type { Rows } from './table-frame.tsx';

const CHANGING = new Set(['CREATING', 'DELETING', 'UPDATING']);

/** How soon to ask again, in ms: resources on their way to another lifecycle are looked at more often. */
export const paceOf = (resources: readonly { readonly Lifecycle?: string | undefined }[]): number =>
  resources.some((each) => CHANGING.has(each.Lifecycle ?? '')) ? pace(3_000, 10_000) : pace(30_000, 60_000);

/** A list whose query brings all of it at once. */
export const wholeList = <Item>(query: UseQueryResult<Item[]>): Rows<Item> => ({
  items: query.data ?? [],
  loading: query.isPending,
  error: query.error,
  updatedAt: query.dataUpdatedAt,
  refresh: () => query.refetch(),
});

import { useCollection } from '@cloudscape-design/collection-hooks';
import Pagination from '@cloudscape-design/components/pagination';
import type { TableProps } from '@cloudscape-design/components/table';
import { useMemo } from 'react';

import { zoneOf } from '../shell/time.ts';
import { definitionOf, type ResourceColumn, type SortValue } from './column.tsx';
import { usePreferences } from './preferences.ts';
import { type Rows, TableFrame, type TableLook } from './table-frame.tsx';

/** A list that is fetched piece by piece, and sorted and paged here. */
export interface ResourceList<Item> extends Rows<Item> {
  /** There are more items on the server than were fetched. */
  readonly hasMore: boolean;
  readonly loadMore: () => Promise<unknown>;
}

interface ResourceTableProps<Item> extends TableLook<Item> {
  /** Names the table in this browser's storage. */
  readonly tableId: string;
  readonly list: ResourceList<Item>;
  readonly columns: readonly ResourceColumn<Item>[];
  readonly selectedKeys?: readonly string[];
  readonly onSelect?: (keys: readonly string[]) => void;
  readonly newestFirstBy?: string;
}

const compare = (one: SortValue, other: SortValue) => {
  if (one === other) return 0;
  // Items without a value come last in ascending order.
  if (one === undefined) return 1;
  if (other === undefined) return -1;
  return one < other ? -1 : 1;
};

/** `(20)`, `(1/20)` once something is selected, `(50+)` while the server holds more. */
const counterOf = ({ items, hasMore, loading, error }: ResourceList<unknown>, selected: number) => {
  if (loading || (error !== null && items.length === 0)) return '';
  const all = `${items.length}${hasMore ? '+' : ''}`;
  return selected > 0 ? `(${selected}/${all})` : `(${all})`;
};

const definitionsOf = <Item,>(
  columns: readonly ResourceColumn<Item>[],
  sortable: boolean,
  zone: string,
): TableProps.ColumnDefinition<Item>[] =>
  columns.map((column) => {
    const { sortBy } = column;
    const definition = definitionOf(column, zone);
    if (!sortBy || !sortable) return definition;
    return { ...definition, sortingComparator: (a: Item, b: Item) => compare(sortBy(a), sortBy(b)) };
  });

/** The list of every resource that is small enough to be sorted and paged in the browser. */
export const ResourceTable = <Item,>(props: ResourceTableProps<Item>) => {
  const { tableId, names, list, columns, keyOf, newestFirstBy, selectedKeys = [], onSelect } = props;
  const [preferences, changePreferences] = usePreferences(tableId, columns);
  // Sorting what happens to be loaded would show a false order, so it waits until everything is here.
  const zone = zoneOf();
  const definitions = useMemo(() => definitionsOf(columns, !list.hasMore, zone), [columns, list.hasMore, zone]);
  const newest = definitions.find((each) => each.id === newestFirstBy && each.sortingComparator);
  const { items, collectionProps, paginationProps, actions } = useCollection(list.items, {
    sorting: newest ? { defaultState: { sortingColumn: newest, isDescending: true } } : {},
    pagination: { pageSize: preferences.pageSize },
  });
  const selectedItems = list.items.filter((each) => selectedKeys.includes(keyOf(each)));
  return (
    <TableFrame<Item>
      {...props}
      rows={list}
      shown={items}
      definitions={definitions}
      collection={collectionProps}
      counter={counterOf(list, selectedItems.length)}
      rangeText={(first, last) =>
        `Showing ${names} ${first} to ${last} of ${list.items.length}${list.hasMore ? ' or more' : ''}`
      }
      selectedItems={selectedItems}
      onSelect={(chosen) => onSelect?.(chosen.map(keyOf))}
      preferences={preferences}
      onPreferences={changePreferences}
      pagination={
        <Pagination
          {...paginationProps}
          openEnd={list.hasMore}
          onNextPageClick={({ detail }) => {
            if (detail.requestedPageAvailable) return;
            void list.loadMore().then(() => actions.setCurrentPage(detail.requestedPageIndex));
          }}
        />
      }
    />
  );
};

import { useCollection } from '@cloudscape-design/collection-hooks';
import Pagination from '@cloudscape-design/components/pagination';
import type { TableProps } from '@cloudscape-design/components/table';
import { useMemo } from 'react';

import { zoneOf } from '../shell/time.ts';
import { definitionOf, type ResourceColumn, type SortValue } from './column.tsx';
import { usePreferences } from './preferences.ts';
import { type Rows, TableFrame, type TableLook } from './table-frame.tsx';

interface ResourceTableProps<Item> extends TableLook<Item> {
  /** Names the table in this browser's storage. */
  readonly tableId: string;
  /** All of it: it is sorted and paged here. */
  readonly list: Rows<Item>;
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

/** `(20)`, or `(1/20)` once something is selected. */
const counterOf = ({ items, loading, error }: Rows<unknown>, selected: number) => {
  if (loading || (error !== null && items.length === 0)) return '';
  return selected > 0 ? `(${selected}/${items.length})` : `(${items.length})`;
};

const definitionsOf = <Item,>(
  columns: readonly ResourceColumn<Item>[],
  zone: string,
): TableProps.ColumnDefinition<Item>[] =>
  columns.map((column) => {
    const { sortBy } = column;
    const definition = definitionOf(column, zone);
    if (!sortBy) return definition;
    return { ...definition, sortingComparator: (a: Item, b: Item) => compare(sortBy(a), sortBy(b)) };
  });

/** The list of every resource that is small enough to be sorted and paged in the browser. */
export const ResourceTable = <Item,>(props: ResourceTableProps<Item>) => {
  const { tableId, names, list, columns, keyOf, newestFirstBy, selectedKeys = [], onSelect } = props;
  const [preferences, changePreferences] = usePreferences(tableId, columns);
  const zone = zoneOf();
  const definitions = useMemo(() => definitionsOf(columns, zone), [columns, zone]);
  const newest = definitions.find((each) => each.id === newestFirstBy && each.sortingComparator);
  const { items, collectionProps, paginationProps } = useCollection(list.items, {
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
      rangeText={(first, last) => `Showing ${names} ${first} to ${last} of ${list.items.length}`}
      selectedItems={selectedItems}
      onSelect={(chosen) => onSelect?.(chosen.map(keyOf))}
      preferences={preferences}
      onPreferences={changePreferences}
      pagination={<Pagination {...paginationProps} />}
    />
  );
};

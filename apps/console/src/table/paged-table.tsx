import Pagination from '@cloudscape-design/components/pagination';
import { useMemo } from 'react';

import { zoneOf } from '../shell/time.ts';
import { definitionOf, type ResourceColumn } from './column.tsx';
import type { TablePreferences } from './preferences.ts';
import { type Rows, TableFrame, type TableLook } from './table-frame.tsx';

interface Sort {
  /** ID of a column. */
  readonly property: string;
  readonly descending: boolean;
}

interface PagedTableProps<Item> extends TableLook<Item> {
  /** The rows of the page asked for, or still those of the page before. */
  readonly rows: Rows<Item>;
  readonly total: number;
  /** False while the server does not know all items yet. */
  readonly complete: boolean;
  /** From 1. */
  readonly page: number;
  readonly onPage: (page: number) => void;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  readonly columns: readonly ResourceColumn<Item>[];
  /** Of this page and of others. */
  readonly selectedItems: readonly Item[];
  readonly onSelect: (items: readonly Item[]) => void;
  readonly preferences: TablePreferences;
  readonly onPreferences: (part: Partial<TablePreferences>) => void;
}

/** As wide as a counter, so that the header does not wrap anew when it comes. */
const COUNTER_TO_COME = '\u2007'.repeat(3);

/** A list that the server sorts and pages, since it is too long for the browser. */
export const PagedTable = <Item,>(props: PagedTableProps<Item>) => {
  const { names, rows, total, complete, page, onPage, sort, onSort, columns, selectedItems, preferences } = props;
  const zone = zoneOf();
  const definitions = useMemo(
    () => columns.map((each) => ({ ...definitionOf(each, zone), ...(each.sortBy ? { sortingField: each.id } : {}) })),
    [columns, zone],
  );
  const all = `${total.toLocaleString('en')}${complete ? '' : '+'}`;
  const chosen = selectedItems.length > 0 ? `${selectedItems.length}/` : '';
  const before = (page - 1) * preferences.pageSize;
  return (
    <TableFrame<Item>
      {...props}
      shown={rows.items}
      definitions={definitions}
      collection={{
        sortingColumn: { sortingField: sort.property },
        sortingDescending: sort.descending,
        onSortingChange: ({ detail }) => {
          const property = detail.sortingColumn.sortingField;
          if (property) onSort({ property, descending: detail.isDescending ?? false });
        },
      }}
      counter={rows.updatedAt === 0 ? COUNTER_TO_COME : `(${chosen}${all})`}
      rangeText={(first, last) => `Showing ${names} ${before + first} to ${before + last} of ${all}`}
      pagination={
        <Pagination
          currentPageIndex={page}
          pagesCount={Math.max(1, Math.ceil(total / preferences.pageSize))}
          openEnd={!complete}
          onChange={({ detail }) => onPage(detail.currentPageIndex)}
        />
      }
    />
  );
};

import { useCollection } from '@cloudscape-design/collection-hooks';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CollectionPreferences from '@cloudscape-design/components/collection-preferences';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { type ReactNode, useMemo, useState } from 'react';

import { explainFailure } from '../api/errors.ts';
import { FailureAlert } from '../shell/failure.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { formatClock } from '../shell/time.ts';
import { PAGE_SIZES, usePreferences } from './preferences.ts';

/** A list as a table wants it, whatever it was fetched with. */
export interface ResourceList<Item> {
  readonly items: readonly Item[];
  /** Nothing has come yet. */
  readonly loading: boolean;
  /** The latest fetch failed; `items` are those of the last good one. */
  readonly error: unknown;
  /** When `items` were fetched, in ms since 1970; 0 = never. */
  readonly updatedAt: number;
  readonly refresh: () => Promise<unknown>;
  /** There are more items on the server than were fetched. */
  readonly hasMore: boolean;
  readonly loadMore: () => Promise<unknown>;
}

type SortValue = string | number | undefined;

export interface ResourceColumn<Item> {
  readonly id: string;
  readonly header: string;
  readonly cell: (item: Item) => ReactNode;
  /** What to sort by; a column without it cannot be sorted. */
  readonly sortBy?: (item: Item) => SortValue;
  readonly width: number;
  /** Numbers: under each other by their last digit. */
  readonly align?: 'right';
  readonly isRowHeader?: boolean;
  /** Left out until the user asks for it in the preferences. */
  readonly hidden?: boolean;
}

interface ResourceTableProps<Item> {
  /** Names the table in this browser's storage. */
  readonly tableId: string;
  readonly title: string;
  /** The page's own list has the h1 and scrolls with the page; a pane is one of several on its page. */
  readonly placement: 'page' | 'pane';
  /** The items' name in the middle of a sentence, e.g. `data repository tasks`. */
  readonly names: string;
  readonly list: ResourceList<Item>;
  readonly columns: readonly ResourceColumn<Item>[];
  readonly keyOf: (item: Item) => string;
  readonly selectionType?: 'single' | 'multi';
  readonly selectedKeys?: readonly string[];
  readonly onSelect?: (keys: readonly string[]) => void;
  readonly actions?: ReactNode;
  readonly filter?: ReactNode;
  readonly empty: ReactNode;
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
): TableProps.ColumnDefinition<Item>[] =>
  columns.map(({ id, header, cell, sortBy, width, align, isRowHeader = false }) => ({
    id,
    header: align ? (
      <Box textAlign={align} fontWeight="bold" color="inherit">
        {header}
      </Box>
    ) : (
      header
    ),
    cell: align ? (item: Item) => <Box textAlign={align}>{cell(item)}</Box> : cell,
    isRowHeader,
    width,
    minWidth: 80,
    ...(sortBy && sortable ? { sortingComparator: (a: Item, b: Item) => compare(sortBy(a), sortBy(b)) } : {}),
  }));

/** The list of every resource: sorting, paging, selection, preferences, and the states between them. */
export const ResourceTable = <Item,>(props: ResourceTableProps<Item>) => {
  const { tableId, title, placement, names, list, columns, keyOf, filter, newestFirstBy } = props;
  const { selectionType, selectedKeys = [], onSelect } = props;
  const [preferences, changePreferences] = usePreferences(tableId, columns);
  // Sorting what happens to be loaded would show a false order, so it waits until everything is here.
  const definitions = useMemo(() => definitionsOf(columns, !list.hasMore), [columns, list.hasMore]);
  const newest = definitions.find((each) => each.id === newestFirstBy && each.sortingComparator);
  const { items, collectionProps, paginationProps, actions } = useCollection(list.items, {
    sorting: newest ? { defaultState: { sortingColumn: newest, isDescending: true } } : {},
    pagination: { pageSize: preferences.pageSize },
  });
  const selectedItems = list.items.filter((each) => selectedKeys.includes(keyOf(each)));
  const counter = counterOf(list, selectedItems.length);

  const failed = list.error !== null && list.items.length === 0;
  return (
    <Table<Item>
      variant={placement === 'page' ? 'full-page' : 'container'}
      stickyHeader={placement === 'page'}
      {...collectionProps}
      items={items}
      columnDefinitions={definitions.map((each) => ({
        ...each,
        width: preferences.widths[each.id ?? ''] ?? each.width,
      }))}
      columnDisplay={preferences.contentDisplay}
      trackBy={keyOf}
      loading={list.loading}
      loadingText={`Loading ${names}`}
      resizableColumns
      wrapLines={preferences.wrapLines}
      stripedRows={preferences.stripedRows}
      contentDensity={preferences.contentDensity}
      enableKeyboardNavigation
      {...(selectionType ? { selectionType, selectedItems } : {})}
      onSelectionChange={({ detail }) => onSelect?.(detail.selectedItems.map(keyOf))}
      onColumnWidthsChange={({ detail }) => {
        const shown = preferences.contentDisplay.filter((each) => each.visible);
        const changed = detail.widths.flatMap((width, index) => {
          const column = shown[index];
          return column && width ? [[column.id, Math.round(width)] as const] : [];
        });
        changePreferences({ widths: { ...preferences.widths, ...Object.fromEntries(changed) } });
      }}
      ariaLabels={{
        tableLabel: title,
        selectionGroupLabel: `Select ${names}`,
        itemSelectionLabel: (_selection, item) => `Select ${keyOf(item)}`,
        allItemsSelectionLabel: () => `Select all ${names}`,
      }}
      renderAriaLive={({ firstIndex, lastIndex }) =>
        `Showing ${names} ${firstIndex} to ${lastIndex} of ${list.items.length}${list.hasMore ? ' or more' : ''}`
      }
      header={<TableHeader {...props} counter={counter} />}
      filter={filter}
      empty={failed ? <FailureAlert error={list.error} onRetry={() => void list.refresh()} /> : props.empty}
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
      preferences={
        <CollectionPreferences
          preferences={preferences}
          onConfirm={({ detail }) => {
            const { pageSize, wrapLines, stripedRows, contentDensity, contentDisplay } = detail;
            changePreferences({
              ...(pageSize ? { pageSize } : {}),
              wrapLines: wrapLines ?? false,
              stripedRows: stripedRows ?? false,
              contentDensity: contentDensity ?? 'comfortable',
              // No table here has column groups.
              contentDisplay: (contentDisplay ?? []).flatMap((each) => (each.type === 'group' ? [] : [each])),
            });
          }}
          pageSizePreference={{ options: PAGE_SIZES.map((value) => ({ value, label: `${value} ${names}` })) }}
          wrapLinesPreference={{}}
          stripedRowsPreference={{}}
          contentDensityPreference={{}}
          contentDisplayPreference={{
            options: columns.map(({ id, header, isRowHeader = false }) => ({
              id,
              label: header,
              alwaysVisible: isRowHeader,
            })),
          }}
        />
      }
    />
  );
};

const TableHeader = <Item,>(props: ResourceTableProps<Item> & { readonly counter: string }) => {
  const { title, placement, names, list, counter } = props;
  const [refreshing, setRefreshing] = useState(false);
  const [refreshed, setRefreshed] = useState(false);
  const refresh = () => {
    setRefreshing(true);
    void list.refresh().finally(() => {
      setRefreshing(false);
      setRefreshed(true);
    });
  };
  const actions = (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Freshness list={list} refreshed={refreshed} />
      <Button iconName="refresh" ariaLabel={`Refresh ${names}`} loading={refreshing} onClick={refresh} />
      {props.actions}
    </SpaceBetween>
  );
  if (placement === 'page') {
    return <PageHeader variant="awsui-h1-sticky" title={title} counter={counter} actions={actions} />;
  }
  return (
    <Header variant="h2" counter={counter} actions={actions}>
      {title}
    </Header>
  );
};

interface FreshnessProps {
  readonly list: ResourceList<unknown>;
  /** The user asked for it: then the time is worth its place. */
  readonly refreshed: boolean;
}

/** When the rows were fetched, and a quiet warning while they cannot be fetched again. */
const Freshness = ({ list, refreshed }: FreshnessProps) => {
  if (list.updatedAt === 0) return null;
  const at = formatClock(new Date(list.updatedAt));
  if (list.error !== null) {
    return (
      <StatusIndicator type="warning">{`Not updated since ${at}. ${explainFailure(list.error).header}.`}</StatusIndicator>
    );
  }
  if (!refreshed) return null;
  return (
    <Box variant="small" color="text-body-secondary">
      Updated {at}
    </Box>
  );
};

import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';

import { isForbidden } from '../api/errors.ts';
import { useOffer } from '../shell/commands.ts';
import { FailureAlert } from '../shell/failure.tsx';
import { Freshness } from '../shell/freshness.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import type { TablePreferences } from './preferences.ts';
import { TablePreferencesButton } from './table-preferences-button.tsx';

const NoPermission = lazy(async () => ({ default: (await import('../shell/no-permission.tsx')).NoPermission }));

/** Rows as a table wants them, whatever they were fetched with. */
export interface Rows<Item> {
  readonly items: readonly Item[];
  /** Nothing has come yet. */
  readonly loading: boolean;
  /** The latest fetch failed; `items` are those of the last good one. */
  readonly error: unknown;
  /** When `items` were fetched, in ms since 1970; 0 = never. */
  readonly updatedAt: number;
  /** Whether the server tells of changes as they happen; absent where it never does. */
  readonly isLive?: boolean;
  readonly refresh: () => Promise<unknown>;
}

export interface TableLook<Item> {
  readonly title: string;
  /** The page's own list has the h1 and scrolls with the page; a pane is one of several on its page. */
  readonly placement: 'page' | 'pane';
  /** The items' name in the middle of a sentence, e.g. `data repository tasks`. */
  readonly names: string;
  readonly keyOf: (item: Item) => string;
  readonly selectionType?: 'single' | 'multi';
  readonly actions?: ReactNode;
  readonly filter?: ReactNode;
  readonly empty: ReactNode;
}

/** A column as the preferences show it. */
interface FrameColumn {
  readonly id: string;
  readonly header: string;
  readonly isRowHeader?: boolean;
  readonly hidden?: boolean;
}

interface TableFrameProps<Item> extends TableLook<Item> {
  readonly rows: Rows<Item>;
  /** Of the rows, those shown now. */
  readonly shown: readonly Item[];
  readonly columns: readonly FrameColumn[];
  readonly definitions: readonly TableProps.ColumnDefinition<Item>[];
  /** Sorting and whatever else a hook of Cloudscape gives. */
  readonly collection: Partial<TableProps<Item>>;
  readonly pagination: ReactNode;
  readonly counter: string;
  /** What a screen reader hears of the rows shown, from their first and last number. */
  readonly rangeText: (first: number, last: number) => string;
  readonly selectedItems: readonly Item[];
  readonly onSelect: ((items: readonly Item[]) => void) | undefined;
  readonly preferences: TablePreferences;
  readonly onPreferences: (part: Partial<TablePreferences>) => void;
}

/** The look of every table: header, selection, preferences, and the states between. Its rows come ready. */
export const TableFrame = <Item,>(props: TableFrameProps<Item>) => {
  const { title, placement, names, rows, columns, keyOf, preferences, onPreferences, selectionType, onSelect } = props;
  // Of a list that is known to be empty, that is still said when it cannot be fetched again.
  const failed = rows.error !== null && rows.updatedAt === 0;
  if (failed && placement === 'page' && isForbidden(rows.error)) {
    return (
      <Suspense>
        <NoPermission title={title} error={rows.error} onRetry={() => void rows.refresh()} />
      </Suspense>
    );
  }
  return (
    <Table<Item>
      variant={placement === 'page' ? 'full-page' : 'container'}
      stickyHeader={placement === 'page'}
      {...props.collection}
      items={props.shown}
      columnDefinitions={props.definitions.map((each) => ({
        ...each,
        width: preferences.widths[each.id ?? ''] ?? each.width,
      }))}
      columnDisplay={preferences.contentDisplay}
      trackBy={keyOf}
      loading={rows.loading}
      loadingText={`Loading ${names}`}
      resizableColumns
      wrapLines={preferences.wrapLines}
      stripedRows={preferences.stripedRows}
      contentDensity={preferences.contentDensity}
      stickyColumns={{ first: preferences.stickyFirst ? 1 : 0, last: preferences.stickyLast ? 1 : 0 }}
      enableKeyboardNavigation
      {...(selectionType ? { selectionType, selectedItems: props.selectedItems } : {})}
      onSelectionChange={({ detail }) => onSelect?.(detail.selectedItems)}
      onColumnWidthsChange={({ detail }) => {
        const visible = preferences.contentDisplay.filter((each) => each.visible);
        const changed = detail.widths.flatMap((width, index) => {
          const column = visible[index];
          return column && width ? [[column.id, Math.round(width)] as const] : [];
        });
        onPreferences({ widths: { ...preferences.widths, ...Object.fromEntries(changed) } });
      }}
      ariaLabels={{
        tableLabel: title,
        selectionGroupLabel: `Select ${names}`,
        itemSelectionLabel: (_selection, item) => `Select ${keyOf(item)}`,
        allItemsSelectionLabel: () => `Select all ${names}`,
      }}
      renderAriaLive={({ firstIndex, lastIndex }) => props.rangeText(firstIndex, lastIndex)}
      header={<TableHeader {...props} />}
      filter={<FilterPlace placement={placement} filter={props.filter} />}
      empty={failed ? <FailureAlert error={rows.error} onRetry={() => void rows.refresh()} /> : props.empty}
      pagination={props.pagination}
      preferences={<TablePreferencesButton {...{ columns, names, preferences, onPreferences }} />}
    />
  );
};

/** The filter of a page takes the focus by a key, whatever filter it is. */
const FilterPlace = ({ placement, filter }: Pick<TableLook<unknown>, 'placement' | 'filter'>) => {
  const place = useRef<HTMLDivElement>(null);
  const isThere = placement === 'page' && filter !== undefined;
  useOffer('filter', isThere ? () => place.current?.querySelector('input')?.focus() : undefined);
  return filter === undefined ? null : <div ref={place}>{filter}</div>;
};

const TableHeader = <Item,>(props: TableFrameProps<Item>) => {
  const { title, placement, names, rows, counter } = props;
  const [refreshing, setRefreshing] = useState(false);
  const [refreshed, setRefreshed] = useState(false);
  const refresh = () => {
    setRefreshing(true);
    void rows.refresh().finally(() => {
      setRefreshing(false);
      setRefreshed(true);
    });
  };
  useOffer('refresh', refreshing ? undefined : refresh);
  const actions = (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Freshness {...rows} showsTime={refreshed || rows.isLive === false} />
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

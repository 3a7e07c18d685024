import Box from '@cloudscape-design/components/box';
import type { TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';

export type SortValue = string | number | undefined;

/** One column of a table, whoever sorts it. */
export interface ResourceColumn<Item> {
  readonly id: string;
  readonly header: string;
  readonly cell: (item: Item) => ReactNode;
  /** What to sort by; a column without it cannot be sorted. */
  readonly sortBy?: (item: Item) => SortValue;
  readonly width: number;
  /** Numbers: under each other by their last digit. */
  readonly align?: 'right';
  /** Times: the header in the table names their zone. */
  readonly isTime?: boolean;
  readonly isRowHeader?: boolean;
  /** Left out until the user asks for it in the preferences. */
  readonly hidden?: boolean;
}

/**
 * A column in Cloudscape's terms; how it sorts is the table's matter.
 * @param zone the name of the time zone, for the headers of times.
 */
export const definitionOf = <Item,>(column: ResourceColumn<Item>, zone: string): TableProps.ColumnDefinition<Item> => {
  const { id, cell, width, align, isRowHeader = false } = column;
  const header = column.isTime ? `${column.header} (${zone})` : column.header;
  return {
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
  };
};

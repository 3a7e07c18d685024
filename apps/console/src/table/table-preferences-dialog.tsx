import CollectionPreferences from '@cloudscape-design/components/collection-preferences';
import { useEffect, useRef } from 'react';

import { PAGE_SIZES, type TablePreferences } from './preferences.ts';

export interface TablePreferencesProps {
  readonly columns: readonly { readonly id: string; readonly header: string; readonly isRowHeader?: boolean }[];
  /** The items' name in the middle of a sentence. */
  readonly names: string;
  readonly preferences: TablePreferences;
  readonly onPreferences: (part: Partial<TablePreferences>) => void;
}

/** The button with the gear and the dialog behind it, which is open at first. */
export const TablePreferencesDialog = (props: TablePreferencesProps) => {
  const { columns, names, preferences, onPreferences } = props;
  const place = useRef<HTMLDivElement>(null);
  // The component knows no other way to open its dialog than its own button.
  useEffect(() => place.current?.querySelector('button')?.click(), []);
  return (
    <div ref={place}>
      <CollectionPreferences
        preferences={{
          ...preferences,
          stickyColumns: { first: preferences.stickyFirst ? 1 : 0, last: preferences.stickyLast ? 1 : 0 },
        }}
        onConfirm={({ detail }) => {
          const { pageSize, wrapLines, stripedRows, contentDensity, contentDisplay, stickyColumns } = detail;
          onPreferences({
            ...(pageSize ? { pageSize } : {}),
            wrapLines: wrapLines ?? false,
            stripedRows: stripedRows ?? false,
            contentDensity: contentDensity ?? 'comfortable',
            stickyFirst: stickyColumns?.first === 1,
            stickyLast: stickyColumns?.last === 1,
            // No table here has column groups.
            contentDisplay: (contentDisplay ?? []).flatMap((each) => (each.type === 'group' ? [] : [each])),
          });
        }}
        pageSizePreference={{ options: PAGE_SIZES.map((value) => ({ value, label: `${value} ${names}` })) }}
        wrapLinesPreference={{}}
        stripedRowsPreference={{}}
        contentDensityPreference={{}}
        stickyColumnsPreference={{
          firstColumns: {
            title: 'Stick first column',
            description: 'Keep the first column in view while the others scroll.',
            options: [
              { label: 'None', value: 0 },
              { label: 'First column', value: 1 },
            ],
          },
          lastColumns: {
            title: 'Stick last column',
            description: 'Keep the last column in view while the others scroll.',
            options: [
              { label: 'None', value: 0 },
              { label: 'Last column', value: 1 },
            ],
          },
        }}
        contentDisplayPreference={{
          options: columns.map(({ id, header, isRowHeader = false }) => ({
            id,
            label: header,
            alwaysVisible: isRowHeader,
          })),
        }}
      />
    </div>
  );
};

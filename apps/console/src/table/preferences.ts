import type { CollectionPreferencesProps } from '@cloudscape-design/components/collection-preferences';
import { useCallback, useState } from 'react';

/** How one browser likes to see one table; kept in its storage, checked when read back. */
export interface TablePreferences {
  readonly pageSize: number;
  readonly wrapLines: boolean;
  readonly stripedRows: boolean;
  readonly contentDensity: 'comfortable' | 'compact';
  /** The first column stays in view while the others scroll. */
  readonly stickyFirst: boolean;
  /** So does the last one. */
  readonly stickyLast: boolean;
  readonly contentDisplay: readonly CollectionPreferencesProps.ContentDisplayColumn[];
  /** Column id to pixels, as the user left them. */
  readonly widths: Readonly<Record<string, number>>;
}

export const PAGE_SIZES = [10, 20, 50];

/** A column as the preferences know it. */
interface PreferenceColumn {
  readonly id: string;
  /** Left out until the user asks for it. */
  readonly hidden?: boolean | undefined;
}

const defaultsOf = (columns: readonly PreferenceColumn[]): TablePreferences => ({
  pageSize: 20,
  wrapLines: false,
  stripedRows: false,
  contentDensity: 'comfortable',
  stickyFirst: false,
  stickyLast: false,
  contentDisplay: columns.map(({ id, hidden = false }) => ({ id, visible: !hidden })),
  widths: {},
});

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every column exactly once: those that were stored in their order, then those that came with a newer console. */
const displayOf = (stored: unknown, defaults: TablePreferences['contentDisplay']) => {
  const known = new Map(defaults.map((each) => [each.id, each]));
  const kept = (Array.isArray(stored) ? stored : []).flatMap((each: unknown) => {
    if (!isRecord(each) || typeof each['id'] !== 'string' || typeof each['visible'] !== 'boolean') return [];
    return known.delete(each['id']) ? [{ id: each['id'], visible: each['visible'] }] : [];
  });
  return [...kept, ...known.values()];
};

const widthsOf = (stored: unknown) => {
  const entries = isRecord(stored) ? Object.entries(stored) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] >= 40),
  );
};

/** What storage holds, made valid: anything unknown or out of range falls back to the default. */
export const readPreferences = (text: string | null, columns: readonly PreferenceColumn[]): TablePreferences => {
  const defaults = defaultsOf(columns);
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '{}');
  } catch {
    return defaults;
  }
  if (!isRecord(stored)) return defaults;
  const { pageSize, wrapLines, stripedRows, contentDensity, stickyFirst, stickyLast, contentDisplay, widths } = stored;
  return {
    pageSize: typeof pageSize === 'number' && PAGE_SIZES.includes(pageSize) ? pageSize : defaults.pageSize,
    wrapLines: wrapLines === true,
    stripedRows: stripedRows === true,
    contentDensity: contentDensity === 'compact' ? 'compact' : 'comfortable',
    stickyFirst: stickyFirst === true,
    stickyLast: stickyLast === true,
    contentDisplay: displayOf(contentDisplay, defaults.contentDisplay),
    widths: widthsOf(widths),
  };
};

export const usePreferences = (tableId: string, columns: readonly PreferenceColumn[]) => {
  const key = `drt.table.${tableId}`;
  const [preferences, setPreferences] = useState(() => {
    try {
      return readPreferences(localStorage.getItem(key), columns);
    } catch {
      // Storage can be forbidden.
      return readPreferences(null, columns);
    }
  });
  const change = useCallback(
    (part: Partial<TablePreferences>) =>
      setPreferences((now) => {
        const next = { ...now, ...part };
        try {
          localStorage.setItem(key, JSON.stringify(next));
        } catch {
          // Not remembered then, but it holds for this page.
        }
        return next;
      }),
    [key],
  );
  return [preferences, change] as const;
};

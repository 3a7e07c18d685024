import TextFilter from '@cloudscape-design/components/text-filter';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';

import { NoMatch } from './empty.tsx';
import type { Rows } from './table-frame.tsx';

const QUERY = 'find';

interface Found<Item> {
  /** The items that match. */
  readonly list: Rows<Item>;
  readonly filter: ReactNode;
  /** What is shown when nothing matches; undefined while nothing is looked for. */
  readonly noMatch: ReactNode;
}

/**
 * A field that narrows a list whose items are all here, by every word that is typed. The text is part of the page's URL.
 * @param textOf everything of an item that can be looked for.
 */
export const useFind = <Item,>(list: Rows<Item>, names: string, textOf: (item: Item) => string): Found<Item> => {
  const [query, setQuery] = useSearchParams();
  const text = query.get(QUERY) ?? '';
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (item: Item) => {
    const all = textOf(item).toLowerCase();
    return words.every((word) => all.includes(word));
  };
  const items = words.length > 0 ? list.items.filter(matches) : list.items;
  const look = (next: string) =>
    setQuery(
      (now) => {
        const changed = new URLSearchParams(now);
        if (next) changed.set(QUERY, next);
        else changed.delete(QUERY);
        return changed;
      },
      { replace: true },
    );
  return {
    list: { ...list, items },
    filter: (
      <TextFilter
        filteringText={text}
        filteringPlaceholder={`Find ${names}`}
        filteringAriaLabel={`Find ${names}`}
        filteringClearAriaLabel="Clear"
        countText={words.length > 0 ? `${items.length} ${items.length === 1 ? 'match' : 'matches'}` : ''}
        onChange={({ detail }) => look(detail.filteringText)}
      />
    ),
    noMatch: words.length > 0 && list.items.length > 0 ? <NoMatch onClear={() => look('')} /> : undefined,
  };
};

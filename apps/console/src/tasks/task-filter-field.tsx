import Input from '@cloudscape-design/components/input';
import { lazy, Suspense, useState, useTransition } from 'react';

import type { TaskFilterProps } from './task-filter.tsx';
import { FILTER_LABEL } from './words.ts';

const load = () => import('./task-filter.tsx');
const TaskFilter = lazy(async () => ({ default: (await load()).TaskFilter }));

/** As wide as Cloudscape's property filter. */
const WIDTH = '648px';

/**
 * The filter of the tasks page, a ninth of the page's bytes. Most visits do not filter, so a plain field stands in its
 * place until somebody comes near it, or a filter is set. What was typed meanwhile is handed over.
 */
export const TaskFilterField = (props: TaskFilterProps) => {
  const [wanted, setWanted] = useState(false);
  const [typed, setTyped] = useState<string>();
  const [entered, setEntered] = useState(false);
  // As a transition: the plain field keeps focus and text until the filter is there.
  const [, startLoading] = useTransition();
  if (!wanted && props.value.tokens.length > 0) setWanted(true);
  const field = (
    <div style={{ maxInlineSize: WIDTH }} onPointerEnter={() => void load().catch(() => undefined)}>
      <Input
        type="search"
        value={typed ?? ''}
        placeholder={FILTER_LABEL}
        ariaLabel={FILTER_LABEL}
        nativeInputAttributes={{ role: 'combobox', 'aria-expanded': false, 'aria-haspopup': 'listbox' }}
        onFocus={() => {
          setTyped((now) => now ?? '');
          startLoading(() => setWanted(true));
        }}
        onChange={({ detail }) => {
          setTyped(detail.value);
          setEntered(false);
        }}
        onKeyDown={({ detail }) => detail.key === 'Enter' && setEntered(true)}
      />
    </div>
  );
  return (
    <Suspense fallback={field}>{wanted ? <TaskFilter {...props} typed={typed} entered={entered} /> : field}</Suspense>
  );
};

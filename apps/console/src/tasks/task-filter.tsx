import PropertyFilter, { type PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import {
  MAX_TOKENS,
  TASK_PROPERTIES,
  type TaskFilter as Filter,
  type TaskProperty,
  type TaskToken,
  taskToken,
} from '@drt/contract/task-list';
import { type DataRepositoryTask, TASK_LIFECYCLES, TASK_TYPES } from '@drt/contract/tasks';
import { useQuery } from '@tanstack/react-query';
import { lazy, type RefObject, Suspense, useEffect, useMemo, useRef, useState } from 'react';

import { fileSystemsQuery } from '../file-systems/queries.ts';
import { dayOf, instantOf } from '../shell/day.ts';
import { settings } from '../shell/settings.ts';
import { formatTimeWithZone } from '../shell/time.ts';
import { FILTER_LABEL, lifecycleWord, typeWords } from './words.ts';

export interface TaskFilterProps {
  readonly value: Filter;
  readonly onChange: (filter: Filter) => void;
  readonly countText: string;
  readonly loading: boolean;
  /** The tasks in view, whose tags and names are suggested. */
  readonly tasks: readonly DataRepositoryTask[];
}

const STATUS_WORDS = new Map<string, string>(TASK_LIFECYCLES.map((each) => [each, lifecycleWord(each)]));
const TYPE_WORDS = new Map<string, string>(TASK_TYPES.map((each) => [each, typeWords(each).name]));

// Of the filter's bytes a third, and only of use to those who ask for a day.
const DateInput = lazy(() => import('@cloudscape-design/components/date-input'));

/** Operators whose values are shown in words. */
const inWords = (words: ReadonlyMap<string, string>) =>
  ['=', '!='].map((operator) => ({
    // Of the two that Cloudscape knows too.
    operator: operator as '=' | '!=',
    format: (value: unknown) => words.get(String(value)) ?? String(value),
  }));

const byDay = (operator: '>=' | '<', description: string) => ({
  operator,
  description,
  format: (value: unknown) => {
    const at = new Date(String(value));
    return Number.isNaN(at.getTime()) ? String(value) : formatTimeWithZone(at);
  },
  form: ({ value, onChange }: { value: unknown; onChange: (value: unknown) => void }) => (
    <Suspense fallback={null}>
      <DateInput
        ariaLabel="Day"
        placeholder="YYYY/MM/DD"
        value={typeof value === 'string' ? dayOf(value, settings().zone) : ''}
        onChange={({ detail }) => onChange(instantOf(detail.value, settings().zone))}
      />
    </Suspense>
  ),
});

const property = (
  key: TaskProperty,
  propertyLabel: string,
  groupValuesLabel: string,
  operators: PropertyFilterProps.FilteringProperty['operators'] = TASK_PROPERTIES[key],
) => ({ key, propertyLabel, groupValuesLabel, operators });

const PROPERTIES: PropertyFilterProps.FilteringProperty[] = [
  property('id', 'Task ID', 'Task IDs'),
  property('name', 'Task name', 'Task names'),
  property('status', 'Status', 'Statuses', inWords(STATUS_WORDS)),
  property('type', 'Task type', 'Task types', inWords(TYPE_WORDS)),
  property('fileSystem', 'File system ID', 'File system IDs'),
  property('association', 'Association ID', 'Association IDs'),
  {
    ...property('created', 'Creation time', 'Creation times', [
      byDay('>=', 'On this day or later'),
      byDay('<', 'Before this day'),
    ]),
    defaultOperator: '>=',
  },
  property('tag', 'Tag', 'Tags (key or key=value)'),
];

const FIXED: PropertyFilterProps.FilteringOption[] = [
  ...[...STATUS_WORDS].map(([value, label]) => ({ propertyKey: 'status', value, label })),
  ...[...TYPE_WORDS].map(([value, label]) => ({ propertyKey: 'type', value, label })),
];

const optionsOf = (propertyKey: TaskProperty, values: readonly (string | undefined)[]) =>
  [...new Set(values)].flatMap((value) => (value ? [{ propertyKey, value }] : []));

/** Tokens as the user made them, in the words of the contract; what says nothing valid is dropped. */
const tokensOf = (query: PropertyFilterProps.Query): TaskToken[] =>
  query.tokens.flatMap(({ propertyKey = 'any', operator, value }) => {
    const typed = String(value ?? '').trim();
    const token = taskToken.safeParse({
      property: propertyKey,
      operator,
      value: propertyKey === 'created' ? instantOf(typed.replaceAll('/', '-'), settings().zone) : typed,
    });
    return token.success && typed !== '' ? [token.data] : [];
  });

/** Takes the place of a plain field: its focus, if it had it, and what was typed into it. */
const useTakeOver = (place: RefObject<HTMLElement | null>, typed: string | undefined, entered: boolean) => {
  const first = useRef(typed);
  const enters = useRef(entered);
  useEffect(() => {
    const input = place.current?.querySelector('input');
    // Removed with the focus, an element leaves it to the body.
    if (!input || first.current === undefined || document.activeElement !== document.body) return;
    input.focus();
    if (first.current === '') return;
    // As if it were typed here: the component lets nobody else set its text.
    input.setRangeText(first.current, 0, 0, 'end');
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    if (!enters.current) return;
    // After the text has arrived. The component goes by the number of the key.
    requestAnimationFrame(() =>
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 13, bubbles: true })),
    );
  }, [place]);
};

interface TaskFilterOptions extends TaskFilterProps {
  /** What was typed before the filter came; undefined when nobody was in the field. */
  readonly typed: string | undefined;
  /** Whether that was ended with Enter. */
  readonly entered: boolean;
}

/** Filter by several properties; what is chosen belongs to the page's URL. */
export const TaskFilter = ({ value, onChange, countText, loading, tasks, typed, entered }: TaskFilterOptions) => {
  const place = useRef<HTMLDivElement>(null);
  useTakeOver(place, typed, entered);
  const [used, setUsed] = useState(false);
  const fileSystems = useQuery({ ...fileSystemsQuery, enabled: used, refetchInterval: false }).data;
  const options = useMemo(
    () => [
      ...FIXED,
      ...optionsOf(
        'fileSystem',
        (fileSystems ?? []).map((each) => each.FileSystemId),
      ),
      ...optionsOf(
        'tag',
        tasks.flatMap(({ Tags = [] }) => Tags.map(({ Key, Value }) => `${Key}=${Value}`)),
      ),
    ],
    [fileSystems, tasks],
  );
  return (
    <div ref={place}>
      <PropertyFilter
        query={{
          operation: value.operation,
          tokens: value.tokens.map(({ property: key, operator, value: wanted }) => ({
            ...(key === 'any' ? {} : { propertyKey: key }),
            operator,
            value: wanted,
          })),
        }}
        onChange={({ detail }) =>
          onChange({ operation: detail.operation, tokens: tokensOf(detail).slice(0, MAX_TOKENS) })
        }
        onLoadItems={() => setUsed(true)}
        filteringProperties={PROPERTIES}
        filteringOptions={options}
        filteringAriaLabel={FILTER_LABEL}
        filteringPlaceholder={FILTER_LABEL}
        filteringEmpty="No suggestions"
        countText={countText}
        loading={loading}
        expandToViewport
        tokenLimit={6}
      />
    </div>
  );
};

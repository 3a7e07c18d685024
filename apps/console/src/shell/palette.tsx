import Box from '@cloudscape-design/components/box';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import LiveRegion from '@cloudscape-design/components/live-region';
import Modal from '@cloudscape-design/components/modal';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ClipboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';

import { allAssociationsQuery } from '../associations/queries.ts';
import { fileSystemsQuery } from '../file-systems/queries.ts';
import { listTasks } from '../tasks/queries.ts';
import { NEWEST_FIRST } from '../tasks/task-query.ts';
import { addressedPage } from './address.ts';
import { COMMANDS, type Console, isAvailable } from './commands.ts';
import { optionId, ResultList } from './palette-results.tsx';
import { type Result, search } from './palette-search.ts';

interface PaletteProps {
  readonly console: Console;
  readonly onClose: () => void;
}

/** Long enough for a word to be typed before the server is asked for it. */
const PAUSE_MS = 150;

/** Of what a filter may hold. */
const LONGEST = 512;

const useLater = (text: string) => {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
};

/** Tasks whose ID, name or anything else a free filter looks at has the text in it. */
const useTasks = (text: string) => {
  const wanted = useLater(text.trim().slice(0, LONGEST));
  return useQuery({
    queryKey: ['palette', wanted] as const,
    queryFn: ({ signal }) =>
      listTasks(
        {
          filter: { operation: 'and', tokens: [{ property: 'any', operator: ':', value: wanted }] },
          sort: NEWEST_FIRST,
          page: 1,
          pageSize: 10,
        },
        signal,
      ),
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
  });
};

const useResults = (text: string) => {
  // What the page offered when the palette was opened; behind the palette that does not change.
  const [commands] = useState(() => COMMANDS.filter(isAvailable));
  const tasks = useTasks(text);
  const fileSystems = useQuery(fileSystemsQuery).data;
  const associations = useQuery(allAssociationsQuery).data;
  const found = tasks.data?.DataRepositoryTasks;
  const results = useMemo(
    () =>
      search(
        text,
        { commands, tasks: found ?? [], fileSystems: fileSystems ?? [], associations: associations ?? [] },
        location.origin,
      ),
    [text, commands, found, fileSystems, associations],
  );
  return { results, searching: tasks.isFetching };
};

/** Finds pages, actions and resources by name, and does what is chosen. */
export const Palette = ({ console, onClose }: PaletteProps) => {
  const input = useRef<InputProps.Ref>(null);
  const listId = useId();
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState(0);
  const { results, searching } = useResults(text);
  const active = Math.min(wanted, results.length - 1);

  // The modal gives the focus to its close button first.
  useEffect(() => {
    const frame = requestAnimationFrame(() => input.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);

  const take = (run: Result['run'] | undefined) => {
    if (!run) return;
    onClose();
    // The palette gives the focus back first, so that what comes next can take it, and later return it.
    setTimeout(() => run(console));
  };
  const press: InputProps['onKeyDown'] = (event) => {
    const { key } = event.detail;
    if (key === 'Enter') take(results[active]?.run);
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && results.length > 0) setWanted((active + step + results.length) % results.length);
    if (key === 'Enter' || step !== 0) event.preventDefault();
  };
  const paste = (event: ClipboardEvent) => {
    const page = text === '' ? addressedPage(event.clipboardData.getData('text'), location.origin) : undefined;
    if (!page) return;
    event.preventDefault();
    take(({ go }) => go(page));
  };

  return (
    <Modal visible position="top" header="Search" closeAriaLabel="Close" onDismiss={onClose}>
      <div onPaste={paste}>
        <Input
          ref={input}
          value={text}
          type="search"
          placeholder="Page, action, name, ID, ARN or address"
          ariaLabel="Search pages, actions and resources"
          clearAriaLabel="Clear"
          autoComplete={false}
          spellcheck={false}
          nativeInputAttributes={{
            role: 'combobox',
            'aria-autocomplete': 'list',
            'aria-expanded': results.length > 0,
            'aria-controls': results.length > 0 ? listId : undefined,
            'aria-activedescendant': results.length > 0 ? optionId(listId, active) : undefined,
          }}
          onKeyDown={press}
          onChange={({ detail }) => {
            setText(detail.value);
            setWanted(0);
          }}
        />
      </div>
      <ResultList id={listId} results={results} active={active} onPoint={setWanted} onTake={take} />
      <Box variant="small" color="text-body-secondary">
        <LiveRegion tagName="span">{summary(results.length, searching)}</LiveRegion>
      </Box>
    </Modal>
  );
};

const summary = (found: number, searching: boolean) => {
  if (searching) return 'Searching tasks';
  if (found === 0) return 'Nothing found';
  return found === 1 ? '1 result' : `${found} results`;
};

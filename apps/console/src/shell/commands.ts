import { useEffect, useRef } from 'react';

import { CREATE_FILE_SYSTEM, CREATE_TITLES, paths } from '../paths.ts';
import { changeSettings, shownTheme } from './settings.ts';

/**
 * Everything that can be told to the console by key or by name: one registry that the keyboard, the palette and the
 * sheet of shortcuts share.
 */

/** What lies over a page and belongs to none. */
export type Panel = 'palette' | 'shortcuts' | 'settings';

/** What a command can do to the console; beyond that it changes the settings. */
export interface Console {
  readonly go: (path: string) => void;
  readonly open: (panel: Panel) => void;
  readonly openHelp: () => void;
}

/** What only the page in view can do, and only while it offers to. */
type Offer = 'filter' | 'refresh' | 'duplicate' | 'cancel';

export const COMMAND_GROUPS = ['Go to', 'Create', 'On this page', 'Console'] as const;

export interface Command {
  readonly id: string;
  readonly text: string;
  readonly group: (typeof COMMAND_GROUPS)[number];
  /** Strokes one after the other, e.g. `g t`; letters as they are typed. */
  readonly keys?: string;
  /** Further words by which the palette finds it. */
  readonly also?: string;
  /** Only there while the page in view offers it. */
  readonly offer?: Offer;
  readonly run: (console: Console) => void;
}

const offers = new Map<Offer, Set<() => void>>();

/** A page says what it can do at the moment; undefined while it cannot. */
export const useOffer = (offer: Offer, run: (() => void) | undefined) => {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  const offered = run !== undefined;
  useEffect(() => {
    if (!offered) return;
    const call = () => latest.current?.();
    const calls = offers.get(offer) ?? new Set();
    offers.set(offer, calls.add(call));
    return () => void calls.delete(call);
  }, [offer, offered]);
};

const take = (offer: Offer) => {
  for (const call of offers.get(offer) ?? []) call();
};

const onPage = (offer: Offer, text: string, keys: string): Command => ({
  id: offer,
  text,
  group: 'On this page',
  keys,
  offer,
  run: () => take(offer),
});

export const isAvailable = ({ offer }: Command) => offer === undefined || (offers.get(offer)?.size ?? 0) > 0;

export const COMMANDS: readonly Command[] = [
  {
    id: 'tasks',
    text: 'Data repository tasks',
    group: 'Go to',
    keys: 'g t',
    also: 'list',
    run: ({ go }) => go(paths.tasks()),
  },
  {
    id: 'file-systems',
    text: 'File systems',
    group: 'Go to',
    keys: 'g f',
    also: 'list lustre associations',
    run: ({ go }) => go(paths.fileSystems()),
  },
  {
    id: 'create-export',
    text: CREATE_TITLES.export,
    group: 'Create',
    keys: 'c e',
    also: 'new s3',
    run: ({ go }) => go(paths.createTask('export')),
  },
  {
    id: 'create-import',
    text: CREATE_TITLES.import,
    group: 'Create',
    keys: 'c i',
    also: 'new s3',
    run: ({ go }) => go(paths.createTask('import')),
  },
  {
    id: 'create-file-system',
    text: CREATE_FILE_SYSTEM,
    group: 'Create',
    also: 'new adopt directory lustre',
    run: ({ go }) => go(paths.createFileSystem()),
  },
  onPage('filter', 'Go to the filter', '/'),
  onPage('refresh', 'Refresh', 'r'),
  onPage('duplicate', 'Duplicate task', 'd'),
  onPage('cancel', 'Cancel task', 'x'),
  {
    id: 'shortcuts',
    text: 'Keyboard shortcuts',
    group: 'Console',
    keys: '?',
    also: 'keys help',
    run: ({ open }) => open('shortcuts'),
  },
  {
    id: 'help',
    text: 'Help for this page',
    group: 'Console',
    keys: 'h',
    also: 'info',
    run: ({ openHelp }) => openHelp(),
  },
  {
    id: 'settings',
    text: 'Settings',
    group: 'Console',
    also: 'preferences theme density time zone',
    run: ({ open }) => open('settings'),
  },
  {
    id: 'toggle-theme',
    text: 'Change between light and dark theme',
    group: 'Console',
    keys: 't',
    also: 'mode',
    run: () => changeSettings({ theme: shownTheme() === 'dark' ? 'light' : 'dark' }),
  },
  {
    id: 'system-theme',
    text: 'Use the theme of the system',
    group: 'Console',
    also: 'mode light dark automatic',
    run: () => changeSettings({ theme: 'system' }),
  },
  {
    id: 'compact',
    text: 'Use compact density',
    group: 'Console',
    also: 'small dense',
    run: () => changeSettings({ density: 'compact' }),
  },
  {
    id: 'comfortable',
    text: 'Use comfortable density',
    group: 'Console',
    also: 'large',
    run: () => changeSettings({ density: 'comfortable' }),
  },
  {
    id: 'utc',
    text: 'Show times in UTC',
    group: 'Console',
    also: 'time zone',
    run: () => changeSettings({ zone: 'UTC' }),
  },
  {
    id: 'browser-zone',
    text: 'Show times in the zone of the browser',
    group: 'Console',
    also: 'local time zone',
    run: () => changeSettings({ zone: 'browser' }),
  },
];

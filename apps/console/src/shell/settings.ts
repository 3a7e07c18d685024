import { applyDensity, applyMode, Density, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

/** How one browser likes the console; kept in its storage, checked when read back. */
export interface Settings {
  readonly theme: (typeof THEMES)[number];
  readonly density: (typeof DENSITIES)[number];
  /** An IANA name such as `Europe/Berlin`, or `browser` for whatever zone the browser is in. */
  readonly zone: string;
  /** Whether single keys are shortcuts. */
  readonly shortcuts: boolean;
  /** Whether the help panel stands open. */
  readonly help: boolean;
  /** Whether an empty account is shown how to begin. */
  readonly guide: boolean;
}

export const THEMES = ['light', 'dark', 'system'] as const;
export const DENSITIES = ['comfortable', 'compact'] as const;

const DEFAULTS: Settings = {
  theme: 'system',
  density: 'comfortable',
  zone: 'browser',
  shortcuts: true,
  help: false,
  guide: true,
};

const isZone = (name: string) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

const asRecord = (text: string | null): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
};

/** What storage holds, made valid: anything unknown falls back to the default. */
export const readSettings = (text: string | null): Settings => {
  const stored = asRecord(text);
  const flag = (name: 'shortcuts' | 'help' | 'guide') => {
    const value = stored[name];
    return typeof value === 'boolean' ? value : DEFAULTS[name];
  };
  const { zone } = stored;
  return {
    theme: THEMES.find((each) => each === stored['theme']) ?? DEFAULTS.theme,
    density: DENSITIES.find((each) => each === stored['density']) ?? DEFAULTS.density,
    // The browser that stored a zone may have known more of them.
    zone: typeof zone === 'string' && zone !== '' && isZone(zone) ? zone : DEFAULTS.zone,
    shortcuts: flag('shortcuts'),
    help: flag('help'),
    guide: flag('guide'),
  };
};

const KEY = 'drt.settings';
const listeners = new Set<() => void>();

const remembered = () => {
  try {
    return readSettings(localStorage.getItem(KEY));
  } catch {
    // Storage can be forbidden.
    return DEFAULTS;
  }
};

let current = remembered();

export const settings = (): Settings => current;

const become = (next: Settings) => {
  current = next;
  for (const listener of listeners) listener();
};

export const changeSettings = (part: Partial<Settings>) => {
  become({ ...current, ...part });
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Not remembered then, but it holds for this page.
  }
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSettings = () => useSyncExternalStore(subscribe, settings);

/** The theme in view, where `system` leaves it to the system. */
export const shownTheme = () => {
  if (current.theme !== 'system') return current.theme;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
};

const apply = () => {
  const theme = shownTheme();
  applyMode(theme === 'dark' ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = theme;
  applyDensity(current.density === 'compact' ? Density.Compact : Density.Comfortable);
};

/** Called once before the first render, so that the page never shows the wrong colours first. */
export const startSettings = () => {
  apply();
  subscribe(apply);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  // Another tab changed them.
  addEventListener('storage', ({ key, newValue }) => key === KEY && become(readSettings(newValue)));
};

import { applyMode, Mode } from '@cloudscape-design/global-styles';
import { useSyncExternalStore } from 'react';

/** Light or dark: the system's choice until the user makes one, which this browser then remembers. */
export type Theme = 'light' | 'dark';

const KEY = 'drt.theme';
const systemDark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

const remembered = (): Theme | undefined => {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    // Storage can be forbidden; the system's choice then stays.
    return undefined;
  }
};

let chosen = remembered();

const current = (): Theme => chosen ?? (systemDark.matches ? 'dark' : 'light');

const apply = () => {
  applyMode(current() === 'dark' ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = current();
  for (const listener of listeners) listener();
};

/** Called once before the first render, so that the page never shows the wrong colours first. */
export const startTheme = () => {
  apply();
  systemDark.addEventListener('change', apply);
};

export const chooseTheme = (theme: Theme) => {
  chosen = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Not remembered then, but it holds for this page.
  }
  apply();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useTheme = () => useSyncExternalStore(subscribe, current);

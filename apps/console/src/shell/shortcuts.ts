import { useEffect, useEffectEvent } from 'react';

import { type Command, COMMANDS, type Console, isAvailable } from './commands.ts';
import { settings } from './settings.ts';

/** How to open the palette, wherever the focus is. */
export const PALETTE_KEYS = 'Ctrl+K';

const PALETTE: Pick<Command, 'run'> = { run: ({ open }) => open('palette') };

/** A second stroke that comes later than this is a first one. */
const PATIENCE_MS = 3_000;

const byKeys = new Map(COMMANDS.flatMap((each) => (each.keys ? [[each.keys, each]] : [])));
const beginnings = new Set(
  [...byKeys.keys()].flatMap((keys) => (keys.includes(' ') ? [keys.split(' ')[0] ?? ''] : [])),
);

/** Strokes as they come in, to the command that they make. */
export const strokeReader = () => {
  let begun = '';
  let at = 0;
  return {
    forget: () => {
      begun = '';
    },
    /** @param time in ms. A stroke that fits no begun sequence ends it and does nothing else. */
    read: (key: string, time: number): Command | undefined => {
      const before = time - at <= PATIENCE_MS ? begun : '';
      begun = before === '' && beginnings.has(key) ? key : '';
      at = time;
      return byKeys.get(before ? `${before} ${key}` : key);
    },
  };
};

// Boxes to tick take no letters.
const TAKES_TEXT = [
  'input:not([type="checkbox"], [type="radio"], [type="button"], [type="submit"])',
  'textarea',
  'select',
  '[contenteditable]:not([contenteditable="false"])',
  '[role="listbox"]',
  '[role="menu"]',
].join();

const takesText = (target: EventTarget | null) => target instanceof Element && target.closest(TAKES_TEXT) !== null;

const isModalOpen = () =>
  [...document.querySelectorAll('[role="dialog"]')].some((each) => each.checkVisibility({ visibilityProperty: true }));

const isPaletteKey = ({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent) =>
  key.toLowerCase() === 'k' && ctrlKey !== metaKey && !altKey && !shiftKey;

/** A single key that nothing else has a use for. */
const isFree = (event: KeyboardEvent) =>
  !(event.ctrlKey || event.metaKey || event.altKey) &&
  !(event.defaultPrevented || event.repeat || event.isComposing) &&
  !takesText(event.target);

/** Listens to the keyboard for the whole console. */
export const useShortcuts = (console: Console) => {
  const run = useEffectEvent((command: Pick<Command, 'run'>) => command.run(console));
  useEffect(() => {
    const strokes = strokeReader();
    const commandFor = (event: KeyboardEvent) => {
      if (!settings().shortcuts || !isFree(event)) {
        strokes.forget();
        return undefined;
      }
      // Shift alone is on its way to another character.
      const command = event.key === 'Shift' ? undefined : strokes.read(event.key, event.timeStamp);
      return command && isAvailable(command) ? command : undefined;
    };
    const listen = (event: KeyboardEvent) => {
      if (isModalOpen()) return;
      const command = isPaletteKey(event) ? PALETTE : commandFor(event);
      if (!command) return;
      event.preventDefault();
      run(command);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
};

import { expect, test } from 'vitest';

import { COMMANDS } from './commands.ts';
import { strokeReader } from './shortcuts.ts';

const read = (...strokes: readonly (readonly [key: string, time: number])[]) => {
  const reader = strokeReader();
  return strokes.map(([key, time]) => reader.read(key, time)?.id);
};

test('one stroke, or two in time, make a command', () => {
  expect(read(['r', 1000])).toEqual(['refresh']);
  expect(read(['g', 1000], ['t', 1500])).toEqual([undefined, 'tasks']);
  expect(read(['c', 1000], ['e', 1500], ['c', 1600], ['i', 1700])).toEqual([
    undefined,
    'create-export',
    undefined,
    'create-import',
  ]);
});

test('a second stroke that comes too late stands for itself', () => {
  expect(read(['g', 1000], ['t', 5000])).toEqual([undefined, 'toggle-theme']);
  expect(read(['g', 1000], ['g', 5000], ['t', 5100])).toEqual([undefined, undefined, 'tasks']);
});

test('a stroke that fits no begun sequence does nothing, and the next one begins anew', () => {
  expect(read(['g', 1000], ['x', 1100], ['x', 1200])).toEqual([undefined, undefined, 'cancel']);
});

test('what was begun can be forgotten', () => {
  const reader = strokeReader();
  reader.read('g', 1000);
  reader.forget();
  expect(reader.read('t', 1100)?.id).toBe('toggle-theme');
});

test('no shortcut hides another', () => {
  const keys = COMMANDS.flatMap((each) => each.keys ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  const hidden = keys.filter((each) => keys.some((other) => other !== each && other.startsWith(`${each} `)));
  expect(hidden).toEqual([]);
  expect(new Set(COMMANDS.map((each) => each.id)).size).toBe(COMMANDS.length);
});

import { expect, test } from 'vitest';

import { readSettings } from './settings.ts';

const defaults = {
  theme: 'system',
  density: 'comfortable',
  zone: 'browser',
  shortcuts: true,
  help: false,
  guide: true,
};

test.each([
  [null],
  ['not JSON'],
  ['null'],
  ['[]'],
  ['7'],
  [
    '{"theme": "blue", "density": 3, "zone": "Mars/Olympus", "shortcuts": "no", "help": 1, "guide": null, "more": true}',
  ],
  ['{"zone": ""}'],
])('storage that holds %j shows the console as it comes', (text) => {
  expect(readSettings(text)).toEqual(defaults);
});

test('what the user chose comes back, and what is wrong beside it does not', () => {
  const chosen = {
    theme: 'dark',
    density: 'compact',
    zone: 'Asia/Kolkata',
    shortcuts: false,
    help: true,
    guide: false,
  };
  expect(readSettings(JSON.stringify(chosen))).toEqual(chosen);
  expect(readSettings(JSON.stringify({ ...chosen, zone: 'Nowhere' }))).toEqual({ ...chosen, zone: 'browser' });
});

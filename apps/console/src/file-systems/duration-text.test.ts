import { expect, test } from 'vitest';

import { durationText } from './duration-text.ts';

test.each([
  [undefined, '-'],
  [0, '0.0 s'],
  [0.44, '0.4 s'],
  [1, '1 s'],
  [59.6, '1 min'],
  [61, '1 min 1 s'],
  [3_599, '59 min 59 s'],
  [3_600, '1 h'],
  [3_600 + 59.6 * 60, '2 h'],
  [7_500, '2 h 5 min'],
  [86_400 + 3 * 3_600 + 59, '1 d 3 h'],
  [86_400 * 30, '30 d'],
])('%j seconds are %j', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

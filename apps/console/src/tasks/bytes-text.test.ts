import { expect, test } from 'vitest';

import { bytesText } from './bytes-text.ts';

test.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1024, '1.0 KiB'],
  [1_572_864, '1.5 MiB'],
  [64 * 2 ** 20, '64.0 MiB'],
  [500 * 2 ** 30, '500 GiB'],
  [2 ** 60, '1,024 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

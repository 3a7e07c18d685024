import { expect, test } from 'vitest';

import { visibleText } from './visible-text.ts';

test.each([
  ['invoice\u202Egpj.exe', 'invoice[U+202E]gpj.exe'],
  ['a\nb\u0000', 'a[U+000A]b[U+0000]'],
  ['zero\u200Bwidth\uFEFF', 'zero[U+200B]width[U+FEFF]'],
  ['\u2066isolate\u2069', '[U+2066]isolate[U+2069]'],
])('%j is shown as %s', (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test.each(['<img src=x onerror=alert(1)>', 'nächtlich 夜 🌙 שלום', 'a\u00A0b'])('%s is shown as it is', (text) => {
  expect(visibleText(text)).toBe(text);
});

import { expect, test } from 'vitest';

import { visibleText } from './visible-text.ts';

test.each([
  ['plain/näme 😀.txt', 'plain/näme 😀.txt'],
  ['family 👨‍👩‍👧', 'family 👨‍👩‍👧'],
  ['a\nb\tc\u007f', 'a␊b␉c␡'],
  ['invoice\u202Egpj.exe', 'invoice⟨U+202E⟩gpj.exe'],
  ['\u200b\u2063', '⟨U+200B⟩⟨U+2063⟩'],
  ['  both ends ', '␣␣both ends␣'],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
])('%j is shown as %j', (name, shown) => {
  expect(visibleText(name)).toBe(shown);
});

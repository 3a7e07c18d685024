import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compareKeys, decodeName, printableName, sortKeys } from './names.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((each) => each.isWellFormed());
const close = fc.string({
  unit: fc.constantFrom('a', '/', '\u{10000}', '\u{10ffff}', '\ue000', '\uffff', '\ud7ff', 'é'),
});
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('keys compare as their UTF-8 bytes do', () => {
  fc.assert(
    fc.property(fc.oneof(text, close), fc.oneof(text, close), (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(byBytes(a, b));
    }),
    { numRuns: 2000 },
  );
  // The case that `<` has the other way round.
  expect(compareKeys('\u{1f600}', '\uffff')).toBeGreaterThan(0);
});

test('sorted keys are in byte order, with and without characters above U+FFFF', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(text, close)), (keys) => {
      expect(sortKeys([...keys])).toEqual([...keys].sort(byBytes));
    }),
  );
});

test('bytes that are not UTF-8 are shown as \\xNN, and no two names look the same', () => {
  expect(printableName(Buffer.from([0x66, 0xfc, 0x72]))).toBe('f\\xfcr');
  expect(printableName(Buffer.from('\ud7ffä\\\u{1f600}'))).toBe('\ud7ffä\\x5c\u{1f600}');
  // A lone surrogate, an overlong slash and a cut sequence are no UTF-8.
  expect(printableName(Buffer.from([0xed, 0xa0, 0x80]))).toBe('\\xed\\xa0\\x80');
  expect(printableName(Buffer.from([0xc0, 0xaf, 0xe2, 0x82]))).toBe('\\xc0\\xaf\\xe2\\x82');
  const bytes = fc.uint8Array({ maxLength: 6 }).map((each) => Buffer.from(each));
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(printableName(a) === printableName(b)).toBe(a.equals(b));
      expect(printableName(a).isWellFormed()).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a name is text exactly when its bytes are UTF-8', () => {
  fc.assert(
    fc.property(text, (each) => {
      expect(decodeName(Buffer.from(each))).toBe(each);
    }),
  );
  expect(decodeName(Buffer.from([0xed, 0xa0, 0x80]))).toBeUndefined();
  expect(decodeName(Buffer.from('\ufeffx'))).toBe('\ufeffx');
});

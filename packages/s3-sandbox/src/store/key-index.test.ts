import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareKeys, KeyIndex } from './key-index.ts';
import { listPage } from './listing.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Short keys of few characters, so that prefixes and groups meet. */
const key = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '\uff61', '\u{1f600}'), minLength: 1, maxLength: 6 });

const all = (index: KeyIndex) => [...index.from(() => false)];

describe('the index of keys', () => {
  it('orders keys by their bytes', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '\u07ff', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(byBytes(a, b));
      }),
    );
  });

  it('is a sorted set, whatever is added and deleted', () => {
    fc.assert(
      fc.property(fc.uniqueArray(key), fc.array(fc.tuple(fc.boolean(), key)), (first, changes) => {
        const index = new KeyIndex(first);
        const model = new Set(first);
        for (const [adds, changed] of changes) {
          if (adds) index.add(changed);
          else index.delete(changed);
          if (adds) model.add(changed);
          else model.delete(changed);
        }
        expect(all(index)).toEqual([...model].sort(byBytes));
      }),
    );
  });

  it('stays sorted when it is large', () => {
    const numbers = Array.from({ length: 20_000 }, (_, at) => String((at * 7919) % 20_000).padStart(5, '0'));
    const index = new KeyIndex();
    for (const number of numbers) index.add(number);
    for (const number of numbers) if (Number(number) % 3 === 0) index.delete(number);
    expect(all(index)).toEqual(numbers.filter((number) => Number(number) % 3 !== 0).sort());
  });

  it('gives pages that add up to what a plain reading of the rules gives', () => {
    const query = fc.record({
      prefix: fc.oneof(fc.constant(''), key),
      delimiter: fc.constantFrom('', '/', 'a', '-'),
      limit: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 30 }), query, (keys, { prefix, delimiter, limit }) => {
        const index = new KeyIndex(keys);
        const entries: string[] = [];
        for (let after: string | undefined = ''; after !== undefined;) {
          const page = listPage(index, { prefix, delimiter, limit, after });
          expect(page.keys.length + page.prefixes.length).toBeLessThanOrEqual(limit);
          entries.push(...[...page.keys, ...page.prefixes].sort(byBytes));
          after = page.next;
        }
        const expected = keys
          .filter((name) => name.startsWith(prefix))
          .map((name) => {
            const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
            return at === -1 ? name : name.slice(0, at + delimiter.length);
          });
        expect(entries).toEqual([...new Set(expected)].sort(byBytes));
      }),
    );
  });
});

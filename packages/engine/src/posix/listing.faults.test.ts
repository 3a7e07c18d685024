import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Keys } from './listing.ts';
import { temporaryDirectory } from './temporary-tree.ts';

const sorted = (texts: readonly string[]) => {
  const keys = new Keys();
  for (const text of texts) keys.add(Buffer.from(text));
  keys.sort();
  return Array.from({ length: keys.length + 1 }, (_, index) => keys.at(index));
};

const inOrder = (texts: readonly string[]) => [
  ...[...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  undefined,
];

test('keys come in the order of their bytes, however many and however alike', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 10 }).filter((each) => each.isWellFormed()),
    fc.string({ unit: fc.constantFrom('a', 'b', '/', '\u{1f600}', '\uffff'), maxLength: 40 }),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 200, size: 'max' }), (texts) => {
      expect(sorted(texts)).toEqual(inOrder(texts));
    }),
  );
  const many = Array.from({ length: 50_000 }, (_, index) => `file-${(index * 7919) % 50_000}`);
  expect(sorted(many)).toEqual(inOrder(many));
  expect(sorted(Array.from({ length: 100 }, () => 'same'))).toEqual([
    ...Array.from({ length: 100 }, () => 'same'),
    undefined,
  ]);
});

test('a key may be added in pieces', () => {
  const keys = new Keys();
  keys.add(Buffer.from('b'), Buffer.from('/'));
  keys.add(Buffer.from('b-'));
  keys.sort();
  expect([keys.at(0), keys.at(1), keys.at(2)]).toEqual(['b-', 'b/', undefined]);
});

const ENTRIES = 200_000;
const MEBIBYTE = 2 ** 20;

test('a large directory is walked in little memory', { timeout: 120_000 }, () => {
  using directory = temporaryDirectory();
  for (let index = 0; index < ENTRIES; index += 1) {
    fs.closeSync(fs.openSync(directory.at(`${index}-${'long'.repeat(10)}`), 'w'));
  }
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', WALKER, directory.path], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  const [count = 0, kibibytes = 0] = output.split(' ').map(Number);
  expect(count).toBe(ENTRIES);
  expect(kibibytes * 1024).toBeLessThan(60 * MEBIBYTE);
});

/** Says how many entries it met, and by how many KiB the process has grown at most since before. */
const WALKER = `
  import { openTree } from './tree.ts';
  import { walk } from './walk.ts';
  const before = process.resourceUsage().maxRSS;
  let count = 0;
  for (const { path } of walk(openTree(process.argv[1]), '')) count += path === '' ? 0 : 1;
  process.stdout.write(count + ' ' + (process.resourceUsage().maxRSS - before));
`;

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { describe, expect, test } from 'vitest';

/** Keeps the house as ARCHITECTURE.md and CONTRIBUTING.md describe it. */

const root = import.meta.dirname;

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));

const sources = tracked.filter((path) => /\.(ts|tsx|mjs)$/.test(path));

const read = (path: string) => readFileSync(join(root, path), 'utf8');

const NOUNS = ['associations', 'file-systems', 'tags', 'tasks'];

const entries = (path: string) => readdirSync(join(root, path)).map((name) => name.replace(/\..*$/, ''));

test.each(['packages/contract/src', 'packages/engine/src', 'apps/console/src'])(
  'the nouns of the product have a place of their own in %s',
  (folder) => {
    expect(entries(folder)).toEqual(expect.arrayContaining(NOUNS));
  },
);

test('no barrels', () => {
  expect(sources.filter((path) => /^export \* /m.test(read(path)))).toEqual([]);
});

test('nothing is called utils, helpers, common or misc', () => {
  const vague = /^(utils?|helpers?|common|misc|shared|lib|services?)$/;
  const parts = tracked.flatMap((path) => path.split('/').map((part) => part.replace(/\..*$/, '')));
  expect(parts.filter((part) => vague.test(part))).toEqual([]);
});

test('no `any`, and no suppressed lint rule without a reason', () => {
  const suppressed = sources.filter((path) =>
    read(path)
      .split('\n')
      .some((line) => /(oxlint|eslint)-disable/.test(line) && !line.includes(' -- ')),
  );
  expect(suppressed).toEqual([]);
});

describe('docs name files that exist', () => {
  const docs = tracked.filter((path) => path.endsWith('.md'));
  test.each(docs)('%s', (doc) => {
    const folders = [root, join(root, dirname(doc))];
    const named = [...read(doc).matchAll(/`([\w@./-]+\/[\w.-]+\.(?:ts|tsx|mjs|sql|md|json|sh))`/g)].map(
      ([, path]) => path ?? '',
    );
    const missing = named.filter((path) => !folders.some((folder) => existsSync(join(folder, path))));
    expect(missing).toEqual([]);
    expect(read(doc)).not.toMatch(/\.(ts|tsx|mjs):\d+/);
  });
});

test('every decision has a number of its own and says when to look at it again', () => {
  const decisions = tracked.filter((path) => path.startsWith('decisions/') && basename(path) !== 'README.md');
  const numbers = decisions.map((path) => basename(path).slice(0, 3));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(decisions.filter((path) => !/revisit when/i.test(read(path)))).toEqual([]);
});

describe('the console keeps to the writing rules of its design system', () => {
  /** Text that people read: between tags, or a string literal that begins as a sentence does. */
  const textsOf = (source: string) => [
    ...[...source.matchAll(/>([^<>{}=;]*[a-z]{2,}[^<>{}=;]*)</g)].map(([, text]) => text ?? ''),
    ...[...source.matchAll(/(['"`])([A-Z](?:(?!\1)[^\n\\])* (?:(?!\1)[^\n\\])*)\1/g)].map(([, , text]) => text ?? ''),
  ];
  const forbidden = /\bplease\b|!(?=\s|$)|\s&\s|\.\.\.|…|\b(?:above|below|on the (?:left|right))\b/i;
  const files = sources.filter((path) => /^apps\/console\/src\/.*(?<!\.test)\.tsx?$/.test(path));

  test('no "please", exclamation mark, ampersand, ellipsis or direction on the page', () => {
    const found = files.flatMap((path) =>
      textsOf(read(path))
        .filter((text) => forbidden.test(text))
        .map((text) => `${path}: ${text.trim()}`),
    );
    expect(found).toEqual([]);
  });

  test('the rule finds what it forbids', () => {
    const source = `<b>Please wait</b> notify({ header: 'Saved & closed' }); const x = "See the table below";`;
    expect(textsOf(source).filter((text) => forbidden.test(text))).toHaveLength(3);
  });
});

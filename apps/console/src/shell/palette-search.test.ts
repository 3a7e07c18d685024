import { expect, test } from 'vitest';

import { paths } from '../paths.ts';
import { COMMANDS } from './commands.ts';
import { type Findable, search } from './palette-search.ts';

const ORIGIN = 'http://console.test';
const TASK = 'task-0123456789abcdef0';
const FILE_SYSTEM = 'fs-0123456789abcdef0';
const ASSOCIATION = 'dra-0123456789abcdef0';

const tag = (Value: string) => [{ Key: 'Name', Value }];

const task = (TaskId: string, name?: string): Findable['tasks'][number] => ({
  TaskId,
  Lifecycle: 'EXECUTING',
  Type: 'EXPORT_TO_REPOSITORY',
  CreationTime: new Date(0),
  ...(name ? { Tags: tag(name) } : {}),
});

const nothing: Findable = { commands: [], tasks: [], fileSystems: [], associations: [] };
const findable: Findable = {
  commands: COMMANDS,
  tasks: [task(TASK, 'nightly')],
  fileSystems: [{ FileSystemId: FILE_SYSTEM, Lifecycle: 'AVAILABLE', Tags: tag('Scratch space') }],
  associations: [{ AssociationId: ASSOCIATION, FileSystemPath: '/data', DataRepositoryPath: 's3://lake/raw/' }],
};

const texts = (text: string, of: Findable = findable) => search(text, of, ORIGIN).map((each) => each.text);

/** Where a result leads. */
const pageOf = (text: string, of: Findable = findable) => {
  const gone: string[] = [];
  search(text, of, ORIGIN)[0]?.run({ go: (path) => gone.push(path), open: () => {}, openHelp: () => {} });
  return gone;
};

test('without a text, the commands are offered by their groups', () => {
  const groups = search(' ', findable, ORIGIN).map(({ group }) => group);
  expect([...new Set(groups)]).toEqual(['Go to', 'Create', 'On this page', 'Console']);
  expect(groups).toEqual([...groups].sort((a, b) => groups.indexOf(a) - groups.indexOf(b)));
});

test('every word has to be found, in any order and case, in the name or in other words for it', () => {
  expect(texts('EXPORT create', { ...nothing, commands: COMMANDS })).toEqual(['Create export data repository task']);
  expect(texts('dark', { ...nothing, commands: COMMANDS })).toContain('Change between light and dark theme');
  expect(texts('time zone', { ...nothing, commands: COMMANDS })).toContain('Show times in UTC');
  expect(texts('dark export', { ...nothing, commands: COMMANDS })).toEqual([]);
});

test('file systems and associations are found by ID, name or path', () => {
  expect(texts('scratch SPACE', { ...findable, commands: [], tasks: [] })).toEqual([`Scratch space (${FILE_SYSTEM})`]);
  expect(texts('lake/raw', { ...findable, commands: [], tasks: [] })).toEqual([ASSOCIATION]);
  expect(pageOf('lake/raw', { ...nothing, associations: findable.associations })).toEqual([
    paths.association(ASSOCIATION),
  ]);
});

test('what names a page by itself comes first, whether or not it is listed', () => {
  expect(pageOf(`  ${TASK} `, nothing)).toEqual([paths.task(TASK)]);
  expect(search(FILE_SYSTEM, findable, ORIGIN)[0]?.group).toBe('Open');
});

test('names show what they are', () => {
  const hostile = task(TASK, '<img src=x onerror=alert(1)> \u202Egnp.exe\n');
  expect(texts('img', { ...nothing, tasks: [hostile] })).toEqual([
    `<img src=x onerror=alert(1)> ⟨U+202E⟩gnp.exe␊ (${TASK})`,
  ]);
});

test('there are never more results than can be looked through, and each has an ID of its own', () => {
  const many = Array.from({ length: 100 }, (_, index) => String(index).padStart(17, '0'));
  const results = search(
    'a',
    {
      commands: COMMANDS,
      tasks: many.map((id) => task(`task-${id}`, 'a')),
      fileSystems: many.map((id) => ({ FileSystemId: `fs-${id}`, Tags: tag('a') })),
      associations: many.map((id) => ({ AssociationId: `dra-${id}`, FileSystemPath: '/a' })),
    },
    ORIGIN,
  );
  expect(results.length).toBeLessThanOrEqual(20);
  expect(new Set(results.map(({ group }) => group)).size).toBeGreaterThan(4);
  expect(new Set(results.map(({ id }) => id)).size).toBe(results.length);
});

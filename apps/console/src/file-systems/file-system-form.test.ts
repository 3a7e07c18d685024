import { fileSystemOperations } from '@drt/contract/file-systems';
import { expect, test } from 'vitest';

import { NEW_FILE_SYSTEM, toFileSystemInput, validateFileSystem } from './file-system-form.ts';

const RANGE = 'Enter a whole number from 1 to 2,147,483,647.';

test.each([
  [{}, undefined],
  [{ name: 'a<b' }, { name: 'The name must be letters, digits, spaces or one of _ . : / = + - @.' }],
  [{ capacity: '' }, { capacity: RANGE }],
  [{ capacity: '1.5' }, { capacity: RANGE }],
  [{ capacity: '0' }, { capacity: RANGE }],
  [{ capacity: '2147483648' }, { capacity: RANGE }],
  [{ adopt: true, directory: 'x' }, { directory: 'Enter an absolute directory, for example /mnt/data/project.' }],
  [{ adopt: false, directory: 'x' }, undefined],
])('%j', (changes, errors) => {
  expect(validateFileSystem({ ...NEW_FILE_SYSTEM, ...changes })).toEqual(errors);
});

test('the request is one that the contract takes; name and directory are tags', () => {
  const form = { ...NEW_FILE_SYSTEM, name: 'scratch', adopt: true, directory: '/mnt/a' };
  const input = toFileSystemInput(form, 'token');
  expect(fileSystemOperations.CreateFileSystem.input.parse(input)).toEqual(input);
  expect(input.Tags).toEqual([
    { Key: 'Name', Value: 'scratch' },
    { Key: 'drt:root', Value: '/mnt/a' },
  ]);
  expect(toFileSystemInput(NEW_FILE_SYSTEM, 'token').Tags).toBeUndefined();
});

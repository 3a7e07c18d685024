import { expect, test } from 'vitest';

import { filledTags, tagCountError, tagErrors } from './tag-rows.ts';

const tag = (Key: string, Value = '') => ({ Key, Value });

test('rows without text do not count', () => {
  expect(filledTags([tag(''), tag('a'), tag('', '')])).toEqual([tag('a')]);
  expect(tagErrors([tag(''), tag('a', '1'), tag('b')])).toBeUndefined();
});

test.each([
  [[tag('', '1')], { 0: { key: 'Enter a key, or remove the tag.' } }],
  [[tag('aws:x')], { 0: { key: 'Keys that begin with aws: are reserved.' } }],
  [[tag('AWS:x')], { 0: { key: 'Keys that begin with aws: are reserved.' } }],
  [[tag('Name', 'x')], { 0: { key: 'Enter this in the field Task name.' } }],
  [[tag('a'), tag('b'), tag('a')], { 2: { key: 'This key is already in row 1.' } }],
  [
    [tag('a<b>', 'c;d')],
    {
      0: {
        key: 'The key must be letters, digits, spaces or one of _ . : / = + - @.',
        value: 'The value must be letters, digits, spaces or one of _ . : / = + - @.',
      },
    },
  ],
  [
    [tag('k'.repeat(129), 'v'.repeat(257))],
    {
      0: {
        key: 'The key must have 1 to 128 characters, not 129.',
        value: 'The value must have 0 to 256 characters, not 257.',
      },
    },
  ],
])('%j', (rows, errors) => {
  expect(tagErrors(rows, { Name: 'Task name' })).toEqual(errors);
});

test('fifty tags are the most, the name included', () => {
  const fifty = Array.from({ length: 50 }, (_, n) => tag(`k${n}`));
  expect(tagCountError(fifty, 0)).toBeUndefined();
  expect(tagCountError(fifty, 1)).toBe('A resource can have up to 50 tags, those of other fields included. Remove 1.');
});

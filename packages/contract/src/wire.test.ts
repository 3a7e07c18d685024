import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod/mini';

import {
  archivePath,
  associationId,
  clientRequestToken,
  fileSystemId,
  filters,
  integer,
  line,
  nextToken,
  openEnum,
  securityGroupId,
  subnetId,
  taskId,
  text,
  timestamp,
} from './wire.ts';

const accepts = (schema: z.ZodMiniType, value: unknown) => schema.safeParse(value).success;
const messages = (schema: z.ZodMiniType, value: unknown) =>
  schema.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];

/** Characters of one to four bytes and of one and two UTF-16 units. */
const mixed = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'é', '\uffff', '\u{1f600}', '\u{10ffff}'), maxLength });

describe('bounded text', () => {
  test('counts code points, as the model does, not UTF-16 units', () => {
    const bounded = text({ min: 2, max: 4 });
    expect(accepts(bounded, '\u{1f600}'.repeat(4))).toBe(true);
    expect(accepts(bounded, '\u{1f600}'.repeat(5))).toBe(false);
    expect(messages(bounded, '\u{1f600}')).toEqual(['must have 2 to 4 characters, not 1']);
    expect(messages(bounded, '\u{1f600}'.repeat(5))).toEqual(['must have 2 to 4 characters, not 5']);
  });

  test('for any bounds and any text it is the number of code points that decides', () => {
    const [least, more] = [fc.nat({ max: 6 }), fc.nat({ max: 6 })];
    fc.assert(
      fc.property(least, more, mixed(16), (min, extra, value) => {
        const length = Array.from(value).length;
        expect(accepts(text({ min, max: min + extra }), value)).toBe(length >= min && length <= min + extra);
        expect(accepts(text({ min }), value)).toBe(length >= min);
      }),
      { numRuns: 300 },
    );
  });

  test('says what it wants instead', () => {
    expect(messages(text({ min: 3 }), 'ab')).toEqual(['must have at least 3 characters, not 2']);
    expect(messages(text({ pattern: /^x$/, like: 'an x' }), 'y')).toEqual(['must be an x']);
    expect(messages(text({ pattern: /^x$/ }), 'y')).toEqual(['must match ^x$']);
    // A length is said alone: the form of a text of the wrong length does not matter.
    expect(messages(text({ max: 1, pattern: /^x$/, like: 'an x' }), 'yy')).toEqual([
      'must have 0 to 1 characters, not 2',
    ]);
  });

  test('tells its bounds to whoever asks the schema', () => {
    expect(z.toJSONSchema(text({ min: 1, max: 4, pattern: /^x+$/ }))).toMatchObject({
      type: 'string',
      minLength: 1,
      maxLength: 4,
      pattern: '^x+$',
    });
  });
});

test('a line is free of NUL and of every line break, and its length too is one of code points', () => {
  for (const end of ['\0', '\n', '\r', '\u0085', '\u2028', '\u2029'])
    expect(accepts(line(0, 10), `a${end}b`)).toBe(false);
  expect(accepts(line(0, 10), 'tab\tü\\,\u{1f600}')).toBe(true);
  expect(accepts(line(0, 4096), '\u{1f600}'.repeat(4096))).toBe(true);
  expect(accepts(line(0, 4096), '\u{1f600}'.repeat(4097))).toBe(false);
  expect(accepts(archivePath, 's3')).toBe(false);
});

test.each([
  ['file system', fileSystemId, 'fs-', 8, 18],
  ['association', associationId, 'dra-', 9, 19],
  ['task', taskId, 'task-', 17, 123],
  ['subnet', subnetId, 'subnet-', 8, 17],
  ['security group', securityGroupId, 'sg-', 8, 17],
] as const)('the ID of a %s', (_, schema, prefix, least, most) => {
  expect(accepts(schema, prefix + 'a'.repeat(least))).toBe(true);
  expect(accepts(schema, prefix + '0'.repeat(most))).toBe(true);
  expect(accepts(schema, prefix + 'a'.repeat(least - 1))).toBe(false);
  expect(accepts(schema, prefix + '0'.repeat(most + 1))).toBe(false);
  for (const wrong of ['A', 'g', '-', ' ', '\n'])
    expect(accepts(schema, prefix + wrong + 'a'.repeat(least))).toBe(false);
  expect(accepts(schema, `x${prefix}${'a'.repeat(least)}`)).toBe(false);
});

test('a page token is base64 of the standard alphabet', () => {
  for (const token of ['AAAA', 'AA==', 'AAA=', '+/09']) expect(accepts(nextToken, token)).toBe(true);
  for (const token of ['', 'A', 'AA', 'A===', '-_-_', 'AAAA\n', 'A'.repeat(256)])
    expect(accepts(nextToken, token)).toBe(false);
});

test('a client token has 1 to 63 characters', () => {
  expect(accepts(clientRequestToken, 'a'.repeat(63))).toBe(true);
  for (const token of ['', 'a'.repeat(64)]) expect(accepts(clientRequestToken, token)).toBe(false);
});

test('a timestamp is epoch seconds on the wire and a Date in code, to the millisecond', () => {
  expect(z.decode(timestamp, 1_790_000_000.123).toISOString()).toBe('2026-09-21T14:13:20.123Z');
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2200-01-01') }), (date) => {
      expect(z.decode(timestamp, z.encode(timestamp, date))).toEqual(date);
    }),
    { numRuns: 1000 },
  );
});

test('an enum of an answer lets tomorrow’s values pass, a filter does not', () => {
  const lifecycle = openEnum(['PENDING', 'FAILED']);
  expect(z.decode(lifecycle, 'PENDING')).toBe('PENDING');
  // The type says it cannot be; that it can is the point.
  expect(String(z.decode(lifecycle, 'PAUSED'))).toBe('PAUSED');
  const filter = filters(['file-system-id'], 1);
  expect(accepts(filter, [{ Name: 'file-system-id', Values: ['fs-*', 'a?b\\c/d-e_f.g'] }])).toBe(true);
  expect(accepts(filter, [{ Name: 'type', Values: [] }])).toBe(false);
  expect(accepts(filter, [{ Name: 'file-system-id', Values: ['a b'] }])).toBe(false);
  expect(accepts(filter, [{ Name: 'file-system-id', Values: Array(21).fill('a') }])).toBe(false);
});

test('an integer has bounds and no fraction', () => {
  for (const value of [1, 25]) expect(accepts(integer(1, 25), value)).toBe(true);
  for (const value of [0, 26, 1.5, '1', NaN, null]) expect(accepts(integer(1, 25), value)).toBe(false);
});

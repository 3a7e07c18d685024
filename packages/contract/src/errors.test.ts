import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod/mini';

import { clip, explain, FsxError, MAX_MESSAGE } from './errors.ts';
import { decodeInput, type OperationName } from './operations.ts';

/** What a client reads when a request is refused. */
const refusal = (name: OperationName, json: unknown): string => {
  try {
    decodeInput(name, json);
  } catch (error) {
    if (error instanceof FsxError && error.code === 'BadRequest') return error.message;
    throw error;
  }
  return 'accepted';
};

const create = { Type: 'EXPORT_TO_REPOSITORY', FileSystemId: 'fs-0123456789abcdef0', Report: { Enabled: false } };
const TYPES = 'EXPORT_TO_REPOSITORY, IMPORT_METADATA_FROM_REPOSITORY, RELEASE_DATA_FROM_FILESYSTEM, AUTO_RELEASE_DATA';

describe('a refused request says where and what would be valid', () => {
  test.each<[string, OperationName, unknown, string]>([
    ['a wrong value', 'CreateDataRepositoryTask', { ...create, Type: 'X' }, `Type must be one of ${TYPES}.`],
    [
      'a missing value of a list',
      'CreateDataRepositoryTask',
      { ...create, Type: undefined },
      `Type is required and must be one of ${TYPES}.`,
    ],
    [
      'a wrong value deep inside',
      'DescribeDataRepositoryTasks',
      {
        Filters: [
          { Name: 'task-lifecycle', Values: ['FAILED'] },
          { Name: 'type', Values: [] },
        ],
      },
      'Filters[1].Name must be one of file-system-id, task-lifecycle, data-repository-association-id, file-cache-id.',
    ],
    ['a missing member', 'CancelDataRepositoryTask', {}, 'TaskId is required.'],
    ['null', 'CancelDataRepositoryTask', { TaskId: null }, 'TaskId must be of type string.'],
    ['another type', 'DescribeDataRepositoryTasks', { MaxResults: '5' }, 'MaxResults must be of type number.'],
    ['a fraction', 'DescribeDataRepositoryTasks', { MaxResults: 1.5 }, 'MaxResults must be a whole number.'],
    ['too small a number', 'DescribeDataRepositoryTasks', { MaxResults: 0 }, 'MaxResults must be at least 1.'],
    ['too great a number', 'DescribeDataRepositoryAssociations', { MaxResults: 26 }, 'MaxResults must be at most 25.'],
    [
      'too many items',
      'CreateDataRepositoryTask',
      { ...create, Paths: Array(101).fill('') },
      'Paths must have at most 100 items.',
    ],
    ['too few items', 'CreateDataRepositoryTask', { ...create, Tags: [] }, 'Tags must have at least 1 items.'],
    [
      'a wrong length',
      'CancelDataRepositoryTask',
      { TaskId: 'task-1' },
      'TaskId: must have 12 to 128 characters, not 6.',
    ],
    [
      'a wrong form',
      'CancelDataRepositoryTask',
      { TaskId: 'task-0123456789ABCDEF0' },
      'TaskId: must be task- and at least 17 hexadecimal digits.',
    ],
    [
      'a line break in a path',
      'CreateDataRepositoryTask',
      { ...create, Paths: ['fine', 'a\nb'] },
      'Paths[1]: must be one line without NUL.',
    ],
    [
      'a page token of another place',
      'DescribeFileSystems',
      { NextToken: '?' },
      'NextToken: must be the NextToken of an earlier answer.',
    ],
    [
      'members that nobody knows',
      'CancelDataRepositoryTask',
      { TaskId: 'task-0123456789abcdef0', A: 1, B: 2 },
      'The request has no member A, B.',
    ],
    [
      'a tag twice',
      'CreateDataRepositoryTask',
      { ...create, Tags: [1, 2].map(() => ({ Key: 'a', Value: 'b' })) },
      'Tags: every tag key may appear only once.',
    ],
    ['no object', 'CancelDataRepositoryTask', ['task-0123456789abcdef0'], 'The request must be of type object.'],
    ['nothing', 'CancelDataRepositoryTask', undefined, 'The request is required.'],
  ])('%s', (_, name, json, sentence) => {
    expect(refusal(name, json)).toBe(sentence);
  });

  test('all that is wrong is said, in the order of the members', () => {
    expect(refusal('CreateDataRepositoryTask', { FileSystemId: 7, Report: {}, X: 1 })).toBe(
      `Type is required and must be one of ${TYPES}. FileSystemId must be of type string. Report.Enabled is required. The request has no member X.`,
    );
  });

  test('a valid request is accepted', () => {
    expect(refusal('CreateDataRepositoryTask', create)).toBe('accepted');
  });

  test('whatever is sent, the sentence is one line of at most 256 characters', () => {
    const request = fc.oneof(
      fc.jsonValue(),
      fc.record({ Type: fc.jsonValue(), Tags: fc.jsonValue(), Filters: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(
        request,
        fc.constantFrom('CreateDataRepositoryTask', 'DescribeFileSystems', 'TagResource'),
        (json, name) => {
          const sentence = refusal(name, json);
          expect(sentence.length).toBeGreaterThan(5);
          expect(Array.from(sentence).length).toBeLessThanOrEqual(MAX_MESSAGE);
        },
      ),
    );
  });
});

test('a message is cut after 256 code points, not in the middle of one, and only when it is longer', () => {
  const fits = '\u{1f600}'.repeat(256);
  expect(clip(fits)).toBe(fits);
  expect(clip(`${fits}x`)).toBe(`${'\u{1f600}'.repeat(255)}…`);
  expect(clip('x'.repeat(257))).toBe(`${'x'.repeat(255)}…`);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '…', '\u{1f600}'), maxLength: 600 }), (message) => {
      const clipped = clip(message);
      expect(Array.from(clipped).length).toBe(Math.min(Array.from(message).length, MAX_MESSAGE));
      expect(message.startsWith(clipped.replace(/…$/, ''))).toBe(true);
    }),
  );
});

test('an error carries its code as its name, its members, and a message that the model allows', () => {
  const error = new FsxError('IncompatibleParameterError', 'x'.repeat(1000), { Parameter: 'ClientRequestToken' });
  expect(error).toMatchObject({
    name: 'IncompatibleParameterError',
    code: 'IncompatibleParameterError',
    members: { Parameter: 'ClientRequestToken' },
  });
  expect(error.message).toHaveLength(MAX_MESSAGE);
  expect(new FsxError('BadRequest', 'no').members).toEqual({});
});

test('what a check of zod says is passed on with its place', () => {
  const names = z.array(z.string().check(z.startsWith('x', 'must begin with an x')));
  const result = z.object({ A: names }).safeParse({ A: ['y'] }, { reportInput: true });
  expect(explain(result.error ?? new z.core.$ZodError([]))).toBe('A[0]: must begin with an x.');
});

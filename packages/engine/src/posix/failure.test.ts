import { constants } from 'node:os';

import { expect, test } from 'vitest';

import { failureOfErrno, isFailure, posix, PosixFailure } from './failure.ts';
import { thrownBy } from './temporary-tree.ts';

test.each([
  ['ENOENT', 'NotFound'],
  ['EACCES', 'AccessDenied'],
  ['EPERM', 'AccessDenied'],
  ['ENOTDIR', 'NotADirectory'],
  ['EISDIR', 'IsADirectory'],
  ['ELOOP', 'Symlink'],
  ['EXDEV', 'Outside'],
  ['ENAMETOOLONG', 'NameTooLong'],
  ['ENOSPC', 'NoSpace'],
  ['EDQUOT', 'NoSpace'],
  ['EROFS', 'ReadOnly'],
  ['EMFILE', 'Exhausted'],
  ['ENFILE', 'Exhausted'],
  ['ENOMEM', 'Exhausted'],
  ['EIO', 'Other'],
  ['ESTALE', 'Other'],
] as const)('%s is %s, whoever made the call', (code, kind) => {
  const failure = failureOfErrno(constants.errno[code], 'a/b');
  expect(failure).toMatchObject({ kind, errno: code, path: 'a/b' });
  const thrown = thrownBy(() =>
    posix('a/b', () => {
      throw Object.assign(new Error('x'), { errno: -constants.errno[code] });
    }),
  );
  expect(thrown).toMatchObject({ kind, errno: code, path: 'a/b' });
});

test('a mistake of the program is no failure of a path', () => {
  expect(
    thrownBy(() =>
      posix('a', () => {
        throw new RangeError('x');
      }),
    ),
  ).toBeInstanceOf(RangeError);
});

test('the message says where and what, in one line of bounded length', () => {
  expect(new PosixFailure('NotFound', 'a/b', 'ENOENT').message).toBe('a/b: no such file or directory (ENOENT)');
  expect(new PosixFailure('Special', '').message).toBe('/: a FIFO, socket or device');
  const long = new PosixFailure('NotFound', `${'x/'.repeat(5000)}end`);
  expect(long.message.length).toBeLessThan(256);
  expect(long.message).toContain('/end: no such');
  expect(long.path).toHaveLength(10_003);
});

test('kinds are asked for by name', () => {
  const failure = new PosixFailure('NotFound', 'a');
  expect(isFailure(failure, 'Symlink', 'NotFound')).toBe(true);
  expect(isFailure(failure, 'Symlink')).toBe(false);
  expect(isFailure(new Error('x'), 'NotFound')).toBe(false);
});

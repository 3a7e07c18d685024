import fs from 'node:fs';

import koffi from 'koffi';
import { expect, test, vi } from 'vitest';

import { PosixFailure } from '../posix/failure.ts';
import { temporaryDirectory, thrownBy } from '../posix/temporary-tree.ts';
import { openTree } from '../posix/tree.ts';
import { walk } from '../posix/walk.ts';
import { persist } from './transfer.ts';

const RLIMIT_NOFILE = 7;
const libc = koffi.load(null);
const getrlimit: (resource: number, into: Buffer) => number = libc.func('int getrlimit(int resource, void *into)');
const setrlimit: (resource: number, from: Buffer) => number = libc.func('int setrlimit(int resource, void *from)');

/** Runs with no descriptor to be had. */
const withoutDescriptors = <Result>(act: () => Result): Result => {
  const before = Buffer.alloc(16);
  expect(getrlimit(RLIMIT_NOFILE, before)).toBe(0);
  const none = Buffer.from(before);
  none.writeBigUInt64LE(0n, 0);
  expect(setrlimit(RLIMIT_NOFILE, none)).toBe(0);
  try {
    return act();
  } finally {
    setrlimit(RLIMIT_NOFILE, before);
  }
};

const done = { kind: 'prepared' } as const;

test('a process without descriptors blames no entry', () => {
  using root = temporaryDirectory();
  fs.mkdirSync(root.at('directory'));
  using tree = openTree(root.path);
  const exhausted = { kind: 'Exhausted', errno: 'EMFILE' };
  expect(withoutDescriptors(() => thrownBy(() => tree.lstat('directory')))).toMatchObject(exhausted);
  expect(withoutDescriptors(() => thrownBy(() => openTree(root.path)))).toMatchObject(exhausted);
  const walking = walk(tree, '');
  expect(withoutDescriptors(() => thrownBy(() => [...walking]))).toMatchObject(exhausted);
  expect([...walk(tree, '')]).toHaveLength(1);
});

test.each([
  ['no descriptor is left', new PosixFailure('Exhausted', 'a', 'EMFILE')],
  ['the disk made an error', new PosixFailure('Other', 'a', 'EIO')],
  ['the server of the file system was started anew', new PosixFailure('Other', 'a', 'ESTALE')],
])('an entry is tried again when %s', async (_, failure) => {
  const work = vi.fn().mockRejectedValueOnce(failure).mockRejectedValueOnce(failure).mockResolvedValue(done);
  expect(await persist(new AbortController().signal, work)).toBe(done);
  expect(work).toHaveBeenCalledTimes(3);
});

test('what does not pass is not tried again, and what goes on not for ever', async () => {
  const { signal } = new AbortController();
  const denied = vi.fn().mockRejectedValue(new PosixFailure('AccessDenied', 'a', 'EACCES'));
  await expect(persist(signal, denied)).rejects.toMatchObject({ kind: 'AccessDenied' });
  expect(denied).toHaveBeenCalledTimes(1);
  const broken = vi.fn().mockRejectedValue(new PosixFailure('Other', 'a', 'EIO'));
  await expect(persist(signal, broken)).rejects.toMatchObject({ errno: 'EIO' });
  expect(broken).toHaveBeenCalledTimes(5);
});

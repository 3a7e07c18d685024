import type { DataRepositoryTask } from '@drt/contract/tasks';
import { expect, test } from 'vitest';

import { findExactCopy } from './exact-copy.ts';

const fileSystemId = 'fs-0123456789abcdef0';

const running = (overrides: Partial<DataRepositoryTask>): DataRepositoryTask => ({
  TaskId: 'task-0123456789abcdef0',
  Lifecycle: 'EXECUTING',
  Type: 'EXPORT_TO_REPOSITORY',
  CreationTime: new Date(0),
  FileSystemId: fileSystemId,
  ...overrides,
});

const clash = (type: DataRepositoryTask['Type'], paths: readonly string[], task: Partial<DataRepositoryTask>) =>
  findExactCopy({ type, fileSystemId, paths }, [running({ Type: type, ...task })]) !== undefined;

test.each([
  [['a', 'b'], ['b', 'a'], true],
  [['/a/', './b//c'], ['a', 'b/c'], true],
  [['a', 'a'], ['a'], true],
  [[], ['/'], true],
  [['a'], ['a', 'b'], false],
  [['a', 'b'], ['a'], false],
  [[], ['a'], false],
])('an export of %j while %j is exported: the same task = %s', (paths, Paths, same) => {
  expect(clash('EXPORT_TO_REPOSITORY', paths, { Paths })).toBe(same);
});

test.each([
  [['s3://b/p/'], ['s3://b/p'], true],
  [['s3://b/p'], ['s3://b/q'], false],
  [['s3://b/./p'], ['s3://b/p'], false],
  [[], [], true],
])('an import of %j while %j is imported: the same task = %s', (paths, Paths, same) => {
  expect(clash('IMPORT_METADATA_FROM_REPOSITORY', paths, { Paths })).toBe(same);
});

test('another type or another file system is never the same task', () => {
  expect(clash('EXPORT_TO_REPOSITORY', ['a'], { Type: 'IMPORT_METADATA_FROM_REPOSITORY', Paths: ['a'] })).toBe(false);
  expect(clash('EXPORT_TO_REPOSITORY', ['a'], { FileSystemId: 'fs-fedcba9876543210f', Paths: ['a'] })).toBe(false);
});

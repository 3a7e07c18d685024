import type { DataRepositoryTask } from '@drt/contract/tasks';
import { expect, test } from 'vitest';

import { tasksAsCsv, tasksAsJson } from './task-export.ts';

const taskNamed = (name: string): DataRepositoryTask => ({
  TaskId: 'task-0123456789abcdef0',
  Lifecycle: 'SUCCEEDED',
  Type: 'EXPORT_TO_REPOSITORY',
  CreationTime: new Date(0),
  Paths: ['a,b', 'c"d'],
  Status: { TotalCount: -1 },
  Tags: [{ Key: 'Name', Value: name }],
});

test('a task is one line of CSV under a line of names', () => {
  const [header, line, end] = tasksAsCsv([taskNamed('nightly')]).split('\r\n');
  expect(header).toMatch(/^TaskId,Name,Lifecycle,Type,/);
  expect(line).toBe(
    'task-0123456789abcdef0,nightly,SUCCEEDED,EXPORT_TO_REPOSITORY,,1970-01-01T00:00:00.000Z,,,-1,,,' +
      '"[""a,b"",""c\\""d""]",,"[{""Key"":""Name"",""Value"":""nightly""}]",',
  );
  expect(end).toBe('');
});

test.each([
  ['=1+1', "'=1+1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['\tx', "'\tx"],
  ['a,"b"\n', '"a,""b""\n"'],
])('the name %j is the cell %j, which no spreadsheet runs', (name, written) => {
  expect(tasksAsCsv([taskNamed(name)])).toContain(`task-0123456789abcdef0,${written},SUCCEEDED`);
});

test('JSON holds each task whole', () => {
  const { DataRepositoryTasks } = JSON.parse(tasksAsJson([taskNamed('=1')])) as { DataRepositoryTasks: unknown[] };
  expect(DataRepositoryTasks).toEqual([{ ...taskNamed('=1'), CreationTime: '1970-01-01T00:00:00.000Z' }]);
});

import { decodeInput, encodeInput } from '@drt/contract';
import type { DataRepositoryTask } from '@drt/contract/tasks';
import { describe, expect, test } from 'vitest';

import {
  formOf,
  newForm,
  pasteLines,
  pathLimitOf,
  refusedField,
  type TaskForm,
  toInput,
  validate,
} from './task-form.ts';

const fileSystemId = 'fs-0123456789abcdef0';
const one = { AssociationId: 'dra-0000000001', FileSystemPath: '/ns1', DataRepositoryPath: 's3://bucket/one/' };
const two = { AssociationId: 'dra-0000000002', FileSystemPath: '/ns2/', DataRepositoryPath: 's3://bucket/two' };
const both = [one, two];
const EXPORT = 'EXPORT_TO_REPOSITORY';
const IMPORT = 'IMPORT_METADATA_FROM_REPOSITORY';

const form = (changes: Partial<TaskForm> = {}): TaskForm => ({
  ...newForm(EXPORT, fileSystemId, both, []),
  ...changes,
});

/** As it goes over the wire and as the server reads it. */
const overTheWire = (...args: Parameters<typeof toInput>) => {
  const name = 'CreateDataRepositoryTask';
  return decodeInput(name, JSON.parse(JSON.stringify(encodeInput(name, toInput(...args)))));
};

describe('a new form', () => {
  test('opened without an association means the whole file system', () => {
    expect(overTheWire(EXPORT, newForm(EXPORT, fileSystemId, both, []), 'token')).toEqual({
      Type: EXPORT,
      FileSystemId: fileSystemId,
      ClientRequestToken: 'token',
      Report: { Enabled: false },
    });
  });

  test('opened from one of two associations names its path, so that the other is left alone', () => {
    expect(newForm(EXPORT, fileSystemId, both, ['dra-0000000002']).paths).toEqual(['ns2']);
    expect(newForm(IMPORT, fileSystemId, both, ['dra-0000000002']).paths).toEqual(['s3://bucket/two']);
  });

  test('opened from all associations names none', () => {
    expect(newForm(IMPORT, fileSystemId, both, ['dra-0000000001', 'dra-0000000002']).paths).toEqual(['']);
    expect(newForm(EXPORT, fileSystemId, [one], ['dra-0000000001']).paths).toEqual(['']);
  });

  test('puts the report into the repository it was opened from', () => {
    expect(newForm(EXPORT, fileSystemId, both, ['dra-0000000002']).reportRepository).toBe('s3://bucket/two');
  });
});

describe('what is sent', () => {
  test('blank rows are left out, the others go as they were typed', () => {
    const input = overTheWire(EXPORT, form({ paths: ['', 'a, b', '  ', ' c '] }), 'token');
    expect(input.Paths).toEqual(['a, b', ' c ']);
  });

  test.each([
    ['s3://bucket/one/', 'reports', 's3://bucket/one/reports'],
    ['s3://bucket/two', '/reports/2026', 's3://bucket/two/reports/2026'],
    ['s3://bucket/two', '', 's3://bucket/two/'],
    ['s3://bucket/one/', 's3://bucket/two/x', 's3://bucket/two/x'],
  ])('a report in %s at "%s" is sent as %s', (reportRepository, reportPath, Path) => {
    const input = overTheWire(EXPORT, form({ reportEnabled: true, reportRepository, reportPath }), 'token');
    expect(input.Report).toEqual({ Enabled: true, Path, Format: 'REPORT_CSV_20191124', Scope: 'FAILED_FILES_ONLY' });
  });

  test('the task name is the Name tag', () => {
    const input = overTheWire(EXPORT, form({ name: 'nightly', tags: [{ Key: 'team', Value: 'hpc' }] }), 'token');
    expect(input.Tags).toEqual([
      { Key: 'Name', Value: 'nightly' },
      { Key: 'team', Value: 'hpc' },
    ]);
  });
});

const task: DataRepositoryTask = {
  TaskId: 'task-0123456789abcdef0',
  Lifecycle: 'FAILED',
  Type: EXPORT,
  CreationTime: new Date(0),
  EndTime: new Date(1000),
  FileSystemId: fileSystemId,
  Paths: ['ns1/a', 'ns2/b'],
  Report: {
    Enabled: true,
    Path: 's3://bucket/two/reports',
    Format: 'REPORT_CSV_20191124',
    Scope: 'FAILED_FILES_ONLY',
  },
  Tags: [
    { Key: 'Name', Value: 'nightly' },
    { Key: 'team', Value: 'hpc' },
    { Key: 'aws:cloudformation:stack-name', Value: 'x' },
  ],
};

describe('a duplicate', () => {
  test('sends every setting of its source and nothing that was its own', () => {
    expect(overTheWire(EXPORT, formOf(task, both), 'new-token')).toEqual({
      Type: EXPORT,
      FileSystemId: fileSystemId,
      ClientRequestToken: 'new-token',
      Paths: ['ns1/a', 'ns2/b'],
      Report: task.Report,
      Tags: [
        { Key: 'Name', Value: 'nightly' },
        { Key: 'team', Value: 'hpc' },
      ],
    });
  });

  test('shows the report path relative to its repository', () => {
    expect(formOf(task, both)).toMatchObject({ reportRepository: 's3://bucket/two', reportPath: 'reports' });
  });

  test('of a report outside every linked repository shows its whole path, and what is wrong with it', () => {
    const elsewhere = { ...task, Report: { ...task.Report, Enabled: true, Path: 's3://other/reports' } };
    const copy = formOf(elsewhere, both);
    expect(copy.reportPath).toBe('s3://other/reports');
    expect(validate(EXPORT, copy, both, 32)?.reportPath).toBe(
      'Enter a path inside a linked repository: s3://bucket/one/, s3://bucket/two.',
    );
  });

  test('of a task with more paths than a form takes keeps them all, and takes no more', () => {
    const many = { ...task, Paths: Array.from({ length: 40 }, (_, index) => `ns1/${index}`) };
    const copy = formOf(many, both);
    const limit = pathLimitOf(copy);
    expect(validate(EXPORT, copy, both, limit)).toBeUndefined();
    expect(validate(EXPORT, { ...copy, paths: [...copy.paths, 'ns1/x'] }, both, limit)?.pathCount).toBe(
      'A task can have up to 40 paths here. Remove 1.',
    );
  });
});

describe('what a form refuses', () => {
  test.each([
    [EXPORT, 's3://bucket/one', 'Enter a path of the file system, for example path1, not an S3 path.'],
    [EXPORT, 'a/../../etc', 'The path must not contain "..".'],
    [EXPORT, 'x'.repeat(4097), 'The path must have 0 to 4096 characters, not 4097.'],
    [EXPORT, 'a\u2028b', 'The path must be one line without NUL.'],
    [EXPORT, 'ns1a', 'The path is in none of the linked directories: /ns1, /ns2/.'],
    [IMPORT, 'ns1/a', 'Enter an S3 path in the form s3://bucket/prefix.'],
    [IMPORT, 's3://', 'Enter an S3 path in the form s3://bucket/prefix.'],
    [
      IMPORT,
      's3://bucket/onetwo',
      'The path is in none of the linked repositories: s3://bucket/one/, s3://bucket/two.',
    ],
  ] as const)('%s of %.20s: %s', (type, path, message) => {
    expect(validate(type, form({ paths: ['', path] }), both, 32)?.paths).toEqual({ 1: message });
  });

  test.each([
    [EXPORT, 'ns1/a*?[b], "c" <d>'],
    [EXPORT, '/ns1/a'],
    [EXPORT, './ns2//a/'],
    [EXPORT, '/'],
    [IMPORT, 's3://bucket/one/a'],
    [IMPORT, 's3://bucket'],
  ] as const)('%s of %s is fine', (type, path) => {
    expect(validate(type, form({ paths: [path] }), both, 32)).toBeUndefined();
  });

  test('a refusal that names a field is shown at that field', () => {
    expect(refusedField('Report.Path must have the form s3://bucket/prefix.')).toHaveProperty('reportPath');
    expect(refusedField('Paths[3]: must be one line without NUL.')).toHaveProperty('pathCount');
    expect(refusedField('Tags[0].Value: must match x.')).toHaveProperty('name');
    expect(refusedField('File system fs-1 has no linked data repository.')).toEqual({});
  });

  test('the same path twice, in the second row', () => {
    expect(validate(EXPORT, form({ paths: ['ns1/a', 'ns1/b', 'ns1/a'] }), both, 32)?.paths).toEqual({
      2: 'This path is already in row 1.',
    });
  });

  test('no file system, and a name with characters that tags cannot have', () => {
    const errors = validate(EXPORT, form({ fileSystemId: '', name: 'a;b' }), both, 32);
    expect(errors).toEqual({
      fileSystemId: 'Choose a file system.',
      paths: {},
      name: 'The task name must be letters, digits, spaces or one of _ . : / = + - @.',
    });
  });
});

describe('pasting', () => {
  test('fills the blank row it lands in and adds a row for each further line', () => {
    expect(pasteLines(['x', '', 'y'], 1, 'a\r\nb\n\nc\n')).toEqual({ paths: ['x', 'a', 'b', 'c', 'y'], left: 0 });
  });

  test('keeps what the row already holds', () => {
    expect(pasteLines(['x'], 0, 'a\nb')).toEqual({ paths: ['x', 'a', 'b'], left: 0 });
  });

  test('takes as many lines as the API does and says how many did not fit', () => {
    const text = Array.from({ length: 500 }, (_, index) => `f${index}`).join('\n');
    const { paths, left } = pasteLines(['x', ''], 1, text);
    expect([paths.length, left]).toEqual([100, 401]);
  });
});

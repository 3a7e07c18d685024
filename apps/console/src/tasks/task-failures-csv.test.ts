import { expect, test } from 'vitest';

import { csvField, failuresCsv } from './task-failures-csv.ts';

// The worked examples of the FSx user guide, and what its rule means for other names.
test.each([
  ['path1/file', 'path1/file'],
  ['@f', '"""@f"""'],
  ['+f', '"""+f"""'],
  ['-f', '"""-f"""'],
  ['=f"', '"""=f"""""'],
  ['f,n', '"f,n"'],
  ['f"n', '"f""n"'],
  ['\tf', '"""\tf"""'],
  ['a\nb', '"a\nb"'],
])('%j is written %j', (value, written) => {
  expect(csvField(value)).toBe(written);
});

test('one row for each failure, without its detail', () => {
  const rows = [
    { Path: 'a,b', Code: 'S3Error' as const, Detail: 'x' },
    { Path: 'c', Code: 'ResourceBusy' as const, Detail: '' },
  ];
  expect(failuresCsv(rows)).toBe('"a,b",failed,S3Error\r\nc,failed,ResourceBusy\r\n');
});

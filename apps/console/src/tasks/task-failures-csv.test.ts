import { expect, test } from 'vitest';

import { failuresCsv } from './task-failures-csv.ts';

test('one row for each failure, without its detail', () => {
  const rows = [
    { Path: 'a,b', Code: 'S3Error' as const, Detail: 'x' },
    { Path: 'c', Code: 'ResourceBusy' as const, Detail: '' },
  ];
  expect(failuresCsv(rows)).toBe('"a,b",failed,S3Error\r\nc,failed,ResourceBusy\r\n');
});

import { expect, test } from 'vitest';

import { reportLocation } from './report.ts';

test('the report lies below its path and the task, named by type', () => {
  const report = { Enabled: true, Path: 's3://bucket/reports/' };
  expect(reportLocation({ id: 'task-1', type: 'EXPORT_TO_REPOSITORY' }, report)).toEqual({
    bucket: 'bucket',
    key: 'reports/task-1/failures.csv',
  });
  expect(
    reportLocation({ id: 'task-1', type: 'IMPORT_METADATA_FROM_REPOSITORY' }, { ...report, Path: 's3://bucket' }),
  ).toEqual({ bucket: 'bucket', key: 'task-1/report.csv' });
});

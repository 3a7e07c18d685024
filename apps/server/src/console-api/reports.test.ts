import { reportRow } from '@drt/contract/report';
import type { TaskJson } from '@drt/contract/task-list';
import { describe, expect, test } from 'vitest';

import { openReports } from './reports.ts';

const makeTask = (number: number, changes: Partial<TaskJson> = {}): TaskJson => ({
  TaskId: `task-${number.toString(16).padStart(17, '0')}`,
  Lifecycle: 'FAILED',
  Type: 'EXPORT_TO_REPOSITORY',
  CreationTime: 1_700_000_000,
  Report: { Enabled: true, Path: 's3://bucket/reports/' },
  ...changes,
});

/** An S3 in which every object is this text, in small pieces. It notes what is asked for, and how much is read of it. */
const makeS3 = (text: string) => {
  const asked: string[] = [];
  let read = 0;
  async function* pieces() {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += 7) {
      read += 1;
      yield await Promise.resolve(bytes.subarray(start, start + 7));
    }
  }
  return {
    s3: {
      read: (bucket: string, key: string) => {
        asked.push(`${bucket}/${key}`);
        return Promise.resolve(pieces());
      },
    },
    asked,
    piecesRead: () => read,
  };
};

const failuresIn = async (text: string, input: { After?: string; MaxResults?: number } = {}) => {
  const task = makeTask(1);
  return openReports(makeS3(text).s3).failuresOf(task, { TaskId: task.TaskId, ...input });
};

describe('a completion report', () => {
  test('is in the order of paths, each once, whatever order it was written in', async () => {
    const text = ['größe', 'a', 'b', 'a'].map((path, index) =>
      reportRow(path, index === 3 ? 'ResourceBusy' : 'S3Error'),
    );
    expect(await failuresIn(text.join(''))).toEqual({
      Failures: [
        { Path: 'a', Code: 'ResourceBusy', Detail: '' },
        { Path: 'b', Code: 'S3Error', Detail: '' },
        { Path: 'größe', Code: 'S3Error', Detail: '' },
      ],
      Codes: [
        { Code: 'S3Error', Count: 2 },
        { Code: 'ResourceBusy', Count: 1 },
      ],
      More: false,
    });
  });

  test('may have a header row, a status that is not failure, and a code that is new', async () => {
    const text = 'FilePath,FileStatus,ErrorCode\nx,succeeded with warning,S3ObjectInUnsupportedTier\ny,failed,NewCode';
    expect((await failuresIn(text)).Failures).toEqual([
      { Path: 'x', Code: 'S3ObjectInUnsupportedTier', Detail: 'succeeded with warning' },
      { Path: 'y', Code: 'NewCode', Detail: '' },
    ]);
  });

  test.each(['<Error>no</Error>', '"a,failed,S3Error'])('is not %j', async (text) => {
    await expect(failuresIn(text)).rejects.toMatchObject({ body: { code: 'ReportUnreadable' } });
  });

  test.each([
    ['rows', { rows: 50, bytes: 1_000_000 }, 50],
    ['bytes', { rows: 1_000_000, bytes: 200 }, 10],
  ])('is read no further than a bound of its %s, and says so', async (_what, bounds, least) => {
    const rows = Array.from({ length: 1000 }, (_, index) => reportRow(`f${index}`, 'S3Error')).join('');
    const { s3, piecesRead } = makeS3(rows);
    const task = makeTask(1);
    const found = await openReports(s3, bounds).failuresOf(task, { TaskId: task.TaskId, MaxResults: 1000 });
    expect(found.Truncated).toBe(true);
    expect(found.Failures.length).toBeGreaterThanOrEqual(least);
    expect(found.Failures.length).toBeLessThanOrEqual(50);
    expect(piecesRead()).toBeLessThan(200);
  });

  test('is where the type of the task says, and a few of them are kept', async () => {
    const { s3, asked } = makeS3('');
    const reports = openReports(s3);
    const ask = (task: TaskJson) => reports.failuresOf(task, { TaskId: task.TaskId });
    const imported = makeTask(1, {
      Type: 'IMPORT_METADATA_FROM_REPOSITORY',
      Report: { Enabled: true, Path: 's3://bucket' },
    });
    await ask(imported);
    await ask(imported);
    expect(asked).toEqual([`bucket/${imported.TaskId}/report.csv`]);
    for (const number of [2, 3, 4, 5]) await ask(makeTask(number));
    expect(asked.at(-1)).toBe(`bucket/reports/${makeTask(5).TaskId}/failures.csv`);
    await ask(imported);
    expect(asked).toHaveLength(6);
  });

  test('comes when the task has ended', async () => {
    const running = makeTask(1, { Lifecycle: 'EXECUTING' });
    const asked = openReports(makeS3('').s3).failuresOf(running, { TaskId: running.TaskId });
    await expect(asked).rejects.toMatchObject({ code: 'UnsupportedOperation' });
  });
});

import { readFileSync } from 'node:fs';

import type { Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { expectAccessible, flash, tableNamed, valueOf } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

/** 30 files of which 25 are refused, on three pages of the table. */
const failedTask = async (lake: Lake, changes = {}) => {
  const good = Array.from({ length: 5 }, (_, index) => [`good/${index}.txt`, 'good']);
  const bad = Array.from({ length: 25 }, (_, index) => [`bad/${String(index).padStart(2, '0')}.denied`, 'bad']);
  lake.write(Object.fromEntries([...good, ...bad, ['=sum,"1".denied', 'formula']]));
  const taskId = await lake.createTask(changes);
  await lake.becomes(taskId, 'FAILED');
  return taskId;
};

const REPORT = { Enabled: true, Format: 'REPORT_CSV_20191124', Scope: 'FAILED_FILES_ONLY' } as const;

const failures = (page: Page) => tableNamed(page, 'Files that failed');
const rows = (page: Page) => failures(page).getByRole('row').filter({ hasText: 'S3AccessDenied' });

test('a running task tells its progress live, and the page stops asking when it has ended', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a'.repeat(2000), 'b.txt': 'b' });
  const gate = await lake.hold();
  const running = await lake.createTask();
  await gate.reached();
  const waiting = await lake.createTask({ Paths: ['a.txt'] });

  await page.goto(paths.task(waiting));
  await expect(page.getByText('Waiting to start: 1 task of its file system comes before it')).toBeVisible();

  await page.goto(paths.task(running));
  const progress = page.getByRole('progressbar', { name: 'Progress' });
  await expect(progress).toBeVisible();
  await expect(page.getByText('Exporting files: 0 of 2 processed').first()).toBeVisible();
  const activity = tableNamed(page, 'Activity');
  await expect(activity.getByRole('row', { name: 'Started' })).toBeVisible();

  await gate.open();
  await expect(valueOf(page, 'Status')).toHaveText('Succeeded');
  await expect(valueOf(page, 'Files exported')).toHaveText('2');
  await expect(progress).toBeHidden();
  await expect(activity.getByRole('row', { name: 'Succeeded' })).toBeVisible();
  await expect(valueOf(page, 'Average speed')).toHaveText(/files\/s, .*B\/s/);
  await expect(page.getByRole('application', { name: 'Files per second over the life of the task' })).toBeVisible();

  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.clock.install();
  await page.reload();
  await expect(activity.getByRole('row', { name: 'Succeeded' })).toBeVisible();
  asked.length = 0;
  await page.clock.runFor(10_000);
  expect(asked.filter((url) => url.includes('DescribeTaskWork'))).toEqual([]);
});

test('failed files are explained, filtered, paged, downloaded as the report has them', async ({
  page,
  lake,
  server,
}) => {
  const Report = { ...REPORT, Path: `${lake.repository}reports` };
  const taskId = await failedTask(lake, { Report });
  await page.goto(paths.task(taskId));
  await expect(rows(page)).toHaveCount(10);
  await expect(page.getByText('Amazon S3 refused to write the object of an export')).toBeVisible();
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect(failures(page).getByRole('row', { name: 'bad/09.denied' })).toBeVisible();
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect(rows(page)).toHaveCount(6);
  await expect(page.getByRole('button', { name: 'Next page' })).toBeDisabled();
  await page.getByRole('button', { name: 'Page 1 of' }).click();
  await expect(rows(page)).toHaveCount(10);

  await page.getByRole('button', { name: 'Error code All codes (26)' }).click();
  await page.getByRole('option', { name: 'S3AccessDenied (26)' }).click();
  await expect(rows(page)).toHaveCount(10);
  await expect(page.getByRole('button', { name: 'Retry files with this code' })).toBeEnabled();

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const csv = readFileSync(await (await download).path(), 'utf8');
  expect(csv.split('\r\n')).toHaveLength(27);
  expect(csv).toContain('"""=sum,""1"".denied""",failed,S3AccessDenied\r\nbad/00.denied,failed,S3AccessDenied\r\n');
  const report = await fetch(`${server.s3Endpoint}/${Report.Path.slice('s3://'.length)}/${taskId}/failures.csv`);
  expect(csv).toBe(await report.text());
});

test('an address leads to the files of one code', async ({ page, lake }) => {
  const taskId = await failedTask(lake);
  await page.goto(`${paths.task(taskId)}?code=S3AccessDenied`);
  await expect(page.getByRole('button', { name: 'Error code S3AccessDenied (26)' })).toBeVisible();
  await expect(rows(page)).toHaveCount(10);
  await expect(page.getByText('The task has no completion report, so they are listed here only.')).toBeVisible();
  await page.goto(`${paths.task(taskId)}?code=ResourceBusy`);
  await expect(page.getByText('No failed files with this code.')).toBeVisible();
  await page.goto(`${paths.task(taskId)}?code=<script>`);
  await expect(page.getByRole('button', { name: 'Error code All codes (26)' })).toBeVisible();
});

test('a task that failed says what to do next; one that succeeded, that no file failed', async ({ page, lake }) => {
  lake.write({ 'path1/a.txt': 'a', 'path2/b.txt': 'b' });
  const comma = await lake.createTask({ Paths: ['path1,path2'] });
  await lake.becomes(comma, 'FAILED');
  const missing = await lake.createTask({ Paths: ['path3'] });
  await lake.becomes(missing, 'FAILED');
  const fine = await lake.createTask({ Report: { ...REPORT, Path: lake.repository } });
  await lake.becomes(fine, 'SUCCEEDED');
  await page.goto(paths.task(comma));
  await expect(page.getByText('separate several paths with spaces')).toBeVisible();
  await expect(page.getByText('What to do: Duplicate the task and put each path into a row of its own')).toBeVisible();
  await page.goto(paths.task(missing));
  await expect(page.getByText('What to do: Check the spelling')).toBeVisible();
  await page.goto(paths.task(fine));
  await expect(page.getByText('No failed files, so no completion report was written.')).toBeVisible();
  const denied = await failedTask(lake);
  await page.goto(paths.task(denied));
  await expect(page.getByText('26 of').first()).toBeVisible();
  await expect(page.getByText('Remove the cause, then retry the failed files.')).toBeVisible();
});

test('Retry failed files creates a task of just those', async ({ page, lake }) => {
  const taskId = await failedTask(lake);
  await page.goto(paths.task(taskId));
  await page.getByRole('button', { name: 'Retry failed files' }).click();
  await expect(page.getByText('Its paths are just the 26 entries that failed.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Path 1', exact: true })).toHaveValue('=sum,"1".denied');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(flash(page, 'Export data repository task created')).toBeVisible();
  const [created] = await lake.tasks();
  expect(created?.Paths).toHaveLength(26);
  expect(created?.Paths?.[1]).toBe('bad/00.denied');
  await lake.becomes(created?.TaskId ?? '', 'FAILED');
});

test('a name that no request can carry is shown as what it is, and retried with its directory', async ({
  page,
  lake,
}) => {
  lake.write({ 'odd/\u202Ea\nb.denied': '', 'x.denied': '' });
  const taskId = await lake.createTask();
  await lake.becomes(taskId, 'FAILED');
  await page.goto(paths.task(taskId));
  await expect(failures(page).getByText('odd/⟨U+202E⟩a␊b.denied', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Retry failed files' }).click();
  await expect(page.getByRole('textbox', { name: 'Path 1', exact: true })).toHaveValue('odd');
  await expect(page.getByRole('textbox', { name: 'Path 2', exact: true })).toHaveValue('x.denied');
  await expect(page.getByText('cannot be the paths of one task')).toBeVisible();
});

test('where there is no engine to ask, the page says what is missing and asks nothing', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a' });
  const taskId = await lake.createTask();
  await lake.becomes(taskId, 'SUCCEEDED');
  // The real service cannot take part in a test; what the console does about it depends on this answer alone.
  await page.route('**/api/context', async (route) => {
    const answer = await route.fetch();
    // The contract's `context`.
    const context = (await answer.json()) as Record<string, unknown>;
    await route.fulfill({ response: answer, json: { ...context, target: 'aws' } });
  });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(paths.task(taskId));
  await expect(page.getByText('Amazon FSx has no operation that tells them')).toBeVisible();
  await expect(valueOf(page, 'Files exported')).toHaveText('1');
  await expect(page.getByRole('heading', { name: 'Throughput' })).toBeHidden();
  expect(asked.filter((url) => url.includes('/api/engine/'))).toEqual([]);
});

for (const { colorScheme, width } of [
  { colorScheme: 'light', width: 1440 },
  { colorScheme: 'dark', width: 390 },
] as const) {
  test.describe(`${colorScheme}, ${width} pixels wide`, () => {
    test.use({ colorScheme, viewport: { width, height: 900 } });

    test('chart, activity and failures break no rule of axe', async ({ page, lake }) => {
      const taskId = await failedTask(lake, {
        Report: { ...REPORT, Path: 's3://elsewhere/x' },
      });
      await page.goto(paths.task(taskId));
      await expect(rows(page)).toHaveCount(10);
      await expect(page.getByText('The completion report could not be delivered', { exact: true })).toBeVisible();
      await expect(page.getByRole('application', { name: 'Data per second over' })).toBeVisible();
      await expectAccessible(page, 'task with failures');
    });
  });
}

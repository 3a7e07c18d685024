import { CancelDataRepositoryTaskCommand } from '@aws-sdk/client-fsx';
import type { Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { expectAccessible } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

// Hundreds of files fail first, and axe reads the whole page for each of its rules.
test.setTimeout(180_000);

/** Files that S3 refuses, in two directories: `many/…` and `one/…`. */
const denied = (count: number) =>
  Array.from({ length: count }, (_, index) => `many/${String(index).padStart(3, '0')}.denied`);

const failedTask = async (lake: Lake, names: readonly string[]) => {
  lake.write({ ...Object.fromEntries(names.map((name) => [name, ''])), 'one/z.denied': '' });
  const taskId = await lake.createTask({ Tags: [{ Key: 'Name', Value: 'nightly' }] });
  await lake.becomes(taskId, 'FAILED');
  return taskId;
};

const retry = async (page: Page, taskId: string) => {
  await page.goto(paths.task(taskId));
  await page.getByRole('button', { name: 'Retry failed files' }).click();
  await expect(page.getByText('251 entries failed in')).toBeVisible();
};

test.describe('more failures than one task takes', () => {
  test.use({ expectedRefusals: ['DataRepositoryTaskExecuting'] });

  test('go into several tasks, which stop at a refusal and go on later, in a new tab too', async ({
    page,
    lake,
    fsx,
  }) => {
    const names = denied(250);
    const source = await failedTask(lake, names);
    await retry(page, source);
    await expect(page.getByRole('radio', { name: 'Create 3 tasks of up to 100 paths each' })).toBeChecked();
    await expect(page.getByText('100 paths, from many/100.denied to many/199.denied.')).toBeVisible();
    await expectAccessible(page, 'retry in several tasks');

    // The second of them is an exact copy of a task that waits behind another one.
    lake.write({ 'held.txt': 'x' });
    const gate = await lake.hold();
    await lake.createTask({ Paths: ['held.txt'] });
    await gate.reached();
    const copied = await lake.createTask({ Paths: names.slice(100, 200) });
    const before = (await lake.tasks()).length;

    await page.getByRole('button', { name: 'Create 3 tasks' }).click();
    await expect(page.getByText('The same task is already running')).toBeVisible();
    await expect(page.getByText('Running task:').getByRole('link', { name: copied })).toBeVisible();
    await expect(page.getByRole('listitem').filter({ hasText: 'from many/100' })).toContainText('Not created');
    await expect(page.getByRole('progressbar', { name: 'Tasks created' })).toHaveAttribute('value', /^33/);
    expect(await lake.tasks()).toHaveLength(before + 1);

    await page.goto(paths.createTask('export', { duplicate: source, retry: 'all' }));
    await expect(page.getByText('1 of 3 tasks were created before')).toBeVisible();
    await fsx.send(new CancelDataRepositoryTaskCommand({ TaskId: copied }));
    await lake.becomes(copied, 'CANCELED');
    await page.getByRole('button', { name: 'Create the other 2' }).click();
    await expect(page.getByText('All 3 tasks are created.').first()).toBeVisible();
    await expectAccessible(page, 'retry in several tasks, done');
    await gate.open();

    const made = (await lake.tasks()).slice(0, 4).filter(({ TaskId }) => TaskId !== copied);
    expect(made.flatMap((task) => task.Paths ?? []).toSorted()).toEqual([...names, 'one/z.denied'].toSorted());
    for (const task of made) expect(task.Tags).toEqual([{ Key: 'Name', Value: 'nightly' }]);
    await page.getByRole('button', { name: 'View tasks' }).click();
    await expect(page).toHaveURL(paths.tasks());
  });
});

test('or into one task of the nearest common directories, as the user likes', async ({ page, lake }) => {
  const source = await failedTask(lake, denied(250));
  await retry(page, source);
  const directories = page.getByRole('radio', { name: 'Retry the nearest common directories in one task' });
  await expect(directories).toHaveAccessibleDescription(/^one\/z\.denied, many\. They also hold what did not fail/);
  await directories.check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('2 paths: the nearest common directories that hold them')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Path 2', exact: true })).toHaveValue('many');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect.poll(async () => (await lake.tasks())[0]?.Paths).toEqual(['one/z.denied', 'many']);
});

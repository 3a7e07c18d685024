import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, flash, rowOf, tableNamed, valueOf } from './expect.ts';
import { expect, test } from './world.ts';

test('an import created from the Data repository tab brings the files of the bucket', async ({
  page,
  lake,
  newLake,
}) => {
  lake.write({ 'results/a.txt': 'from the bucket', 'other/b.txt': 'b' });
  await lake.becomes(await lake.createTask(), 'SUCCEEDED');
  const copy = await newLake(lake.repository);

  await page.goto(paths.fileSystem(copy.id));
  await page.getByRole('checkbox', { name: `Select ${copy.associationId}` }).check();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Import task' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create import data repository task');

  const path = page.getByRole('textbox', { name: 'Path 1' });
  await path.fill('results');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(path).toHaveAccessibleDescription(/in the form s3:\/\/bucket\/prefix/);
  await path.fill(`${lake.repository}results/`);
  await page.getByRole('button', { name: 'Create', exact: true }).click();

  const created = flash(page, 'task created').getByRole('link');
  const taskId = await created.innerText();
  const table = tableNamed(page, 'Data Repository Tasks');
  await expect(await cellOf(table, rowOf(table, taskId), 'Status')).toHaveText('Succeeded');
  expect(readFileSync(join(copy.directory, 'results/a.txt'), 'utf8')).toBe('from the bucket');
  expect(existsSync(join(copy.directory, 'other'))).toBe(false);

  await created.click();
  await expect(valueOf(page, 'Task type')).toHaveText('Import from repository');
  await expect(valueOf(page, 'Files failed to import')).toHaveText('0');
});

test('an import from the tasks page asks for the file system first', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a' });
  await lake.becomes(await lake.createTask(), 'SUCCEEDED');

  await page.goto('/');
  await expect(page).toHaveURL(paths.tasks());
  await page.getByRole('button', { name: 'Create task' }).click();
  await page.getByRole('menuitem', { name: 'Import task' }).click();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const fileSystem = page.getByRole('button', { name: 'File system' });
  await expect(fileSystem).toBeFocused();
  await fileSystem.click();
  await page.getByRole('option', { name: lake.id }).click();
  await expect(page.getByText(`${lake.repository} to /`)).toBeVisible();
  await page.getByRole('button', { name: 'Create', exact: true }).click();

  await expect(page).toHaveURL(paths.tasks());
  const taskId = await flash(page, 'task created').getByRole('link').innerText();
  const table = tableNamed(page, 'Data repository tasks');
  await expect(await cellOf(table, rowOf(table, taskId), 'Status')).toHaveText('Succeeded');
});

import type { Locator, Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, flash, rowOf, tableNamed, valueOf } from './expect.ts';
import { expect, test } from './world.ts';

/**
 * What people do all day, in Chromium and in Firefox. Text is typed key by key: Playwright's `fill` sets a value, and
 * in Firefox React does not hear of that.
 */

// Firefox needs a while to start.
test.setTimeout(120_000);

const type = async (field: Locator, text: string) => {
  await field.click();
  await field.press('ControlOrMeta+A');
  await field.pressSequentially(text);
};

const create = (page: Page) => page.getByRole('button', { name: 'Create', exact: true });

test('an export is created, watched and canceled by typing its ID', async ({ page, lake }) => {
  lake.write({ 'results/a.txt': 'a', 'results/b.txt': 'bb', 'c.txt': 'ccc' });
  const gate = await lake.hold();
  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('checkbox', { name: `Select ${lake.associationId}` }).check();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Export task' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create export data repository task');

  const path = page.getByRole('textbox', { name: 'Path 1' });
  await type(path, 's3://bucket/prefix');
  await create(page).click();
  await expect(path).toBeFocused();
  await expect(path).toHaveAccessibleDescription(/Enter a path of the file system/);
  await type(path, 'results');
  await create(page).click();

  await expect(page).toHaveURL(paths.fileSystem(lake.id));
  const created = flash(page, 'task created').getByRole('link');
  const taskId = await created.innerText();
  await gate.reached();
  await created.click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(taskId);
  await expect(valueOf(page, 'Status')).toHaveText('Executing');

  await page.getByRole('button', { name: 'Cancel task' }).click();
  const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
  const input = modal.getByRole('textbox', { name: 'To confirm, type the task ID' });
  const confirm = modal.getByRole('button', { name: 'Cancel task' });
  await expect(input).toBeFocused();
  await page.keyboard.type(taskId.slice(0, -1));
  await expect(confirm).toBeDisabled();
  await page.keyboard.type(taskId.slice(-1));
  await page.keyboard.press('Enter');
  await expect(modal).toBeHidden();
  await expect(valueOf(page, 'Status')).toHaveText('Canceling');
  await gate.open();
  await expect(valueOf(page, 'Status')).toHaveText('Canceled');
  await expect(flash(page, `Task ${taskId} is canceled.`)).toBeVisible();
});

test('a task is found in the list and duplicated with another path', async ({ page, lake }) => {
  lake.write({ 'results/a.txt': 'a', 'other/b.txt': 'b' });
  const source = await lake.createTask({ Paths: ['results'], Tags: [{ Key: 'Name', Value: 'nightly results' }] });
  await lake.becomes(source, 'SUCCEEDED');
  const decoy = await lake.createTask({ Paths: ['missing'] });
  await lake.becomes(decoy, 'FAILED');

  await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}`);
  const table = tableNamed(page, 'Data repository tasks');
  await expect(rowOf(table, decoy)).toBeVisible();
  const filter = page.getByRole('combobox', { name: 'Filter data repository tasks' });
  await filter.click();
  await expect(filter).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.type('Task name : nightly');
  await page.keyboard.press('Enter');
  await expect(rowOf(table, decoy)).toHaveCount(0);
  await expect(page).toHaveURL(/filter=name%3Anightly/);

  await page.getByRole('checkbox', { name: `Select ${source}` }).check();
  await page.getByRole('button', { name: 'Duplicate task' }).click();
  await expect(page.getByText(`The form has the settings of ${source}`)).toBeVisible();
  const path = page.getByRole('textbox', { name: 'Path 1' });
  await expect(path).toHaveValue('results');
  await type(path, 'other');
  await create(page).click();
  const taskId = await flash(page, 'task created').getByRole('link').innerText();
  await expect(await cellOf(table, rowOf(table, taskId), 'Status')).toHaveText('Succeeded');
  expect((await lake.tasks())[0]?.Paths).toEqual(['other']);
});

test('what one file system exported, another imports', async ({ page, lake, newLake, server }) => {
  lake.write({ 'a.txt': 'a', 'directory/b.txt': 'b' });
  const exported = await lake.createTask();
  await lake.becomes(exported, 'SUCCEEDED');
  const other = await newLake(lake.repository);

  await page.goto(paths.createTask('import', { fileSystemId: other.id, associationIds: [other.associationId] }));
  await type(page.getByRole('textbox', { name: 'Path 1' }), `${lake.repository}directory`);
  await create(page).click();
  await flash(page, 'task created').getByRole('link').click();
  await expect(valueOf(page, 'Status')).toHaveText('Succeeded');
  await expect(valueOf(page, 'Files imported')).toHaveText('2');
  expect(server.directoryOf(other.id)).toBe(other.directory);
});

test('the files that failed are shown with their remedy and retried', async ({ page, lake }) => {
  lake.write({ 'good.txt': 'x', 'bad.denied': 'y' });
  const failed = await lake.createTask();
  await lake.becomes(failed, 'FAILED');
  await page.goto(paths.task(failed));
  await expect(valueOf(page, 'Files failed to export')).toHaveText('1');
  await expect(tableNamed(page, 'Files that failed').getByText('bad.denied', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Retry failed files' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create export data repository task');
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('bad.denied');
});

test('a form asks before it is left, and the Back button keeps the filter of the list', async ({ page, lake }) => {
  const listed = `${paths.tasks()}?filter=fileSystem%3D${lake.id}`;
  await page.goto(listed);
  await page.getByRole('link', { name: 'File systems' }).first().click();
  await expect(page).toHaveURL(paths.fileSystems());
  await page.goBack();
  await expect(page).toHaveURL(listed);

  await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
  await type(page.getByRole('textbox', { name: 'Path 1' }), 'results');
  const away = page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: 'File systems' });
  await away.click();
  const leave = page.getByRole('dialog', { name: 'Leave page' });
  await leave.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('results');
  await away.click();
  await leave.getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL(paths.fileSystems());
});

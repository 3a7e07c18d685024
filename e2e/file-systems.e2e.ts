import { existsSync } from 'node:fs';

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, expectAccessible, flash, rowOf, tableNamed, valueOf } from './expect.ts';
import { expect, test } from './world.ts';

test('a file system is found in the list and shows its associations and only its tasks', async ({
  page,
  lake,
  newLake,
}) => {
  const other = await newLake();
  other.write({ 'x.txt': 'x' });
  lake.write({ 'a.txt': 'a' });
  const foreign = await other.createTask();
  const own = await lake.createTask();
  await lake.becomes(own, 'SUCCEEDED');
  await other.becomes(foreign, 'SUCCEEDED');

  await page.goto(paths.fileSystems());
  const list = tableNamed(page, 'File systems');
  await expect(await cellOf(list, rowOf(list, lake.id), 'Status')).toHaveText('Available');
  await expect(await cellOf(list, rowOf(list, lake.id), 'Linked repositories')).toHaveText('1');
  await list.getByRole('link', { name: lake.id }).click();

  await expect(page.getByRole('heading', { level: 1 })).toHaveText(lake.id);
  await expect(valueOf(page, 'Deployment type')).toHaveText('Persistent 2');
  const associations = tableNamed(page, 'Data repository associations');
  const row = rowOf(associations, lake.associationId);
  await expect(await cellOf(associations, row, 'Data repository path')).toHaveText(lake.repository);
  const tasks = tableNamed(page, 'Data Repository Tasks');
  await expect(rowOf(tasks, own)).toBeVisible();
  await expect(rowOf(tasks, foreign)).toHaveCount(0);

  await page.getByRole('tab', { name: 'Tags' }).click();
  await expect(page).toHaveURL(paths.fileSystem(lake.id, 'tags'));
  await expect(page.getByText('No tags')).toBeVisible();
});

test('a new file system says how to get its first task', async ({ page, lake }) => {
  await page.goto(paths.fileSystem(lake.id));
  await expect(page.getByText('Create a task from the Actions menu of an association.')).toBeVisible();
  await page.getByRole('button', { name: 'Actions' }).click();
  const release = page.getByRole('menuitem', { name: 'Create release task' });
  await expect(release).toHaveAttribute('aria-disabled', 'true');
});

test('the region menu hands over the options with which the AWS CLI sees the same', async ({
  page,
  server,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(paths.fileSystems());
  await page.getByRole('button', { name: 'Region us-east-1' }).click();
  await page.getByRole('menuitem', { name: 'Copy AWS CLI options' }).click();
  await expect(flash(page, 'AWS CLI options copied')).toBeVisible();
  const copied = await page.evaluate('navigator.clipboard.readText()');
  expect(copied).toBe(`--endpoint-url ${server.url} --region us-east-1`);
});

test.describe('a file system is created', () => {
  test.use({ expectedRefusals: ['BadRequest'] });

  test('by the form, which shows why a directory cannot be adopted and keeps what was typed', async ({ page }) => {
    await page.goto(paths.fileSystems());
    await page.getByRole('button', { name: 'Create file system' }).first().click();
    await expect(page).toHaveURL(paths.createFileSystem());
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
    const name = page.getByRole('textbox', { name: 'File system name' });
    const capacity = page.getByRole('textbox', { name: 'Storage capacity' });
    await name.fill('experiment');
    await capacity.fill('much');
    await page.getByRole('checkbox', { name: 'Adopt a directory' }).check();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page.getByText('Enter a whole number')).toBeVisible();
    await expect(page.getByText('Enter an absolute directory')).toBeVisible();
    await expect(capacity).toBeFocused();
    await expectAccessible(page, 'create file system with errors');

    await capacity.fill('2400');
    await page.getByRole('textbox', { name: 'Directory' }).fill('/mnt/data');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page.getByText('/mnt/data is not below a directory of FILE_SYSTEM_ROOTS')).toBeVisible();
    await expect(name).toHaveValue('experiment');

    await page.getByRole('checkbox', { name: 'Adopt a directory' }).uncheck();
    await page.getByRole('button', { name: 'Deployment type' }).click();
    await page.getByRole('option', { name: 'Scratch 2' }).click();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(flash(page, 'File system created')).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('experiment');
    await expect(valueOf(page, 'Status')).toHaveText('Available');
    await expect(valueOf(page, 'Deployment type')).toHaveText('Scratch 2');
    await expect(valueOf(page, 'Storage capacity')).toHaveText('2,400 GiB');
  });
});

test.describe('a file system is deleted', () => {
  test.use({ expectedRefusals: ['BadRequest'] });

  test('with its files, after its ID was typed, and not while a task works', async ({ page, lake }) => {
    lake.write({ 'a.txt': 'a' });
    const gate = await lake.hold();
    const taskId = await lake.createTask();
    await gate.reached();
    await page.goto(paths.fileSystems());
    const actions = page.getByRole('button', { name: 'Actions' });
    const item = page.getByRole('menuitem', { name: 'Delete file system' });
    await actions.click();
    await expect(item).toHaveAttribute('aria-disabled', 'true');
    await page.keyboard.press('Escape');
    await page.getByRole('radio', { name: `Select ${lake.id}` }).check();
    await actions.click();
    await item.click();
    const modal = page.getByRole('dialog', { name: 'Delete file system' });
    const input = modal.getByRole('textbox', { name: 'To confirm, type the file system ID' });
    const confirm = modal.getByRole('button', { name: 'Delete', exact: true });
    await expect(input).toBeFocused();
    await expectAccessible(page, 'delete file system');
    await input.fill(lake.id.slice(0, -1));
    await input.press('Enter');
    await expect(confirm).toBeDisabled();
    await page.keyboard.press('Escape');
    await expect(modal).toBeHidden();
    await expect(actions).toBeFocused();

    await page.goto(paths.fileSystem(lake.id));
    await page.getByRole('button', { name: 'Delete file system' }).click();
    await input.fill(lake.id);
    await input.press('Enter');
    await expect(modal.getByText(`Task ${taskId} of file system ${lake.id} is EXECUTING`)).toBeVisible();
    expect(existsSync(lake.directory)).toBe(true);

    await gate.open();
    await lake.becomes(taskId, 'SUCCEEDED');
    await confirm.click();
    await expect(flash(page, 'File system is being deleted')).toBeVisible();
    await expect(page).toHaveURL(paths.fileSystems());
    await expect(rowOf(tableNamed(page, 'File systems'), lake.id)).toHaveCount(0);
    expect(existsSync(lake.directory)).toBe(false);
  });
});

test.describe('that does not exist', () => {
  test.use({
    expectedRefusals: ['DataRepositoryAssociationNotFound', 'DataRepositoryTaskNotFound', 'FileSystemNotFound'],
  });

  test('has a page that says so and leads back', async ({ page }) => {
    await page.goto(paths.fileSystem('fs-00000000000000000'));
    await expect(page.getByRole('heading', { name: 'File system not found' })).toBeVisible();
    await page.getByRole('link', { name: 'Back to file systems' }).click();
    await expect(page).toHaveURL(paths.fileSystems());

    await page.goto(paths.task('task-00000000000000000'));
    await expect(page.getByRole('heading', { name: 'Task not found' })).toBeVisible();
    await page.goto(paths.association('dra-00000000000000000'));
    await expect(page.getByRole('heading', { name: 'Data repository association not found' })).toBeVisible();
    await page.goto('/fsx/no-such-page');
    await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  });
});

test.describe('dark and 390 pixels wide', () => {
  test.use({ colorScheme: 'dark', viewport: { width: 390, height: 900 } });

  test('form and modal of file systems break no rule of axe', async ({ page, lake }) => {
    await page.goto(paths.createFileSystem());
    await page.getByRole('checkbox', { name: 'Adopt a directory' }).check();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expectAccessible(page, 'create file system');
    await page.goto(paths.fileSystem(lake.id));
    await page.getByRole('button', { name: 'Delete file system' }).click();
    await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
    await expectAccessible(page, 'delete file system');
  });
});

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, flash, rowOf, tableNamed, valueOf } from './expect.ts';
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

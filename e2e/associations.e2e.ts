import { paths } from '../apps/console/src/paths.ts';
import { rowOf, tableNamed, valueOf } from './expect.ts';
import { expect, test } from './world.ts';

test('an association shows its settings and the tasks that touched it, and starts one', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a' });
  const taskId = await lake.createTask();
  await lake.becomes(taskId, 'SUCCEEDED');

  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('link', { name: lake.associationId }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(lake.associationId);
  const trail = page.getByRole('navigation', { name: 'Breadcrumbs' });
  await expect(trail.getByRole('link', { name: lake.id })).toBeVisible();
  await expect(valueOf(page, 'Data repository path')).toHaveText(lake.repository);
  await expect(valueOf(page, 'Export settings')).toHaveText('Off');
  await expect(rowOf(tableNamed(page, 'Data Repository Tasks'), taskId)).toBeVisible();

  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Import task' }).click();
  await expect(page.getByText(`${lake.repository} to /`)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page).toHaveURL(paths.association(lake.associationId));
});

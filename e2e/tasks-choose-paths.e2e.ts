import { paths } from '../apps/console/src/paths.ts';
import { expectAccessible, valueOf } from './expect.ts';
import { expect, test } from './world.ts';

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`many/f${String(n).padStart(4, '0')}`, `${n}`]));

test('paths of an export are chosen by browsing, previewed, and exported', async ({ page, lake }) => {
  lake.write({ 'results/a.txt': 'a', 'results/deep/b.txt': 'bb', 'top.txt': 'ccc', ...many(250) });
  await page.goto(paths.createTask('export', { fileSystemId: lake.id, associationIds: [lake.associationId] }));

  await page.getByRole('button', { name: 'Browse' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose paths to export' });
  await expect(dialog.getByRole('link', { name: 'results/' })).toBeVisible();
  await expectAccessible(page, 'path picker');
  await dialog.getByRole('checkbox', { name: 'Choose top.txt' }).check();
  await dialog.getByRole('link', { name: 'many/' }).click();
  await expect(dialog.getByText('f0199')).toBeVisible();
  await expect(dialog.getByText('f0249')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Show 200 more' }).click();
  await expect(dialog.getByText('f0249')).toBeVisible();
  await dialog.getByRole('searchbox').fill('f020');
  await expect(dialog.getByRole('checkbox', { name: /^Choose f/ })).toHaveCount(10);
  await dialog.getByRole('link', { name: '/', exact: true }).click();
  await dialog.getByRole('link', { name: 'results/' }).click();
  await dialog.getByRole('checkbox', { name: 'Choose deep' }).check();
  await dialog.getByRole('button', { name: 'Add 2 paths' }).click();
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('top.txt');
  await expect(page.getByRole('textbox', { name: 'Path 2' })).toHaveValue('results/deep');

  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(valueOf(page, 'Files to export')).toHaveText('3');
  await expect(valueOf(page, 'Size')).toHaveText('5 B');
  await expect(page.getByRole('table', { name: 'First files of the preview' })).toContainText('results/deep/b.txt');
  await expectAccessible(page, 'preview');
  expect(await lake.tasks()).toHaveLength(0);

  await page.getByRole('textbox', { name: 'Path 2' }).fill('nothing,here');
  await expect(page.getByText('The paths have changed since the last preview.')).toBeVisible();
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page.getByText('separate several paths with spaces')).toBeVisible();
  await page.getByRole('textbox', { name: 'Path 2' }).fill('results/deep');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const [task] = await lake.tasks();
  expect(task?.Paths).toEqual(['top.txt', 'results/deep']);
  await lake.becomes(task?.TaskId ?? '', 'SUCCEEDED');
});

test('paths of an import are chosen in the repository', async ({ page, lake, newLake }) => {
  lake.write({ 'results/a.txt': 'a', 'results/deep/b.txt': 'bb', 'top.txt': 'ccc' });
  await lake.becomes(await lake.createTask(), 'SUCCEEDED');
  const target = await newLake(lake.repository);
  await page.goto(paths.createTask('import', { fileSystemId: target.id, associationIds: [target.associationId] }));
  const rows = page.getByRole('textbox', { name: /^Path \d/ });
  const before = await rows.count();
  await page.getByRole('button', { name: 'Browse' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose paths to import' });
  await dialog.getByRole('link', { name: 'results/' }).click();
  await dialog.getByRole('checkbox', { name: 'Choose deep' }).check();
  await dialog.getByRole('button', { name: 'Add 1 path' }).click();
  await expect(rows.nth(before === 0 ? 0 : (await rows.count()) - 1)).toHaveValue(`${lake.repository}results/deep`);
});

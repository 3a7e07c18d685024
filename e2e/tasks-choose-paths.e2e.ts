import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { paths } from '../apps/console/src/paths.ts';
import { expectAccessible, flash, valueOf } from './expect.ts';
import { addRule, closeGate } from './s3-gate.ts';
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
  await expect(dialog.getByText('f0099')).toBeVisible();
  await expect(dialog.getByText('f0100')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Next page' }).click();
  await expect(dialog.getByText('f0100')).toBeVisible();
  await dialog.getByRole('button', { name: 'Next page' }).click();
  await expect(dialog.getByText('f0249')).toBeVisible();
  await expect(dialog.getByText('f0199')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Previous page' }).click();
  await expect(dialog.getByText('f0199')).toBeVisible();
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
  await expect(flash(page, 'task created')).toBeVisible();
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

test.describe('what cannot be listed', () => {
  test.use({ expectedRefusals: ['BadRequest'] });

  test('is said in the picker, and can be tried again', async ({ page, lake, server }) => {
    lake.write({ 'gone/a.txt': 'a', 'empty/x': '' });
    rmSync(join(lake.directory, 'empty/x'));
    symlinkSync('empty', join(lake.directory, 'link'));
    await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
    await page.getByRole('button', { name: 'Browse' }).click();
    let picker = page.getByRole('dialog', { name: 'Choose paths to export' });
    await picker.getByRole('link', { name: 'empty/' }).click();
    await expect(picker.getByText('Nothing here.')).toBeVisible();
    await picker.getByRole('link', { name: '/', exact: true }).click();
    // A link is chosen as what it is; nothing leads behind it.
    await expect(picker.getByRole('checkbox', { name: 'Choose link' })).toBeEnabled();
    await expect(picker.getByRole('link', { name: 'link' })).toHaveCount(0);
    rmSync(join(lake.directory, 'gone'), { recursive: true });
    await picker.getByRole('link', { name: 'gone/' }).click();
    await expect(picker.getByText('/gone cannot be listed')).toBeVisible();
    lake.write({ 'gone/b.txt': 'b' });
    await picker.getByRole('button', { name: 'Retry' }).click();
    await expect(picker.getByText('b.txt')).toBeVisible();

    const { remove } = await addRule(server.s3Endpoint, {
      match: { operation: 'ListObjectsV2', bucket: 'fsx-sample', key: '*' },
      action: { type: 'error', status: 403, code: 'AccessDenied' },
    });
    await page.goto(paths.createTask('import', { fileSystemId: lake.id }));
    await page.getByRole('button', { name: 'Browse' }).click();
    picker = page.getByRole('dialog', { name: 'Choose paths to import' });
    await expect(picker.getByText('The data repository cannot be listed')).toBeVisible();
    await remove();
    await picker.getByRole('button', { name: 'Retry' }).click();
    await expect(picker.getByText('Nothing here.')).toBeVisible();
  });
});

test('a preview that takes long can be stopped, and begun again', async ({ page, lake, server }) => {
  lake.write({ 'a.txt': 'a' });
  await lake.becomes(await lake.createTask(), 'SUCCEEDED');
  const gate = await closeGate(server.s3Endpoint, 'fsx-sample', 'ListObjectsV2', '*');
  await page.goto(paths.createTask('import', { fileSystemId: lake.id }));
  const start = page.getByRole('button', { name: 'Preview' });
  await start.click();
  await gate.reached();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('The preview was stopped.')).toBeVisible();
  await gate.open();
  await gate.remove();
  await start.click();
  await expect(valueOf(page, 'Looked at')).toHaveText('1');
  await expect(page.getByText('The preview was stopped.')).toHaveCount(0);
});

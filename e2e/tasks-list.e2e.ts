import { readFile } from 'node:fs/promises';

import { CancelDataRepositoryTaskCommand } from '@aws-sdk/client-fsx';

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, expectAccessible, rowOf, tableNamed } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

const TITLE = 'Data repository tasks';

const named = (lake: Lake, name: string, changes: Parameters<Lake['createTask']>[0] = {}) =>
  lake.createTask({ ...changes, Tags: [{ Key: 'Name', Value: name }] });

/** Tasks that end at once, since their paths lead nowhere; the oldest first. */
const endedTasks = async (lake: Lake, names: readonly string[]) => {
  const ids: string[] = [];
  for (const name of names) ids.push(await named(lake, name, { Paths: [name] }));
  for (const id of ids) await lake.becomes(id, 'FAILED');
  return ids;
};

test('a filter narrows the whole list, is kept in the URL, and is undone by clearing it', async ({ page, lake }) => {
  const mine = `filter=fileSystem%3D${lake.id}`;
  const [alpha = '', beta = ''] = await endedTasks(lake, ['alpha', 'beta']);
  await page.goto(`${paths.tasks()}?${mine}&filter=nonsense%3Dx&sort=name`);
  const table = tableNamed(page, TITLE);
  await expect(rowOf(table, alpha)).toBeVisible();
  await expect(page.getByText('2 matches').first()).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('(2)');
  await expect(table.getByRole('row').nth(1)).toContainText(alpha);

  const input = page.getByRole('combobox', { name: 'Filter data repository tasks' });
  await expect(page.getByRole('button', { name: 'Clear filters' })).toBeVisible();
  // A filter in the address is not a user who came to the field.
  await expect(input).not.toBeFocused();
  await input.fill('Task name : ALPH');
  await input.press('Enter');
  await expect(page.getByText('1 match', { exact: true }).first()).toBeVisible();
  await expect(rowOf(table, beta)).toHaveCount(0);
  await expect(page).toHaveURL(/filter=name%3AALPH/);
  await expect(page).toHaveURL(/sort=name/);

  await page.reload();
  await expect(rowOf(table, alpha)).toBeVisible();
  await expect(rowOf(table, beta)).toHaveCount(0);

  await input.fill('no such task');
  await input.press('Enter');
  await expect(page.getByText('No matches')).toBeVisible();
  await expectAccessible(page, 'filter without a match');
  await page.getByRole('button', { name: 'Clear filter', exact: true }).click();
  await expect(rowOf(table, beta)).toBeVisible();
  await expect(page).not.toHaveURL(/filter=/);
});

test('the server sorts and pages: the selection and the page size stay', async ({ page, lake }) => {
  const names = Array.from({ length: 11 }, (_, index) => `job ${String(index).padStart(2, '0')}`);
  const ids = await endedTasks(lake, names);
  await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}`);
  const table = tableNamed(page, TITLE);
  await page.getByRole('button', { name: 'Preferences' }).click();
  const preferences = page.getByRole('dialog', { name: 'Preferences' });
  await preferences.getByRole('radio', { name: '10 data repository tasks' }).check();
  await preferences.getByRole('button', { name: 'Confirm' }).click();

  await expect(table.getByRole('row').nth(1)).toContainText('job 10');
  // By keyboard: the header that sticks to the top lies over the table's own.
  await table.getByRole('columnheader', { name: 'Task name' }).getByRole('button').first().press('Enter');
  await expect(table.getByRole('row').nth(1)).toContainText('job 00');
  await page.getByRole('checkbox', { name: `Select ${ids[0]}` }).check();
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect(rowOf(table, ids[10] ?? '')).toBeVisible();
  await expect(page).toHaveURL(/page=2/);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('(1/11)');

  await page.reload();
  await expect(rowOf(table, ids[10] ?? '')).toBeVisible();
  await expect(await cellOf(table, rowOf(table, ids[10] ?? ''), 'Task name')).toHaveText('job 10');
  await page.getByRole('button', { name: 'Previous page' }).click();
  await expect(rowOf(table, ids[0] ?? '')).toBeVisible();
});

test('a task made elsewhere appears while the list is open, and the selection stays', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a' });
  const gate = await lake.hold();
  const first = await named(lake, 'held');
  await gate.reached();
  await page.goto(paths.tasks());
  const box = page.getByRole('checkbox', { name: `Select ${first}` });
  await box.check();
  const second = await named(lake, 'late', { Paths: ['a.txt'] });
  await expect(rowOf(tableNamed(page, TITLE), second)).toBeVisible();
  await expect(box).toBeChecked();
  await expect(box).toBeFocused();
  await gate.open();
  await lake.becomes(second, 'SUCCEEDED');
});

test('a create form shows the command that does the same', async ({ page, lake }) => {
  await page.goto(paths.createTask('export', { fileSystemId: lake.id, associationIds: [lake.associationId] }));
  await page.getByRole('textbox', { name: 'Path 1' }).fill("it's");
  await page.getByRole('button', { name: 'Show CLI command' }).click();
  const modal = page.getByRole('dialog', { name: 'AWS CLI command to create this task' });
  await expect(modal.locator('pre')).toContainText(`--file-system-id ${lake.id}`);
  await expect(modal.locator('pre')).toContainText(String.raw`--paths '["it'\''s"]'`);
  await modal.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue("it's");
  expect(await lake.tasks()).toHaveLength(0);
});

test.describe('several tasks are canceled at once', () => {
  test.use({ expectedRefusals: ['DataRepositoryTaskEnded'] });

  test('after their number was typed, and each outcome is told', async ({ page, lake, fsx }) => {
    lake.write({ 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' });
    const done = await named(lake, 'done', { Paths: ['missing'] });
    await lake.becomes(done, 'FAILED');
    const gate = await lake.hold();
    const running = await named(lake, 'running', { Paths: ['a.txt'] });
    await gate.reached();
    const waiting = await named(lake, 'waiting', { Paths: ['b.txt'] });
    const overtaken = await named(lake, 'overtaken', { Paths: ['c.txt'] });

    await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}`);
    for (const id of [done, running, waiting, overtaken]) {
      await page.getByRole('checkbox', { name: `Select ${id}` }).check();
    }
    await expect(page.getByRole('button', { name: 'Duplicate task' })).toBeDisabled();
    await page.getByRole('button', { name: 'Cancel tasks' }).click();
    const modal = page.getByRole('dialog', { name: 'Cancel data repository tasks' });
    await expect(modal.getByText('1 of the selected tasks has ended or is being canceled')).toBeVisible();
    const input = modal.getByRole('textbox', { name: 'To confirm, type "cancel 3 tasks"' });
    await expect(input).toBeFocused();
    await input.fill('cancel 4 tasks');
    await expect(modal.getByRole('button', { name: 'Cancel tasks' })).toBeDisabled();
    await expectAccessible(page, 'bulk cancel');

    // Somebody else is faster with one of them.
    await fsx.send(new CancelDataRepositoryTaskCommand({ TaskId: overtaken }));
    await lake.becomes(overtaken, 'CANCELED');
    await input.fill('cancel 3 tasks');
    await input.press('Enter');
    await expect(modal.getByText('3 of 3')).toBeVisible();
    await expect(modal.getByRole('listitem').filter({ hasText: running })).toContainText('Cancel requested');
    await expect(modal.getByRole('listitem').filter({ hasText: waiting })).toContainText('Cancel requested');
    await expect(modal.getByRole('listitem').filter({ hasText: overtaken })).toContainText('Had already ended');
    await modal.getByRole('button', { name: 'Close' }).last().click();
    await gate.open();
    const table = tableNamed(page, TITLE);
    await expect(await cellOf(table, rowOf(table, running), 'Status')).toHaveText('Canceled');
    await expect(page.getByRole('button', { name: 'Cancel tasks' })).toBeDisabled();
  });
});

test('the list is exported and shown as a command', async ({ page, lake }) => {
  const [formula = ''] = await endedTasks(lake, ['=1+1']);
  await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}&filter=name%3A1`);
  await expect(rowOf(tableNamed(page, TITLE), formula)).toBeVisible();
  const more = page.getByRole('button', { name: 'More actions' });
  await more.click();
  const file = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'Export 1 task as CSV' }).click();
  const lines = (await readFile(await (await file).path(), 'utf8')).split('\r\n');
  expect(lines[1]).toMatch(new RegExp(`^${formula},'=1\\+1,FAILED,`));
  expect(lines).toHaveLength(3);

  await more.click();
  await page.getByRole('menuitem', { name: 'Show CLI command for this list' }).click();
  const modal = page.getByRole('dialog', { name: 'AWS CLI command to list these tasks' });
  await expect(modal.locator('pre')).toContainText(`'[{"Name":"file-system-id","Values":["${lake.id}"]}]'`);
  await expect(modal.locator('pre')).toContainText(`--endpoint-url ${new URL(page.url()).origin}`);
  await expect(modal.getByText('FSx itself cannot filter by: Task name : 1')).toBeVisible();
  await expectAccessible(page, 'CLI command');
});

test('an address of the AWS console leads to the page it means', async ({ page, lake }) => {
  await page.goto(`/#file-system-details/${lake.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(lake.id);
  await page.goto('/');
  await expect(page).toHaveURL(paths.tasks());
});

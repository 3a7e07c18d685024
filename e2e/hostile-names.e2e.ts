import type { Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { visibleText } from '../apps/console/src/shell/visible-text.ts';
import { openTree } from '../packages/engine/src/posix/tree.ts';
import { expectAccessible, expectNoSidewaysScroll, flash, rowOf, tableNamed, valueOf } from './expect.ts';
import { test as base, expect, type Lake } from './world.ts';

/** Names that would be markup, turn the text around, break a line or a spreadsheet: text everywhere, and copied exactly. */

const MARKUP = '<img src=x onerror=alert(1)>';
const NAMES = [MARKUP, 'rtl\u202Etxt.exe', `"it's" \`$(id)\` %41&amp;`, ' blank ends ', '=cmd()', 'zero\u200Bwidth'];
/** No request can carry it as a path of a task. */
const BROKEN = 'line\nbreak';
/** 4,096 characters, in the order of names behind the others. */
const LONG = [...Array.from({ length: 15 }, () => 'z'.repeat(255)), 'f'.repeat(254), 'g'].join('/');

const test = base.extend<{ readonly hostile: Lake }>({
  hostile: async ({ lake, page, context }, use) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const opened: string[] = [];
    page.on('dialog', (dialog) => {
      opened.push(dialog.message());
      void dialog.dismiss();
    });
    lake.write(Object.fromEntries([...NAMES, BROKEN].map((name) => [name, 'x'])));
    await use(lake);
    expect(opened).toEqual([]);
    await expect(page.locator('img[src="x"]')).toHaveCount(0);
  },
});
test.setTimeout(180_000);

const copied = (page: Page) => page.evaluate<string>('navigator.clipboard.readText()');

test('in the list of failed files', async ({ page, hostile }) => {
  // Deeper than any path that a system call takes.
  using tree = openTree(hostile.directory);
  tree.makeDirectories(LONG);
  await hostile.refuseWrites('*');
  const taskId = await hostile.createTask();
  await hostile.becomes(taskId, 'FAILED');

  await page.goto(`${paths.task(taskId)}?code=S3AccessDenied`);
  const failures = tableNamed(page, 'Files that failed');
  for (const name of [...NAMES, BROKEN]) {
    const row = failures.getByRole('row').filter({ has: page.getByText(visibleText(name), { exact: true }) });
    await row.getByRole('button', { name: 'Copy Path' }).click();
    await expect.poll(() => copied(page)).toBe(name);
  }
  await page.getByRole('button', { name: /^Error code S3AccessDenied/ }).click();
  await page.getByRole('option', { name: /^PathSizeTooLong/ }).click();
  await expect(page).toHaveURL(/code=PathSizeTooLong/);
  await page.getByRole('button', { name: 'Next page' }).click();
  const longest = failures.getByRole('row').filter({ has: page.getByText(LONG, { exact: true }) });
  await longest.getByRole('button', { name: 'Copy Path' }).click();
  await expect.poll(() => copied(page)).toBe(LONG);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page, 'failed files with hostile names');
  tree.removeTree(LONG.slice(0, LONG.indexOf('/')));
});

test('as the paths of a task: on its page, in the list, in its duplicate, in its command', async ({
  page,
  hostile,
}) => {
  const all = [...NAMES, LONG];
  const taskId = await hostile.createTask({ Paths: all });
  await hostile.becomes(taskId, 'FAILED');
  await page.goto(paths.task(taskId));
  for (const [index, name] of all.entries()) {
    await expect(page.getByText(visibleText(name), { exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Copy Path' }).nth(index).click();
    await expect.poll(() => copied(page)).toBe(name);
  }
  await expectNoSidewaysScroll(page);

  await page.getByRole('button', { name: 'Duplicate task' }).click();
  for (const [index, name] of all.entries()) {
    await expect(page.getByRole('textbox', { name: `Path ${index + 1}`, exact: true })).toHaveValue(name);
  }
  await expect(page.getByText('Reads rtl⟨U+202E⟩txt.exe')).toBeVisible();
  await page.getByRole('button', { name: 'Show CLI command' }).click();
  const command = page.getByRole('dialog').locator('pre');
  await expect(command).toContainText(MARKUP);
  await expect(command).toContainText(String.raw`rtl\u202etxt.exe`);
  await page.getByRole('button', { name: 'Copy command' }).click();
  await expect.poll(() => copied(page)).toBe(await command.innerText());
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

  await page.goto(paths.tasks());
  const row = rowOf(tableNamed(page, 'Data repository tasks'), taskId);
  await row.getByRole('button', { name: /^\d+ paths?: show/ }).click();
  await expect(page.getByRole('dialog').getByText(visibleText(MARKUP), { exact: true })).toBeVisible();
  await expect(page.getByRole('dialog').getByText('rtl⟨U+202E⟩txt.exe', { exact: true })).toBeVisible();
});

test('in the picker and in the preview', async ({ page, hostile }) => {
  await page.goto(paths.createTask('export', { fileSystemId: hostile.id }));
  await page.getByRole('button', { name: 'Browse' }).click();
  const picker = page.getByRole('dialog', { name: 'Choose paths to export' });
  for (const name of NAMES) {
    await picker.getByRole('checkbox', { name: `Choose ${visibleText(name)}`, exact: true }).check();
  }
  const broken = picker.getByRole('row').filter({ hasText: 'line␊break' });
  await expect(broken.getByRole('checkbox')).toBeDisabled();
  await expect(broken).toContainText('Cannot be the path of a task');
  await expectAccessible(page, 'picker with hostile names');
  await picker.getByRole('button', { name: `Add ${NAMES.length} paths` }).click();

  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(valueOf(page, 'Files to export')).toHaveText(String(NAMES.length));
  const first = page.getByRole('table', { name: 'First files of the preview' });
  for (const name of NAMES) {
    const row = first.getByRole('row').filter({ has: page.getByText(visibleText(name), { exact: true }) });
    await row.getByRole('button', { name: 'Copy Path' }).click();
    await expect.poll(() => copied(page)).toBe(name);
  }
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const created = flash(page, 'task created').getByRole('link');
  await hostile.becomes(await created.innerText(), 'SUCCEEDED');
  expect((await hostile.tasks())[0]?.Paths?.toSorted()).toEqual(NAMES.toSorted());
});

test('as the name and the tags of a task, with all that FSx takes', async ({ page, hostile }) => {
  // Separators that break lines, letters that run from right to left, 256 characters.
  const name = `a\u2028\u00a0\u3000b ${'שלום'.repeat(62)}zz`.slice(0, 256);
  const taskId = await hostile.createTask({
    Tags: [
      { Key: 'Name', Value: name },
      { Key: 'k'.repeat(128), Value: 'ע'.repeat(256) },
    ],
  });
  await page.goto(paths.task(taskId));
  await expect(valueOf(page, 'Task name')).toHaveText(visibleText(name));
  await expect(valueOf(page, 'Task name')).toContainText('⟨U+2028⟩');
  await expectNoSidewaysScroll(page);
  await page.getByRole('button', { name: 'Duplicate task' }).click();
  await expect(page.getByRole('textbox', { name: 'Key of tag 1' })).toHaveValue('k'.repeat(128));
  await expect(page.getByRole('textbox', { name: 'Value of tag 1' })).toHaveValue('ע'.repeat(256));
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(flash(page, 'task created')).toBeVisible();
  expect((await hostile.tasks())[0]?.Tags).toEqual((await hostile.tasks())[1]?.Tags);
});

test('in an address', async ({ page, hostile }) => {
  await page.goto(paths.createTask('export', { fileSystemId: hostile.id, duplicate: MARKUP }));
  await expect(flash(page, `${MARKUP} was not found`)).toBeVisible();
  await page.goto(paths.task(MARKUP));
  await expect(page.getByText(`There is no task with the ID ${MARKUP}.`)).toBeVisible();
});

import { paths } from '../apps/console/src/paths.ts';
import { flash, valueOf } from './expect.ts';
import { tabTo } from './keyboard.ts';
import { expect, type Lake, test } from './world.ts';

/** Whole flows without a mouse; where the focus is said at each step, and where it returns to. */

test.setTimeout(120_000);

/** An export that goes on until the gate is opened. */
const runningTask = async (lake: Lake) => {
  lake.write({ 'a.txt': 'a', 'results/b.txt': 'b', 'results/deep/c.txt': 'c' });
  const gate = await lake.hold();
  const taskId = await lake.createTask({ Paths: ['a.txt'] });
  await gate.reached();
  return { taskId, gate };
};

test('a task is canceled', async ({ page, lake }) => {
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.task(taskId));
  const trigger = page.getByRole('button', { name: 'Cancel task' });
  const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
  const input = modal.getByRole('textbox', { name: 'To confirm, type the task ID' });

  await tabTo(page, trigger);
  await page.keyboard.press('Enter');
  await expect(input).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(modal).toBeHidden();
  await expect(trigger).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(input).toBeFocused();
  await page.keyboard.type(taskId.slice(0, -1));
  await page.keyboard.press('Enter');
  await expect(modal).toBeVisible();
  await tabTo(page, modal.getByRole('button', { name: 'Keep task running' }));
  await page.keyboard.press('Enter');
  await expect(trigger).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(input).toBeFocused();
  await page.keyboard.type(taskId);
  // Tab stays in the modal: past its last button comes its first.
  await tabTo(page, modal.getByRole('button', { name: 'Close' }));
  await tabTo(page, modal.getByRole('button', { name: 'Cancel task' }));
  await page.keyboard.press('Enter');
  await expect(modal).toBeHidden();
  await expect(trigger).toBeFocused();
  await expect(valueOf(page, 'Status')).toHaveText('Canceling');
  await gate.open();
  await expect(flash(page, `Task ${taskId} is canceled.`)).toBeVisible();
  await expect(trigger).toBeFocused();
});

test('a task is duplicated with another path', async ({ page, lake }) => {
  lake.write({ 'results/a.txt': 'a' });
  const source = await lake.createTask({ Paths: ['results'] });
  await lake.becomes(source, 'SUCCEEDED');
  await page.goto(paths.task(source));
  await tabTo(page, page.getByRole('button', { name: 'Duplicate task' }));
  await page.keyboard.press('Enter');

  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('Create export data repository task');
  await expect(heading).toBeFocused();
  const first = page.getByRole('textbox', { name: 'Path 1' });
  await tabTo(page, first);
  await page.keyboard.press('End');
  await page.keyboard.type('/a.txt');
  await tabTo(page, page.getByRole('button', { name: 'Add path' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Path 2' })).toBeFocused();
  await page.keyboard.type('s3://nowhere');
  const create = page.getByRole('button', { name: 'Create', exact: true });
  await tabTo(page, create);
  await page.keyboard.press('Enter');
  // What is wrong is where the focus goes, and Remove takes the focus to the row before.
  await expect(page.getByRole('textbox', { name: 'Path 2' })).toBeFocused();
  await tabTo(page, page.getByRole('button', { name: 'Remove path 2' }));
  await page.keyboard.press('Enter');
  await expect(first).toBeFocused();
  await tabTo(page, create);
  await page.keyboard.press('Enter');

  await expect(heading).toHaveText(source);
  await expect(heading).toBeFocused();
  await expect(flash(page, 'Export data repository task created')).toBeVisible();
  expect((await lake.tasks())[0]?.Paths).toEqual(['results/a.txt']);
});

test('several tasks are canceled at once', async ({ page, lake }) => {
  const { taskId, gate } = await runningTask(lake);
  const waiting = await lake.createTask({ Paths: ['results'] });
  await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}`);
  // A table is one stop of Tab; arrows lead from cell to cell.
  await tabTo(page, page.getByRole('checkbox', { name: 'Select all data repository tasks' }));
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(page.getByRole('checkbox', { name: `Select ${waiting}` })).toBeChecked();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  const trigger = page.getByRole('button', { name: 'Cancel tasks' });
  await tabTo(page, trigger, 'Shift+Tab');
  await page.keyboard.press('Enter');

  const modal = page.getByRole('dialog', { name: 'Cancel data repository tasks' });
  await expect(modal.getByRole('textbox')).toBeFocused();
  await page.keyboard.type('cancel 2 tasks');
  await page.keyboard.press('Enter');
  await expect(modal.getByRole('region', { name: 'Tasks' })).toBeFocused();
  await expect(modal.getByRole('listitem').filter({ hasText: taskId })).toContainText('Cancel requested');
  await expect(modal.getByRole('listitem').filter({ hasText: waiting })).toContainText('Cancel requested');
  await page.keyboard.press('Escape');
  await expect(modal).toBeHidden();
  await expect(trigger).toBeFocused();
  await gate.open();
  await lake.becomes(taskId, 'CANCELED');
});

test('an export is created of what was chosen in the picker', async ({ page, lake }) => {
  lake.write({ 'results/b.txt': 'b', 'results/deep/c.txt': 'c' });
  await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
  const browse = page.getByRole('button', { name: 'Browse' });
  await tabTo(page, browse);
  await page.keyboard.press('Enter');
  const picker = page.getByRole('dialog', { name: 'Choose paths to export' });
  await tabTo(page, picker.getByRole('link', { name: 'results/' }));
  await page.keyboard.press('Enter');
  await expect(picker.getByRole('region', { name: 'Names in results' })).toBeFocused();
  await tabTo(page, picker.getByRole('checkbox', { name: 'Choose deep' }));
  await page.keyboard.press('Space');
  await tabTo(page, picker.getByRole('button', { name: 'Add 1 path' }));
  await page.keyboard.press('Enter');
  await expect(picker).toBeHidden();
  await expect(browse).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('results/deep');
  await tabTo(page, page.getByRole('button', { name: 'Create', exact: true }));
  await page.keyboard.press('Enter');
  await expect(flash(page, 'Export data repository task created')).toBeVisible();
  expect((await lake.tasks())[0]?.Paths).toEqual(['results/deep']);
});

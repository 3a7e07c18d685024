import type { Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, flash, hideTab, rowOf, showTab, tableNamed, valueOf } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

/** An export that goes on until the gate is opened. */
const runningTask = async (lake: Lake) => {
  lake.write({ 'a.txt': 'a', 'b.txt': 'b' });
  const gate = await lake.hold();
  const taskId = await lake.createTask();
  await gate.reached();
  return { taskId, gate };
};

test('only the exact ID of the task cancels it, and its status is followed to the end', async ({ page, lake }) => {
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.task(taskId));
  await expect(valueOf(page, 'Status')).toHaveText('Executing');
  await page.getByRole('button', { name: 'Cancel task' }).click();

  const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
  const input = modal.getByRole('textbox', { name: 'To confirm, type the task ID' });
  const confirm = modal.getByRole('button', { name: 'Cancel task' });
  await expect(input).toBeFocused();
  await expect(confirm).toBeDisabled();
  for (const wrong of [taskId.slice(0, -1), taskId.toUpperCase(), `${taskId}0`, 'confirm']) {
    await input.fill(wrong);
    await expect(confirm).toBeDisabled();
    await input.press('Enter');
  }
  await expect(modal).toBeVisible();
  expect((await lake.tasks())[0]?.Lifecycle).toBe('EXECUTING');

  // Dismissed, it forgets what was typed and gives the focus back.
  await input.fill(taskId);
  await modal.getByRole('button', { name: 'Keep task running' }).click();
  await expect(page.getByRole('button', { name: 'Cancel task' })).toBeFocused();
  await page.getByRole('button', { name: 'Cancel task' }).click();
  await expect(input).toHaveValue('');

  await input.fill(` ${taskId} `);
  await expect(confirm).toBeEnabled();
  await confirm.click();
  await expect(modal).toBeHidden();
  await expect(flash(page, `Canceling task ${taskId}`)).toBeVisible();
  await expect(valueOf(page, 'Status')).toHaveText('Canceling');

  // The flash goes along to another page and becomes the outcome.
  await page.getByRole('link', { name: 'File systems' }).first().click();
  await expect(page).toHaveURL(paths.fileSystems());
  await gate.open();
  await expect(flash(page, `Task ${taskId} is canceled.`)).toBeVisible();
  await lake.becomes(taskId, 'CANCELED');
});

test('from the list, by keyboard alone', async ({ page, lake }) => {
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.tasks());
  await page.getByRole('checkbox', { name: `Select ${taskId}` }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Cancel task' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type(taskId);
  await page.keyboard.press('Enter');
  await expect(flash(page, `Canceling task ${taskId}`)).toBeVisible();
  const table = tableNamed(page, 'Data repository tasks');
  await expect(await cellOf(table, rowOf(table, taskId), 'Status')).toHaveText('Canceling');
  await gate.open();
  await expect(await cellOf(table, rowOf(table, taskId), 'Status')).toHaveText('Canceled');
  await expect(flash(page, `Task ${taskId} is canceled.`)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel task' })).toBeDisabled();
});

test('a task that ends while the question stands is not canceled', async ({ page, lake }) => {
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('radio', { name: `Select ${taskId}` }).check();
  await page.getByRole('button', { name: 'Cancel task' }).click();
  const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
  await modal.getByRole('textbox').fill(taskId);
  await expect(modal.getByRole('button', { name: 'Cancel task' })).toBeEnabled();
  await gate.open();
  await expect(modal.getByText('The task has ended in the meantime: Succeeded.')).toBeVisible();
  await expect(modal.getByRole('button', { name: 'Cancel task' })).toBeDisabled();
  await modal.getByRole('button', { name: 'Close' }).last().click();
  await expect(modal).toBeHidden();
});

test.describe('when the console could not know', () => {
  test.use({ expectedRefusals: ['DataRepositoryTaskEnded'] });

  test('a task that had ended before the request is answered with its final status', async ({ page, lake }) => {
    const { taskId, gate } = await runningTask(lake);
    await page.goto(paths.task(taskId));
    await page.getByRole('button', { name: 'Cancel task' }).click();
    const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
    await modal.getByRole('textbox').fill(taskId);
    await expect(modal.getByRole('button', { name: 'Cancel task' })).toBeEnabled();
    // A hidden tab asks nothing and is told nothing: it goes by what it last saw.
    await hideTab(page);
    await gate.open();
    await lake.becomes(taskId, 'SUCCEEDED');

    await modal.getByRole('button', { name: 'Cancel task' }).click();
    await showTab(page);
    const answer = flash(page, 'The task had already ended');
    await expect(answer).toContainText(`Final status of ${taskId}: Succeeded`);
    await expect(answer.getByRole('link', { name: 'View task' })).toBeVisible();
    await expect(modal).toBeHidden();
    await expect(valueOf(page, 'Status')).toHaveText('Succeeded');
  });
});

const CANCEL = '**/api/fsx/CancelDataRepositoryTask';

/** Opens the question and types the ID. */
const askToCancel = async (page: Page, taskId: string) => {
  await page.goto(paths.task(taskId));
  await page.getByRole('button', { name: 'Cancel task' }).click();
  const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
  await modal.getByRole('textbox').fill(taskId);
  return { modal, confirm: modal.getByRole('button', { name: 'Cancel task' }) };
};

test('the question says what becomes of the work, with counts that move', async ({ page, lake }) => {
  const { taskId, gate } = await runningTask(lake);
  const { modal } = await askToCancel(page, taskId);
  await expect(modal).toContainText(
    `Cancel data repository task ${taskId} (export to repository, file system ${lake.id})?`,
  );
  await expect(modal).toContainText(
    'Files that still wait are not processed, and files in transfer are finished first',
  );
  await expect(modal.getByText('0 of 2 processed.')).toBeVisible();
  await gate.open();
  await expect(modal.getByText('The task has ended in the meantime: Succeeded.')).toBeVisible();
  // What was typed stays, and so does the focus.
  await expect(modal.getByRole('textbox')).toBeFocused();
  await expect(modal.getByRole('textbox')).toHaveValue(taskId);
});

test('while the request is under way the question cannot be dismissed', async ({ page, lake }) => {
  const { taskId, gate } = await runningTask(lake);
  const { modal, confirm } = await askToCancel(page, taskId);
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  await page.route(CANCEL, async (route) => {
    await promise;
    await route.continue();
  });
  const sent = page.waitForRequest(CANCEL);
  await confirm.click();
  await sent;
  await page.keyboard.press('Escape');
  await page.mouse.click(5, 450);
  await modal.getByRole('button', { name: 'Close' }).click();
  await expect(modal.getByRole('button', { name: 'Keep task running' })).toBeDisabled();
  await expect(modal).toBeVisible();
  letGo();
  await expect(modal).toBeHidden();
  await expect(valueOf(page, 'Status')).toHaveText('Canceling');
  await gate.open();
});

test('a request that does not arrive keeps the question and what was typed, to be tried again', async ({
  page,
  lake,
  context,
}) => {
  const { taskId, gate } = await runningTask(lake);
  const { modal, confirm } = await askToCancel(page, taskId);
  await context.setOffline(true);
  await confirm.click();
  await expect(modal.getByText('The request did not complete').first()).toBeVisible();
  await expect(modal.getByRole('textbox')).toHaveValue(taskId);
  await context.setOffline(false);
  await confirm.click();
  await expect(flash(page, `Canceling task ${taskId}`)).toBeVisible();
  await gate.open();
});

test('a task that waits is canceled without ever having started', async ({ page, lake }) => {
  const { gate } = await runningTask(lake);
  const waiting = await lake.createTask({ Paths: ['b.txt'] });
  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('radio', { name: `Select ${waiting}` }).check();
  await page.getByRole('button', { name: 'Cancel task' }).click();
  const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
  await expect(modal.getByText('The task has not started yet.')).toBeVisible();
  await modal.getByRole('textbox').fill(waiting);
  await modal.getByRole('textbox').press('Enter');
  await expect(flash(page, `Task ${waiting} is canceled.`)).toBeVisible();
  const [task] = (await lake.tasks()).filter(({ TaskId }) => TaskId === waiting);
  expect(task?.StartTime).toBeUndefined();
  expect(task?.EndTime).toBeDefined();
  await gate.open();
});

test.describe('of a task that is gone', () => {
  test.use({ expectedRefusals: ['DataRepositoryTaskNotFound'] });

  test('the details page gives way to the list, with a message', async ({ page, lake }) => {
    const { taskId, gate } = await runningTask(lake);
    const { confirm } = await askToCancel(page, taskId);
    // Tasks are kept for ever: only another ID is not found.
    await page.route(CANCEL, (route) => route.continue({ postData: '{"TaskId":"task-00000000000000000"}' }));
    await confirm.click();
    await expect(flash(page, 'The task does not exist')).toContainText(taskId);
    await expect(page).toHaveURL(paths.tasks());
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
    await gate.open();
  });
});

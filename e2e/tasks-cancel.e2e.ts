import { paths } from '../apps/console/src/paths.ts';
import { cellOf, flash, rowOf, tableNamed, valueOf } from './expect.ts';
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
    await page.clock.install();
    await page.goto(paths.task(taskId));
    await page.getByRole('button', { name: 'Cancel task' }).click();
    const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
    await modal.getByRole('textbox').fill(taskId);
    await expect(modal.getByRole('button', { name: 'Cancel task' })).toBeEnabled();
    // The page's clock stands still, so it does not ask again: it goes by what it last saw.
    await page.clock.pauseAt(Date.now() + 100);
    await gate.open();
    await lake.becomes(taskId, 'SUCCEEDED');

    await modal.getByRole('button', { name: 'Cancel task' }).click();
    await page.clock.resume();
    const answer = flash(page, 'The task had already ended');
    await expect(answer).toContainText(`Final status of ${taskId}: Succeeded`);
    await expect(answer.getByRole('link', { name: 'View task' })).toBeVisible();
    await expect(modal).toBeHidden();
    await expect(valueOf(page, 'Status')).toHaveText('Succeeded');
  });
});

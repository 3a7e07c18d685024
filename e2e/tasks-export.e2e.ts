import { paths } from '../apps/console/src/paths.ts';
import { cellOf, flash, rowOf, tableNamed, valueOf } from './expect.ts';
import { expect, test } from './world.ts';

test('an export created from the Data repository tab is seen to succeed without a reload', async ({ page, lake }) => {
  lake.write({ 'results/a.txt': 'a', 'results/b.txt': 'bb', 'c.txt': 'ccc' });
  const gate = await lake.hold();

  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('checkbox', { name: `Select ${lake.associationId}` }).check();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Export task' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create export data repository task');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page.getByText(`/ to ${lake.repository}`)).toBeVisible();
  // Twice in a row is still one request.
  await page.getByRole('button', { name: 'Create', exact: true }).dblclick();

  await expect(page).toHaveURL(paths.fileSystem(lake.id));
  const created = flash(page, 'task created').getByRole('link');
  await expect(created).toBeVisible();
  const taskId = await created.innerText();
  const table = tableNamed(page, 'Data Repository Tasks');
  const row = rowOf(table, taskId);
  await gate.reached();
  await expect(await cellOf(table, row, 'Status')).toHaveText('Executing');

  const loaded = await page.evaluate(() => performance.timeOrigin);
  await gate.open();
  await expect(await cellOf(table, row, 'Status')).toHaveText('Succeeded');
  await expect(await cellOf(table, row, 'Files succeeded')).toHaveText('4');
  await expect(await cellOf(table, row, 'Files total')).toHaveText('4');
  await expect(page.locator('[aria-live=polite]').filter({ hasText: `${taskId}: Succeeded` })).toHaveCount(1);
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded);
  expect(await lake.tasks()).toHaveLength(1);

  // What said that the task was created becomes its outcome in time.
  await flash(page, taskId).getByRole('link', { name: taskId }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(taskId);
  await expect(page).toHaveTitle(`${taskId} | Data repository tasks | Amazon FSx`);
  await expect(valueOf(page, 'Files exported')).toHaveText('4');
  await expect(page.getByText('All files of the file system')).toBeVisible();
});

test('the form names what is wrong at its row, keeps the input, and shows where the report will be', async ({
  page,
  lake,
}) => {
  lake.write({ 'results/a.txt': 'a' });
  await page.goto(paths.createTask('export', { fileSystemId: lake.id, associationIds: [lake.associationId] }));

  const first = page.getByRole('textbox', { name: 'Path 1' });
  await first.fill('results');
  await page.getByRole('button', { name: 'Add path' }).click();
  const second = page.getByRole('textbox', { name: 'Path 2' });
  await expect(second).toBeFocused();
  await second.fill('s3://bucket/prefix');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(second).toBeFocused();
  await expect(second).toHaveAccessibleDescription(/Enter a path of the file system/);
  await expect(first).toHaveValue('results');

  await page.getByRole('button', { name: 'Remove path 2' }).click();
  await page.getByRole('checkbox', { name: 'Enable' }).check();
  await page.getByRole('textbox', { name: 'Report path' }).fill('reports/today');
  await expect(page.getByText(`${lake.repository}reports/today/{task ID}/failures.csv`)).toBeVisible();
  await page.getByRole('textbox', { name: 'Task name' }).fill('results of today');
  await page.getByRole('button', { name: 'Create', exact: true }).click();

  await flash(page, 'task created').getByRole('link').click();
  await expect(valueOf(page, 'Task name')).toHaveText('results of today');
  await expect(valueOf(page, 'Report path')).toHaveText(`${lake.repository}reports/today`);
  await expect(valueOf(page, 'Status')).toHaveText('Succeeded');
  await expect(page.getByText('results', { exact: true })).toBeVisible();
});

test('a task that fails says why, in the list and on its page', async ({ page, lake }) => {
  lake.write({ 'good.txt': 'x', 'bad.txt': 'y' });
  await lake.refuseWrites('bad.txt');
  const taskId = await lake.createTask();

  await page.goto(paths.task(taskId));
  await expect(valueOf(page, 'Status')).toHaveText('Failed');
  await expect(valueOf(page, 'Files failed to export')).toHaveText('1');
  await expect(valueOf(page, 'Files exported')).toHaveText('1');
  await expect(page.getByText('Failure details')).toBeVisible();

  await page.getByRole('link', { name: 'Data repository tasks (Lustre)' }).click();
  const row = rowOf(tableNamed(page, 'Data repository tasks'), taskId);
  await row.getByRole('button', { name: `show why ${taskId} failed` }).click();
  await expect(page.getByRole('dialog').getByText('Failure details')).toBeVisible();
});

test('many lines pasted into one row become many rows', async ({ page, lake, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
  const first = page.getByRole('textbox', { name: 'Path 1' });
  await first.click();
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify('a/1\na/2\r\n\na/3\n')})`);
  await page.keyboard.press('Control+V');
  await expect(page.getByRole('textbox', { name: /^Path \d+$/ })).toHaveCount(3);
  await expect(page.getByRole('textbox', { name: 'Path 3' })).toHaveValue('a/3');
});

test('leaving a form that was filled in asks first', async ({ page, lake }) => {
  await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
  await page.getByRole('textbox', { name: 'Path 1' }).fill('results');
  await page.getByRole('link', { name: 'File systems' }).first().click();
  const question = page.getByRole('dialog', { name: 'Leave page' });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('results');
  await page.getByRole('link', { name: 'File systems' }).first().click();
  await question.getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL(paths.fileSystems());
});

test('without a connection the input is kept and the rows stay; a second try makes one task', async ({
  page,
  lake,
  context,
}) => {
  lake.write({ 'results/a.txt': 'a' });
  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('checkbox', { name: `Select ${lake.associationId}` }).check();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Export task' }).click();
  await page.getByRole('textbox', { name: 'Path 1' }).fill('results');

  await context.setOffline(true);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByText('The request did not complete')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('results');
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const taskId = await flash(page, 'task created').getByRole('link').innerText();
  const table = tableNamed(page, 'Data Repository Tasks');
  await expect(await cellOf(table, rowOf(table, taskId), 'Status')).toHaveText('Succeeded');
  expect(await lake.tasks()).toHaveLength(1);

  await context.setOffline(true);
  const pane = page.getByRole('button', { name: 'Refresh data repository tasks' });
  await pane.click();
  await expect(page.getByText(/Not updated since .* The request did not complete/).first()).toBeVisible();
  await expect(rowOf(table, taskId)).toBeVisible();
  await context.setOffline(false);
  await pane.click();
  await expect(page.getByText(/Not updated since/)).toHaveCount(0);
});

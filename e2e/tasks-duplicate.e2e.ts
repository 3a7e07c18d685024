import { DeleteFileSystemCommand, DescribeFileSystemsCommand } from '@aws-sdk/client-fsx';
import type { Page, Route } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, flash, rowOf, tableNamed } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

const NAME = 'nightly results';

/** A task that has ended, with every setting that a duplicate takes along. */
const endedTask = async (lake: Lake) => {
  lake.write({ 'results/a.txt': 'a', 'other/b.txt': 'b' });
  const taskId = await lake.createTask({
    Paths: ['results'],
    Report: {
      Enabled: true,
      Path: `${lake.repository}reports`,
      Format: 'REPORT_CSV_20191124',
      Scope: 'FAILED_FILES_ONLY',
    },
    Tags: [
      { Key: 'Name', Value: NAME },
      { Key: 'team', Value: 'hpc' },
    ],
  });
  await lake.becomes(taskId, 'SUCCEEDED');
  return taskId;
};

/** The form holds the settings of the source, and nothing is created until Create. */
const changePathAndCreate = async (page: Page, lake: Lake, source: string, back: string) => {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create export data repository task');
  await expect(page.getByText(`The form has the settings of ${source}`)).toBeVisible();
  const path = page.getByRole('textbox', { name: 'Path 1' });
  await expect(path).toHaveValue('results');
  await expect(page.getByRole('checkbox', { name: 'Enable' })).toBeChecked();
  await expect(page.getByRole('textbox', { name: 'Report path' })).toHaveValue('reports');
  await expect(page.getByRole('textbox', { name: 'Task name' })).toHaveValue(NAME);
  expect(await lake.tasks()).toHaveLength(1);

  await path.fill('other');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page).toHaveURL(back);
  const taskId = await flash(page, 'task created').getByRole('link').innerText();
  await lake.becomes(taskId, 'SUCCEEDED');

  const tasks = await lake.tasks();
  expect(tasks.map((task) => task.TaskId)).toEqual([taskId, source]);
  const [made, original] = tasks;
  expect(made?.Paths).toEqual(['other']);
  expect(made?.Report).toEqual(original?.Report);
  expect(made?.Tags).toEqual(original?.Tags);
  return taskId;
};

test('from the Data repository tasks page', async ({ page, lake }) => {
  const source = await endedTask(lake);
  await page.goto(paths.tasks());
  await expect(page.getByRole('button', { name: 'Duplicate task' })).toBeDisabled();
  await page.getByRole('checkbox', { name: `Select ${source}` }).check();
  await page.getByRole('button', { name: 'Duplicate task' }).click();
  const taskId = await changePathAndCreate(page, lake, source, paths.tasks());
  const table = tableNamed(page, 'Data repository tasks');
  await expect(await cellOf(table, rowOf(table, taskId), 'Status')).toHaveText('Succeeded');
});

test('from the Data Repository Tasks pane of the file system', async ({ page, lake }) => {
  const source = await endedTask(lake);
  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('radio', { name: `Select ${source}` }).check();
  await page.getByRole('button', { name: 'Duplicate task' }).click();
  await changePathAndCreate(page, lake, source, paths.fileSystem(lake.id));
});

test('from the details of the task', async ({ page, lake }) => {
  const source = await endedTask(lake);
  await page.goto(paths.task(source));
  await page.getByRole('button', { name: 'Duplicate task' }).click();
  await changePathAndCreate(page, lake, source, paths.task(source));
});

test.describe('of a task that still runs', () => {
  test.use({ expectedRefusals: ['DataRepositoryTaskExecuting'] });

  test('the exact copy is refused with the name of the running task; with another path it is created', async ({
    page,
    lake,
  }) => {
    lake.write({ 'results/a.txt': 'a' });
    const gate = await lake.hold();
    const running = await lake.createTask({ Paths: ['results'] });
    await gate.reached();

    await page.goto(paths.task(running));
    await page.getByRole('button', { name: 'Duplicate task' }).click();
    // Said before it is tried,
    await expect(page.getByText('The request is refused as long as that task runs')).toBeVisible();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    // and said again by FSx.
    const refusal = page.getByText(`Task ${running} does exactly the same and is EXECUTING`);
    await expect(refusal).toBeVisible();
    await expect(page.getByText('Running task:').getByRole('link', { name: running })).toBeVisible();
    expect(await lake.tasks()).toHaveLength(1);

    const path = page.getByRole('textbox', { name: 'Path 1' });
    await expect(path).toHaveValue('results');
    await path.fill('results/a.txt');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(flash(page, 'task created')).toBeVisible();
    expect(await lake.tasks()).toHaveLength(2);
    await gate.open();
  });
});

test('of a task with more paths than a form takes keeps them all and adds none', async ({ page, lake }) => {
  const many = Array.from({ length: 40 }, (_, index) => `results/${index}`);
  const source = await lake.createTask({ Paths: many });
  await lake.becomes(source, 'FAILED');
  await page.goto(paths.createTask('export', { duplicate: source }));
  await expect(page.getByRole('textbox', { name: /^Path \d+$/ })).toHaveCount(40);
  await expect(page.getByRole('button', { name: 'Add path' })).toBeDisabled();
  await expect(page.getByText('These are 40 paths, more than the 32 that can be added here.')).toBeVisible();
  await page.getByRole('button', { name: 'Remove path 40' }).click();
  await expect(page.getByRole('button', { name: 'Add path' })).toBeDisabled();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(flash(page, 'task created')).toBeVisible();
  expect((await lake.tasks())[0]?.Paths).toEqual(many.slice(0, 39));
});

test('of an import, from each of the three places', async ({ page, lake }) => {
  lake.write({ 'results/a.txt': 'a' });
  await lake.becomes(await lake.createTask(), 'SUCCEEDED');
  const source = await lake.createTask({
    Type: 'IMPORT_METADATA_FROM_REPOSITORY',
    Paths: [`${lake.repository}results`],
  });
  await lake.becomes(source, 'SUCCEEDED');
  const places = [
    [paths.tasks(), () => page.getByRole('checkbox', { name: `Select ${source}` }).check()],
    [paths.fileSystem(lake.id), () => page.getByRole('radio', { name: `Select ${source}` }).check()],
    [paths.task(source), async () => undefined],
  ] as const;
  for (const [place, select] of places) {
    await page.goto(place);
    await select();
    await page.getByRole('button', { name: 'Duplicate task' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Create import data repository task');
    await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue(`${lake.repository}results`);
    // Nothing was edited, so nothing is asked.
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect(page).toHaveURL(place);
  }
  expect(await lake.tasks()).toHaveLength(2);
  await page.getByRole('button', { name: 'Duplicate task' }).click();
  await page.getByRole('textbox', { name: 'Path 1' }).fill(lake.repository);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(flash(page, 'Import data repository task created')).toBeVisible();
  expect((await lake.tasks())[0]?.Paths).toEqual([lake.repository]);
});

test('a form that comes to equal a running task says so as soon as it does', async ({ page, lake }) => {
  lake.write({ 'results/a.txt': 'a' });
  const gate = await lake.hold();
  const running = await lake.createTask({ Paths: ['results'] });
  await gate.reached();
  await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
  const path = page.getByRole('textbox', { name: 'Path 1' });
  const note = page.getByText('The request is refused as long as that task runs');
  await path.fill('result');
  await expect(note).toHaveCount(0);
  await path.fill('./results/');
  await expect(note).toBeVisible();
  await expect(page.getByRole('link', { name: running })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Create', exact: true })).toBeEnabled();
  await path.fill('results/a.txt');
  await expect(note).toHaveCount(0);
  await gate.open();
});

test.describe('when its file system is gone', () => {
  test.use({ expectedRefusals: ['FileSystemNotFound'] });

  test('a message says so, and another one can be chosen', async ({ page, lake, newLake, fsx }) => {
    const source = await endedTask(lake);
    const other = await newLake();
    await fsx.send(new DeleteFileSystemCommand({ FileSystemId: lake.id }));
    await page.goto(paths.task(source));
    await expect
      .poll(() => fsx.send(new DescribeFileSystemsCommand({ FileSystemIds: [lake.id] })).then(() => 'there', String))
      .toContain('FileSystemNotFound');
    await page.getByRole('button', { name: 'Duplicate task' }).click();
    await expect(flash(page, 'The file system no longer exists')).toContainText(lake.id);
    await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('results');
    await page.getByRole('button', { name: /^File system Choose/ }).click();
    await page.getByRole('option', { name: other.id }).click();
    await expect(page.getByRole('textbox', { name: 'Report path' })).toHaveValue(`${lake.repository}reports`);
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page.getByText(`Enter a path inside a linked repository: ${other.repository}`)).toBeVisible();
    await page.getByRole('textbox', { name: 'Report path' }).fill('reports');
    other.write({ 'results/a.txt': 'a' });
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(flash(page, 'task created')).toBeVisible();
    expect((await other.tasks())[0]?.Report?.Path).toBe(`${other.repository}reports`);
  });
});

/** Sends a form whose task is made, and whose answer never arrives. */
const createAndLoseAnswer = async (page: Page, lake: Lake) => {
  lake.write({ 'a.txt': 'a', 'b.txt': 'b' });
  await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
  const lose = async (route: Route) => {
    await route.fetch();
    await route.abort('internetdisconnected');
  };
  await page.route('**/api/fsx/CreateDataRepositoryTask', lose, { times: 1 });
  await page.getByRole('textbox', { name: 'Path 1' }).fill('a.txt');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByText('The request did not complete')).toBeVisible();
  expect(await lake.tasks()).toHaveLength(1);
};

test('Retry after a lost answer makes no second task', async ({ page, lake }) => {
  await createAndLoseAnswer(page, lake);
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(flash(page, 'task created')).toBeVisible();
  expect(await lake.tasks()).toHaveLength(1);
});

test.describe('changed after a lost answer', () => {
  test.use({ expectedRefusals: ['IncompatibleParameterError'] });

  test('a form is sent as a new request when the user says so', async ({ page, lake }) => {
    await createAndLoseAnswer(page, lake);
    await page.getByRole('textbox', { name: 'Path 1' }).fill('b.txt');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('button', { name: 'Submit as a new request' }).click();
    await expect(flash(page, 'task created')).toBeVisible();
    expect((await lake.tasks()).map((task) => task.Paths)).toEqual([['b.txt'], ['a.txt']]);
  });
});

test.describe('of a task that does not exist', () => {
  test.use({ expectedRefusals: ['DataRepositoryTaskNotFound'] });

  test('a message says so and the form is empty', async ({ page }) => {
    await page.goto(paths.createTask('export', { duplicate: 'task-00000000000000000' }));
    await expect(flash(page, 'The task to duplicate does not exist')).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('');
  });
});

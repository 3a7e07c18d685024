import type { Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { type AwsStandIn, ADMIN, BUCKET, startAwsStandIn, VIEWER } from '../apps/server/src/aws-stand-in.testing.ts';
import { startTestServer } from '../apps/server/src/testing.ts';
import { cellOf, expectAccessible, flash, rowOf, tableNamed, valueOf } from './expect.ts';
import { expect, test as base } from './world.ts';

/**
 * The console of a server that looks at AWS. AWS is a second server of ours that verifies signatures and knows roles,
 * with an S3 that verifies them too: no page here ever reaches an engine.
 */
const test = base.extend<object, { readonly account: AwsStandIn }>({
  account: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright wants a pattern here, even an empty one
    async ({}, use) => {
      await using account = await startAwsStandIn();
      await use(account);
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ account }, use) => {
      await using server = await startTestServer(account.settings());
      await use(server);
    },
    { scope: 'worker' },
  ],
});

const REPORT = { Enabled: true, Format: 'REPORT_CSV_20191124', Scope: 'FAILED_FILES_ONLY' } as const;

const HOME = 'us-east-1';
/** A path as the address bar shows it. */
const at = (path: string, region = HOME) => `${path}${path.includes('?') ? '&' : '?'}region=${region}`;

/** A task of which one file succeeded and these failed. */
const failedTask = async (account: AwsStandIn, names: readonly string[], changes = {}) => {
  const { id } = await account.makeFileSystem();
  account.write(id, Object.fromEntries(['fine', ...names].map((name) => [name, name])));
  const { DataRepositoryTask: task } = await account.fsx.createDataRepositoryTask({
    FileSystemId: id,
    Type: 'EXPORT_TO_REPOSITORY',
    Report: { ...REPORT, Path: `s3://${BUCKET}/${id}/reports` },
    ...changes,
  });
  const taskId = task?.TaskId ?? '';
  await account.ended(taskId);
  return { id, taskId };
};

const regionMenu = (page: Page, region = HOME) => page.getByRole('button', { name: `Region ${region}` });

test('a task is created, watched, canceled, tagged, found and duplicated', async ({ page, account }) => {
  test.slow();
  const { id, associationId } = await account.makeFileSystem();
  account.write(id, { 'results/a': 'a', 'results/b': 'b' });
  const gate = account.s3.addFault({
    match: { operation: 'PutObject', key: `${id}/*` },
    action: { type: 'gate', at: 'start' },
  });

  await page.goto(paths.fileSystem(id));
  await page.getByRole('checkbox', { name: `Select ${associationId}` }).check();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Export task' }).click();
  await page.getByRole('textbox', { name: 'Path 1' }).fill('results');
  // What only an engine can do says why it cannot be done here.
  for (const [button, reason] of [
    ['Browse', /Amazon FSx has no operation that lists the files/],
    ['Preview', /Real FSx cannot tell in advance/],
  ] as const) {
    await expect(page.getByRole('button', { name: button, exact: true })).toHaveAccessibleDescription(reason);
  }
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page).toHaveURL(at(paths.fileSystem(id)));
  const created = flash(page, 'task created').getByRole('link');
  const taskId = await created.innerText();
  await account.s3.waitForRequest(({ state, key }) => state === 'held' && key.startsWith(`${id}/`));

  await created.click();
  await expect(page).toHaveURL(at(paths.task(taskId)));
  await expect(valueOf(page, 'Status')).toHaveText('Executing');
  await expect(page.getByText('Amazon FSx has no operation that tells them')).toBeVisible();

  await page.getByRole('button', { name: 'Cancel task' }).click();
  const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
  await modal.getByRole('textbox').fill(taskId);
  await modal.getByRole('button', { name: 'Cancel task' }).click();
  await expect(valueOf(page, 'Status')).toHaveText('Canceling');
  gate.release();
  gate.remove();
  await expect(flash(page, `Task ${taskId} is canceled.`)).toBeVisible();

  await page.getByRole('button', { name: 'Manage tags' }).click();
  await page.getByRole('button', { name: 'Add new tag' }).click();
  await page.getByRole('combobox', { name: /Key/ }).fill('Name');
  await page.getByRole('combobox', { name: /Value/ }).fill(`nightly ${id}`);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(valueOf(page, 'Task name')).toHaveText(`nightly ${id}`);

  await page.goto(paths.tasks());
  const table = tableNamed(page, 'Data repository tasks');
  const filter = page.getByRole('combobox', { name: 'Filter data repository tasks' });
  // The filter itself comes with the focus.
  await filter.click();
  await expect(filter).toHaveAttribute('aria-expanded', 'true');
  await filter.fill(`Task name : NIGHTLY ${id}`);
  await filter.press('Enter');
  await expect(page.getByText('1 match', { exact: true }).first()).toBeVisible();
  await expect(await cellOf(table, rowOf(table, taskId), 'Status')).toHaveText('Canceled');
  await expect(page).toHaveURL(/filter=name.*region=us-east-1/);

  await page.getByRole('checkbox', { name: `Select ${taskId}` }).check();
  await page.getByRole('button', { name: 'Duplicate task' }).click();
  await expect(page.getByText(`The form has the settings of ${taskId}`)).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('results');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const copy = await flash(page, 'task created').getByRole('link').innerText();
  await account.ended(copy);
  const { DataRepositoryTasks } = await account.fsx.describeDataRepositoryTasks({ TaskIds: [copy] });
  expect(DataRepositoryTasks?.[0]).toMatchObject({ Lifecycle: 'SUCCEEDED', Paths: ['results'] });
});

test('what failed is read from the report in S3, and retried', async ({ page, account }) => {
  const names = ['=1+1.denied', 'a,"b".denied', ...Array.from({ length: 10 }, (_, index) => `x/${index}.denied`)];
  const { taskId } = await failedTask(account, names);
  await page.goto(paths.task(taskId));
  const failures = tableNamed(page, 'Files that failed');
  await expect(failures.getByRole('row', { name: '=1+1.denied' })).toBeVisible();
  await expect(page.getByText('Amazon S3 refused to write the object of an export')).toBeVisible();
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect(failures.getByRole('row', { name: 'x/9.denied' })).toBeVisible();
  await expectAccessible(page, 'failures from the report');
  await page.getByRole('button', { name: 'Retry failed files' }).click();
  await expect(page.getByText('Its paths are just the 12 entries that failed.')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Path 1', exact: true })).toHaveValue('=1+1.denied');
});

test('a data repository can be browsed for an import, since it is in S3', async ({ page, account }) => {
  const { id } = await failedTask(account, []);
  await page.goto(paths.createTask('import', { fileSystemId: id }));
  await page.getByRole('button', { name: 'Browse' }).click();
  const picker = page.getByRole('dialog', { name: 'Choose paths to import' });
  await picker.getByRole('checkbox', { name: 'Choose fine' }).check();
  await picker.getByRole('button', { name: 'Add 1 path' }).click();
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue(`s3://${BUCKET}/${id}/fine`);
});

test('a command of the AWS CLI names the region, and no endpoint', async ({ page }) => {
  await page.goto(paths.tasks());
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Show CLI command for this list' }).click();
  const modal = page.getByRole('dialog', { name: 'AWS CLI command to list these tasks' });
  await expect(modal.getByText('aws fsx describe-data-repository-tasks')).toContainText(`--region ${HOME}`);
  await expect(modal).not.toContainText('--endpoint-url');
});

test.describe('without a report', () => {
  test.use({ expectedRefusals: ['ReportNotFound'] });

  test('the page says why no list of failed files can be shown', async ({ page, account }) => {
    const disabled = await failedTask(account, ['a.denied'], { Report: { Enabled: false } });
    await page.goto(paths.task(disabled.taskId));
    await expect(page.getByText('The completion report of this task is disabled')).toBeVisible();

    // Outside of every linked repository, the report is not delivered.
    const lost = await failedTask(account, ['a.denied'], { Report: { ...REPORT, Path: 's3://elsewhere/x' } });
    await page.goto(paths.task(lost.taskId));
    await expect(page.getByText('The completion report was not found')).toBeVisible();
    await expect(page.getByText(`s3://elsewhere/x/${lost.taskId}/failures.csv`).last()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Retry failed files' })).toBeDisabled();
  });
});

test.describe('regions', () => {
  test.use({ expectedRefusals: ['InvalidSignatureException'] });

  test('another region is another page load, said in the URL and remembered, and may be refused', async ({
    page,
    account,
  }) => {
    const { id } = await account.makeFileSystem();
    await page.goto(paths.fileSystem(id));
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(id);
    await regionMenu(page).click();
    await page.getByRole('menuitem', { name: 'eu-west-1' }).click();
    await expect(page).toHaveURL(at(paths.fileSystems(), 'eu-west-1'));
    await expect(page.getByText('The AWS credentials of this server are not accepted')).toBeVisible();
    await expect(valueOf(page, 'Region')).toHaveText('eu-west-1');
    await expectAccessible(page, 'region without permission');

    // A link that names no region leads to the one that was looked at last, a link to another region there.
    await page.goto(paths.tasks());
    await expect(page).toHaveURL(at(paths.tasks(), 'eu-west-1'));
    await expect(page.getByText('The AWS credentials of this server are not accepted')).toBeVisible();
    await page.goto(at(paths.fileSystem(id)));
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(id);

    // As a link would be copied.
    const link = page.getByRole('link', { name: 'Data repository tasks (Lustre)' });
    await link.focus();
    await expect(link).toHaveAttribute('href', at(paths.tasks()));
  });
});

test('a region that is not offered is said to be so, and nothing is asked of it', async ({ page }) => {
  const asked: string[] = [];
  await page.route('**/api/{fsx,tasks}/**', async (route) => {
    // Held until it is known that the region is none of ours.
    await page.getByRole('heading', { name: 'Region not available' }).waitFor();
    asked.push(route.request().url());
    await route.abort('aborted');
  });
  await page.goto(at(paths.fileSystems(), 'mars-north-1'));
  await expect(page.getByText('does not look at the region mars-north-1')).toBeVisible();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.getByRole('button', { name: `Open ${HOME}` }).click();
  await expect(page).toHaveURL(at(paths.fileSystems()));
  await expect(tableNamed(page, 'File systems')).toBeVisible();
});

test('a form that was begun is not lost to another region without a question', async ({ page, account }) => {
  const { id } = await account.makeFileSystem();
  await page.goto(paths.createTask('export', { fileSystemId: id }));
  await page.getByRole('textbox', { name: 'Path 1' }).fill('precious');
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  // The click itself waits for the answer.
  page.once('dialog', (dialog) => void dialog.dismiss().then(() => resolve(dialog.type())));
  await regionMenu(page).click();
  await page.getByRole('menuitem', { name: 'eu-west-1' }).click();
  expect(await asked).toBe('beforeunload');
  await expect(page.getByRole('textbox', { name: 'Path 1' })).toHaveValue('precious');
});

test.describe('with the key of a viewer', () => {
  test.use({ expectedRefusals: ['AccessDeniedException'] });

  test('everything can be seen, and what cannot be done is named where it was tried', async ({ page, account }) => {
    await using viewer = await startTestServer(account.settings(VIEWER));
    const { id, associationId } = await account.makeFileSystem();
    await page.goto(viewer.url + paths.createTask('export', { fileSystemId: id, associationIds: [associationId] }));
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const alert = page.getByRole('group').filter({ hasText: 'You do not have permission' });
    await expect(alert).toContainText('fsx:CreateDataRepositoryTask');

    await page.goto(viewer.url + paths.fileSystem(id, 'tags'));
    await page.getByRole('button', { name: 'Manage tags' }).click();
    await page.getByRole('button', { name: 'Add new tag' }).click();
    await page.getByRole('combobox', { name: /Key/ }).fill('team');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByText('fsx:TagResource')).toBeVisible();
  });
});

test.describe('with a wrong secret', () => {
  test.use({ expectedRefusals: ['InvalidSignatureException'] });

  test('the page is about that, and nothing else', async ({ page, account }) => {
    await using wrong = await startTestServer(account.settings({ ...ADMIN, secretAccessKey: 'wrong-secret' }));
    for (const path of [paths.tasks(), paths.fileSystems(), paths.task('task-0123456789abcdef0')]) {
      await page.goto(wrong.url + path);
      await expect(page.getByText('The AWS credentials of this server are not accepted')).toBeVisible();
      await expect(page.getByRole('heading', { name: 'What is missing' })).toBeVisible();
      await expect(page.getByRole('grid')).toHaveCount(0);
    }
    await expectAccessible(page, 'nothing but wrong credentials');
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { paths } from '../apps/console/src/paths.ts';
import { withoutAwsCli } from '../apps/server/src/aws-cli.testing.ts';
import { CLIENT, startTestServer, type TestServer } from '../apps/server/src/testing.ts';
import { expectAccessible, flash } from './expect.ts';
import { expect, test as base } from './world.ts';

/** Each test begins with an empty account. */
const test = base.extend<{ readonly account: TestServer }>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright wants a pattern here, even an empty one
  account: async ({}, use) => {
    await using account = await startTestServer({ LOG_LEVEL: 'error' });
    await use(account);
  },
  baseURL: async ({ account }, use) => {
    await use(account.url);
  },
});

test.setTimeout(180_000);

/** A shell with the AWS CLI and no settings of the user's own. */
const shell = async (script: string) => {
  const { stdout } = await promisify(execFile)('sh', ['-euc', script], {
    env: {
      PATH: process.env['PATH'],
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      AWS_ACCESS_KEY_ID: CLIENT.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CLIENT.credentials.secretAccessKey,
    },
  });
  return stdout;
};

test('an empty account is led to its first task, and is left alone then', async ({ page }) => {
  await page.goto(paths.tasks());
  const guide = page.getByRole('region', { name: 'First steps' });
  const step = (name: string) => guide.getByRole('listitem').filter({ hasText: name });
  await expect(step('Create file system').getByRole('img', { name: 'Next' })).toBeVisible();
  await expect(step('Link a data repository').getByRole('img', { name: 'Later' })).toBeVisible();
  await expectAccessible(page, 'first steps');
  await page.goto(paths.fileSystems());
  await guide.getByRole('link', { name: 'Create file system' }).click();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(flash(page, 'File system created')).toBeVisible();

  await page.goto(paths.tasks());
  await expect(step('Create file system').getByRole('img', { name: 'Done' })).toBeVisible();
  await guide.getByRole('link', { name: 'Create data repository association' }).click();
  await page.getByRole('textbox', { name: 'File system path' }).fill('/');
  await page.getByRole('textbox', { name: 'Data repository path' }).fill('s3://fsx-sample/first/');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page).toHaveURL(/file-systems\/fs-[0-9a-f]+\?/);

  await page.goto(paths.tasks());
  await expect(step('Create a task').getByRole('img', { name: 'Next' })).toBeVisible();
  await guide.getByRole('link', { name: 'Create export task' }).click();
  await expect(page).toHaveURL(/create\/export\?fileSystemId=fs-.*&associationId=dra-/);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(flash(page, 'task-')).toBeVisible();
  await page.goto(paths.tasks());
  await expect(page.getByRole('link', { name: /^task-/ })).toBeVisible();
  await expect(guide).toBeHidden();
});

test('the first steps can be hidden, stay hidden, and come back when asked for', async ({ page }) => {
  await page.goto(paths.tasks());
  const guide = page.getByRole('region', { name: 'First steps' });
  await guide.getByRole('button', { name: 'Hide first steps' }).click();
  await expect(page.getByText('No data repository tasks')).toBeVisible();
  await page.goto(paths.fileSystems());
  await expect(page.getByText('No file systems')).toBeVisible();
  await expect(guide).toBeHidden();
  await page.getByRole('button', { name: 'Show first steps' }).click();
  await expect(guide).toBeVisible();
});

test('the script takes all steps', async ({ page }) => {
  test.skip(withoutAwsCli, 'needs the AWS CLI');
  await page.goto(paths.tasks());
  await page.getByRole('button', { name: 'The same with the AWS CLI' }).click();
  const script = await page.locator('pre').innerText();
  await shell(script.replace('s3://your-bucket/your-prefix/', 's3://fsx-sample/by-script/'));
  await page.goto(paths.tasks());
  await expect(page.getByRole('link', { name: /^task-/ })).toBeVisible();
  await expect(page.getByText('First steps')).toBeHidden();
});

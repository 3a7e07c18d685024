import { CreateFileSystemCommand, DescribeFileSystemsCommand } from '@aws-sdk/client-fsx';

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, expectAccessible, flash, rowOf, tableNamed, valueOf } from './expect.ts';
import { expect, test } from './world.ts';

/** What belongs to every page: its columns, its states, and what is wrong with what was typed. */

// Several pages each, and axe reads a whole one again for each of its rules.
test.setTimeout(120_000);

test('file systems are found by every word, and the text is part of the address', async ({ page, lake, newLake }) => {
  const other = await newLake();
  await page.goto(paths.fileSystems());
  const table = tableNamed(page, 'File systems');
  await expect(rowOf(table, other.id)).toBeVisible();
  await expect(await cellOf(table, rowOf(table, lake.id), 'Active tasks')).toHaveText('0');

  const find = page.getByRole('searchbox', { name: 'Find file systems' });
  await find.fill(`AVAILABLE ${lake.id}`);
  await expect(rowOf(table, other.id)).toHaveCount(0);
  await expect(rowOf(table, lake.id)).toBeVisible();
  await expect(page.getByText('1 match', { exact: true }).first()).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`find=AVAILABLE\\+${lake.id}`));
  await page.reload();
  await expect(rowOf(table, lake.id)).toBeVisible();
  await expect(rowOf(table, other.id)).toHaveCount(0);

  await find.fill('no such file system');
  await expect(page.getByText('No matches')).toBeVisible();
  await expectAccessible(page, 'file systems without a match');
  await page.getByRole('button', { name: 'Clear filter', exact: true }).click();
  await expect(rowOf(table, other.id)).toBeVisible();
  await expect(page).toHaveURL(paths.fileSystems());
});

test('a list that cannot be fetched says why and offers to retry; one that was keeps its rows', async ({
  page,
  lake,
  context,
}) => {
  for (const { path, title, request, row } of [
    { path: paths.fileSystems(), title: 'File systems', request: '**/api/fsx/DescribeFileSystems', row: lake.id },
    {
      path: `${paths.tasks()}?filter=fileSystem%3D${lake.id}`,
      title: 'Data repository tasks',
      request: '**/api/tasks/list',
      row: 'No matches',
    },
  ]) {
    await page.route(request, (route) => route.abort('internetdisconnected'));
    await page.goto(path);
    const retry = page.getByRole('button', { name: 'Retry' });
    await expect(page.getByText('The request did not complete')).toBeVisible();
    await expectAccessible(page, `${title} that cannot be fetched`);
    await page.unroute(request);
    await retry.click();
    const table = tableNamed(page, title);
    await expect(rowOf(table, row)).toBeVisible();
    await expect(retry).toHaveCount(0);

    await context.setOffline(true);
    const refresh = page.getByRole('button', { name: `Refresh ${title.toLowerCase()}` });
    await refresh.click();
    await expect(page.getByText(/Not updated since \d\d:\d\d:\d\d\. The request did not complete\./)).toBeVisible();
    await expect(rowOf(table, row)).toBeVisible();
    await context.setOffline(false);
    await refresh.click();
    await expect(page.getByText(/^(?:Live|Updated \d\d:\d\d:\d\d)$/).first()).toBeVisible();
    await expect(page.getByText(/Not updated since/)).toHaveCount(0);
  }
});

test('Monitoring shows what runs, what waits in its order, and how the last tasks went', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c', 'd.txt': 'd' });
  const ended = await lake.createTask({ Paths: ['d.txt'], Tags: [{ Key: 'Name', Value: 'first' }] });
  await lake.becomes(ended, 'SUCCEEDED');
  await page.goto(paths.fileSystem(lake.id, 'monitoring'));
  await expect(page.getByText('No task is running.')).toBeVisible();
  await expect(page.getByText('No task is waiting.')).toBeVisible();
  const recent = tableNamed(page, 'Recent tasks');
  await expect(await cellOf(recent, rowOf(recent, ended), 'Status')).toHaveText('Succeeded');
  await expect(await cellOf(recent, rowOf(recent, ended), 'Files processed')).toHaveText('1');
  await expect(await cellOf(recent, rowOf(recent, ended), 'Duration')).toHaveText(/ s$/);

  const gate = await lake.hold();
  const running = await lake.createTask({ Paths: ['a.txt'] });
  await gate.reached();
  const second = await lake.createTask({ Paths: ['b.txt'] });
  const third = await lake.createTask({ Paths: ['c.txt'] });
  // From the list, by the number of tasks that are active.
  await page.goto(paths.fileSystems());
  const list = tableNamed(page, 'File systems');
  await (await cellOf(list, rowOf(list, lake.id), 'Active tasks')).getByRole('link', { name: '3' }).click();
  await expect(page).toHaveURL(paths.fileSystem(lake.id, 'monitoring'));
  await expect(valueOf(page, 'Task ID').getByRole('link')).toHaveText(running);
  const queue = tableNamed(page, 'Queue');
  await expect(await cellOf(queue, rowOf(queue, second), 'Place')).toHaveText('1');
  await expect(await cellOf(queue, rowOf(queue, third), 'Place')).toHaveText('2');
  await expect(page.getByText('Files per second').first()).toBeVisible();
  await expectAccessible(page, 'file system monitoring');

  await gate.open();
  await lake.becomes(third, 'SUCCEEDED');
  await expect(page.getByText('No task is running.')).toBeVisible();
  await expect(rowOf(recent, running)).toBeVisible();
  await expect(recent.getByRole('row').nth(1)).toContainText(third);
});

test('Attach tells where the files are, and the summary too', async ({ page, lake, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(paths.fileSystem(lake.id));
  await expect(valueOf(page, 'Directory')).toHaveText(lake.directory);
  await expect(valueOf(page, 'File system type')).toHaveText('Lustre');
  await expect(valueOf(page, 'Lustre version')).toHaveText('2.15');
  const attach = page.getByRole('button', { name: 'Attach' });
  await attach.click();
  const modal = page.getByRole('dialog', { name: 'Attach file system' });
  await modal.getByRole('button', { name: 'Copy Directory' }).click();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(lake.directory);
  await expectAccessible(page, 'attach file system');
  await modal.getByRole('button', { name: 'Close' }).last().click();
  await expect(modal).toBeHidden();
  await expect(attach).toBeFocused();
});

test('tags are given when a task is created; what is wrong with one is said at its row', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a' });
  await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
  await page.getByRole('textbox', { name: 'Task name' }).fill('tagged');
  const add = page.getByRole('button', { name: 'Add tag' });
  const key = (row: number) => page.getByRole('textbox', { name: `Key of tag ${row}` });
  const value = (row: number) => page.getByRole('textbox', { name: `Value of tag ${row}` });
  for (const [row, text] of [
    [1, 'aws:team'],
    [2, 'Name'],
    [3, 'team'],
    [4, 'team'],
  ] as const) {
    await add.click();
    await key(row).fill(text);
  }
  await value(3).fill('<b>');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(key(1)).toBeFocused();
  await expect(key(1)).toHaveAccessibleDescription(/Keys that begin with aws: are reserved/);
  await expect(key(2)).toHaveAccessibleDescription(/Enter this in the field Task name/);
  await expect(value(3)).toHaveAccessibleDescription(/The value must be letters, digits, spaces/);
  await expect(key(4)).toHaveAccessibleDescription(/This key is already in row 3/);
  await expect(page.getByText('You can add up to 45 more tags.').first()).toBeVisible();
  await expectAccessible(page, 'create export with wrong tags');
  expect(await lake.tasks()).toEqual([]);

  await page.getByRole('button', { name: 'Remove tag aws:team' }).click();
  await page.getByRole('button', { name: 'Remove tag Name' }).click();
  await value(1).fill('genomics');
  await key(2).fill('stage');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(flash(page, 'task created')).toBeVisible();
  const [task] = await lake.tasks();
  expect(task?.Tags?.map(({ Key, Value }) => `${Key}=${Value}`).toSorted()).toEqual([
    'Name=tagged',
    'stage=',
    'team=genomics',
  ]);
});

test('a file system takes its tags along from the form, and shows them', async ({ page, fsx }) => {
  await page.goto(paths.createFileSystem());
  await page.getByRole('button', { name: 'Add tag' }).click();
  await page.getByRole('textbox', { name: 'Key of tag 1' }).fill('drt:root');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByText('Enter this in the field Directory.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Key of tag 1' }).fill('team');
  await page.getByRole('textbox', { name: 'Value of tag 1' }).fill('genomics');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(flash(page, 'File system created')).toBeVisible();
  await page.getByRole('tab', { name: 'Tags' }).click();
  await expect(valueOf(page, 'team')).toHaveText('genomics');
  const { FileSystems = [] } = await fsx.send(new DescribeFileSystemsCommand({}));
  expect(FileSystems[0]?.Tags).toEqual([{ Key: 'team', Value: 'genomics' }]);
});

test('the completion report says what is in it', async ({ page, lake }) => {
  const Report = {
    Enabled: true,
    Path: `${lake.repository}reports`,
    Format: 'REPORT_CSV_20191124',
    Scope: 'FAILED_FILES_ONLY',
  } as const;
  lake.write({ 'a.txt': 'a', 'bad.txt': 'b' });
  await lake.refuseWrites('bad.txt');
  const fine = await lake.createTask({ Paths: ['a.txt'], Report });
  await lake.becomes(fine, 'SUCCEEDED');
  await page.goto(paths.task(fine));
  await expect(valueOf(page, 'Report content')).toHaveText('No failed files');
  await expect(page.getByRole('button', { name: 'Show CLI command' })).toHaveCount(0);
  const failed = await lake.createTask({ Paths: ['bad.txt'], Report });
  await lake.becomes(failed, 'FAILED');
  await page.goto(paths.task(failed));
  await expect(valueOf(page, 'Report content')).toHaveText('1 failed file');
  await expect(valueOf(page, 'Report object')).toHaveText(`${Report.Path}/${failed}/failures.csv`);
});

test('a file system of a kind that cannot be linked says so before it is tried', async ({ page, fsx }) => {
  for (const [settings, reason] of [
    [{ StorageCapacity: 1200, LustreConfiguration: { DeploymentType: 'SCRATCH_1' } }, /^Scratch 1 file systems/],
    [{ StorageCapacity: 1200, FileSystemTypeVersion: '2.10' }, /^Lustre 2\.10/],
    [{ StorageType: 'INTELLIGENT_TIERING' }, /^Intelligent-Tiering storage/],
  ] as const) {
    const { FileSystem } = await fsx.send(
      new CreateFileSystemCommand({ FileSystemType: 'LUSTRE', SubnetIds: ['subnet-00000000'], ...settings }),
    );
    await page.goto(paths.fileSystem(FileSystem?.FileSystemId ?? ''));
    const button = page.getByRole('button', { name: 'Create data repository association' });
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await button.hover();
    await expect(page.getByRole('tooltip')).toHaveText(reason);
  }
});

test('the last column can stay in view while the others scroll', async ({ page, lake }) => {
  // Narrower, what sticks would leave no room for the rest, and so it does not.
  await page.setViewportSize({ width: 1100, height: 900 });
  await page.goto(`${paths.fileSystems()}?find=${lake.id}`);
  const row = rowOf(tableNamed(page, 'File systems'), lake.id);
  const last = row.locator('td').last();
  await expect(row).toBeInViewport();
  await expect(last).not.toBeInViewport();
  await page.getByRole('button', { name: 'Preferences' }).click();
  const preferences = page.getByRole('dialog', { name: 'Preferences' });
  await preferences.getByRole('radio', { name: 'Last column' }).check();
  await preferences.getByRole('button', { name: 'Confirm' }).click();
  await expect(last).toBeInViewport();
  await page.reload();
  await expect(last).toBeInViewport();
});

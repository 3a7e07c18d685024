import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  DescribeDataRepositoryAssociationsCommand,
  DescribeFileSystemsCommand,
  type FSxClient,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-fsx';
import type { Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { runCommand, withoutAwsCli } from '../apps/server/src/aws-cli.testing.ts';
import { temporaryFolder } from '../apps/server/src/testing.ts';
import { expectAccessible, valueOf } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

/**
 * The commands that the console shows, each run as it was printed: by `sh`, with the real AWS CLI. What they do must be
 * what the page they stand on would have done.
 */

test.skip(withoutAwsCli, 'needs the AWS CLI');
// Each call of the CLI takes some seconds on a busy machine.
test.setTimeout(120_000);

const HARD = `it's "$(id)" \`x\` $HOME ~ * \\`;

/** Opens the commands of a form, checks what they promise to do, and answers their text. */
const shown = async (page: Page, does: string) => {
  await page.getByRole('button', { name: 'Show CLI command', exact: true }).click();
  const modal = page.getByRole('dialog', { name: `AWS CLI command to ${does}` });
  await expect(modal.locator('pre')).toContainText('aws fsx');
  const command = await modal.locator('pre').innerText();
  await modal.getByRole('button', { name: 'Close' }).last().click();
  await expect(modal).toBeHidden();
  return command;
};

/** The commands inside a modal that asks before it acts; the modal is left without acting. */
const shownInModal = async (page: Page, name: string) => {
  const modal = page.getByRole('dialog', { name });
  await modal.getByRole('button', { name: 'Show CLI command' }).click();
  await expect(modal.locator('pre')).toContainText('aws fsx');
  const command = await modal.locator('pre').innerText();
  await expectAccessible(page, `${name} with its command`);
  await page.keyboard.press('Escape');
  await expect(modal).toBeHidden();
  return command;
};

const associationsOf = async (fsx: FSxClient, { id }: Lake) => {
  const Filters = [{ Name: 'file-system-id' as const, Values: [id] }];
  return (await fsx.send(new DescribeDataRepositoryAssociationsCommand({ Filters }))).Associations ?? [];
};

const tagsOf = async (fsx: FSxClient, ResourceARN: string) =>
  (await fsx.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;

const addTag = async (page: Page, row: number, key: string, value: string) => {
  await page.getByRole('button', { name: 'Add tag' }).click();
  await page.getByRole('textbox', { name: `Key of tag ${row}` }).fill(key);
  await page.getByRole('textbox', { name: `Value of tag ${row}` }).fill(value);
};

test('a task is created and canceled by the printed commands', async ({ page, lake }) => {
  lake.write({ [`${HARD}/a.txt`]: 'a', 'b.txt': 'b' });
  const gate = await lake.hold();
  await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
  await page.getByRole('textbox', { name: 'Path 1' }).fill(HARD);
  await page.getByRole('checkbox', { name: 'Enable' }).check();
  await page.getByRole('textbox', { name: 'Report path' }).fill("reports/it's");
  await page.getByRole('textbox', { name: 'Task name' }).fill('by command');
  await addTag(page, 1, 'team', 'é = 1');
  const create = await shown(page, 'create this task');
  // Showing it created nothing.
  expect(await lake.tasks()).toEqual([]);

  const { DataRepositoryTask: created } = await runCommand<{ DataRepositoryTask: { TaskId: string } }>(create);
  await gate.reached();
  const [task] = await lake.tasks();
  expect(task).toMatchObject({
    TaskId: created.TaskId,
    Type: 'EXPORT_TO_REPOSITORY',
    Paths: [HARD],
    Report: { Enabled: true, Path: `${lake.repository}reports/it's` },
    Tags: [
      { Key: 'Name', Value: 'by command' },
      { Key: 'team', Value: 'é = 1' },
    ],
  });

  await page.goto(paths.task(created.TaskId));
  await page.getByRole('button', { name: 'Cancel task' }).click();
  const cancel = await shownInModal(page, 'Cancel data repository task');
  expect((await lake.tasks())[0]?.Lifecycle).toBe('EXECUTING');
  await runCommand(cancel);
  await gate.open();
  await lake.becomes(created.TaskId, 'CANCELED');
});

test('the tasks of a filter are listed, and the selected ones canceled', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a', 'b.txt': 'b' });
  const gate = await lake.hold();
  const ids = [await lake.createTask({ Paths: ['a.txt'] }), await lake.createTask({ Paths: ['b.txt'] })];
  await gate.reached();
  await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}&filter=status%3DPENDING`);
  const show = async (item: string) => {
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    const pre = page.getByRole('dialog').locator('pre');
    await expect(pre).toContainText('aws fsx');
    const command = await pre.innerText();
    await page.keyboard.press('Escape');
    return command;
  };
  const list = await show('Show CLI command for this list');
  const { DataRepositoryTasks: listed } = await runCommand<{ DataRepositoryTasks: { TaskId: string }[] }>(list);
  expect(listed.map(({ TaskId }) => TaskId)).toEqual([ids[1]]);

  await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}`);
  for (const id of ids) await page.getByRole('checkbox', { name: `Select ${id}` }).check();
  const [first = '', second = ''] = (await show('Show CLI command to cancel')).split(/\n(?=aws )/);
  await runCommand(first);
  await runCommand(second);
  await gate.open();
  for (const id of ids) await lake.becomes(id, 'CANCELED');
});

test('a file system is created, listed and deleted', async ({ page, fsx }) => {
  await page.goto(paths.createFileSystem());
  await page.getByRole('textbox', { name: 'File system name' }).fill('by command');
  await page.getByRole('textbox', { name: 'Storage capacity' }).fill('2400');
  await addTag(page, 1, 'team', '@genomics');
  const { FileSystem: created } = await runCommand<{ FileSystem: { FileSystemId: string } }>(
    await shown(page, 'create this file system'),
  );
  const describe = async () => (await fsx.send(new DescribeFileSystemsCommand({}))).FileSystems ?? [];
  const find = async () => (await describe()).find((each) => each.FileSystemId === created.FileSystemId);
  expect(await find()).toMatchObject({
    StorageCapacity: 2400,
    LustreConfiguration: { DeploymentType: 'PERSISTENT_2' },
    Tags: [
      { Key: 'Name', Value: 'by command' },
      { Key: 'team', Value: '@genomics' },
    ],
  });

  await page.goto(paths.fileSystems());
  await page.getByRole('searchbox', { name: 'Find file systems' }).fill(created.FileSystemId);
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Show CLI command for this list' }).click();
  const pre = page.getByRole('dialog').locator('pre');
  await expect(pre).toContainText(created.FileSystemId);
  const listed = await runCommand<{ FileSystems: { FileSystemId: string }[] }>(await pre.innerText());
  expect(listed.FileSystems.map(({ FileSystemId }) => FileSystemId)).toEqual([created.FileSystemId]);
  await page.keyboard.press('Escape');

  await page.getByRole('radio', { name: `Select ${created.FileSystemId}` }).check();
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete file system' }).click();
  await runCommand(await shownInModal(page, 'Delete file system'));
  await expect.poll(find).toBeUndefined();
});

test('an association is created, listed, updated and deleted', async ({ page, newLake, fsx }) => {
  // Linked by its root, a file system has no room for another link: the first one goes.
  const lake = await newLake();
  await page.goto(paths.association(lake.associationId));
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete association' }).click();
  await page.getByRole('checkbox', { name: 'Delete data in file system' }).check();
  await page.getByRole('checkbox', { name: 'Delete data in file system' }).uncheck();
  const remove = await shownInModal(page, 'Delete association');
  expect(remove).toContain('--no-delete-data-in-file-system');
  mkdirSync(join(lake.directory, 'stays'));
  await runCommand(remove);
  await expect.poll(() => associationsOf(fsx, lake)).toEqual([]);

  await page.goto(paths.createAssociation(lake.id));
  await page.getByRole('textbox', { name: 'File system path' }).fill("/it's");
  await page.getByRole('textbox', { name: 'Data repository path' }).fill(`${lake.repository}it's`);
  await page.getByRole('checkbox', { name: 'Import metadata from repository' }).check();
  await page.getByRole('button', { name: 'Deselect all export settings' }).click();
  await addTag(page, 1, 'Name', 'link');
  const { Association: created } = await runCommand<{ Association: { AssociationId: string } }>(
    await shown(page, 'create this data repository association'),
  );
  await expect.poll(async () => (await associationsOf(fsx, lake))[0]?.Lifecycle).toBe('AVAILABLE');
  expect(await associationsOf(fsx, lake)).toMatchObject([
    {
      FileSystemPath: "/it's",
      DataRepositoryPath: `${lake.repository}it's/`,
      BatchImportMetaDataOnCreate: true,
      S3: { AutoImportPolicy: { Events: ['NEW', 'CHANGED', 'DELETED'] }, AutoExportPolicy: { Events: [] } },
      Tags: [{ Key: 'Name', Value: 'link' }],
    },
  ]);

  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Show CLI command for this list' }).click();
  const pre = page.getByRole('dialog').locator('pre');
  await expect(pre).toContainText(lake.id);
  const listed = await runCommand<{ Associations: { AssociationId: string }[] }>(await pre.innerText());
  expect(listed.Associations.map(({ AssociationId }) => AssociationId)).toEqual([created.AssociationId]);

  await page.goto(paths.updateAssociation(created.AssociationId));
  await page.getByRole('checkbox', { name: 'Deleted' }).first().uncheck();
  await runCommand(await shown(page, 'update this data repository association'));
  const events = async () => (await associationsOf(fsx, lake))[0]?.S3?.AutoImportPolicy?.Events;
  await expect.poll(events).toEqual(['NEW', 'CHANGED']);
});

test('tags are changed by the printed commands, added ones first', async ({ page, lake, fsx }) => {
  await page.goto(paths.fileSystem(lake.id, 'tags'));
  await expect(page.getByRole('button', { name: 'Copy ARN' })).toBeVisible();
  const arn = (await valueOf(page, 'ARN').innerText()).trim();
  await page.getByRole('button', { name: 'Manage tags' }).click();
  // While nothing is changed, it lists them.
  await runCommand(await shown(page, 'change these tags'));
  await page.getByRole('button', { name: 'Add new tag' }).click();
  await page.getByRole('combobox', { name: /Key/ }).fill('first');
  await page.keyboard.press('Escape');
  await runCommand(await shown(page, 'change these tags'));
  expect(await tagsOf(fsx, arn)).toEqual([{ Key: 'first', Value: '' }]);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.reload();

  await page.getByRole('button', { name: 'Manage tags' }).click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Add new tag' }).click();
  await page.getByRole('combobox', { name: /Key/ }).nth(1).fill('second');
  await page.getByRole('combobox', { name: /Value/ }).last().fill('= é @x');
  await page.keyboard.press('Escape');
  const command = await shown(page, 'change these tags');
  expect(command.indexOf('tag-resource')).toBeLessThan(command.indexOf('untag-resource'));
  await runCommand(command);
  expect(await tagsOf(fsx, arn)).toEqual([{ Key: 'second', Value: '= é @x' }]);
});

test('a completion report is fetched', async ({ page, lake }) => {
  lake.write({ "it's bad.txt": 'b' });
  await lake.refuseWrites('*bad.txt');
  const taskId = await lake.createTask({
    Report: {
      Enabled: true,
      Path: `${lake.repository}my reports`,
      Format: 'REPORT_CSV_20191124',
      Scope: 'FAILED_FILES_ONLY',
    },
  });
  await lake.becomes(taskId, 'FAILED');
  await page.goto(paths.task(taskId));
  await page.getByRole('button', { name: 'Show CLI command' }).click();
  const pre = page.getByRole('dialog', { name: 'AWS CLI command to fetch this report' }).locator('pre');
  await expect(pre).toContainText('aws s3 cp');
  using folder = temporaryFolder();
  // It says what it does on standard output, which is for answers here.
  await runCommand(`cd ${folder.path}\n${await pre.innerText()} >&2`);
  expect(readFileSync(join(folder.path, 'failures.csv'), 'utf8')).toMatch(/it's bad\.txt,failed,S3AccessDenied/);
});

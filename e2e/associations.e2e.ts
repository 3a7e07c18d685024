import { existsSync } from 'node:fs';
import { join } from 'node:path';

import {
  CreateDataRepositoryAssociationCommand,
  CreateFileSystemCommand,
  DescribeDataRepositoryAssociationsCommand,
  type FSxClient,
} from '@aws-sdk/client-fsx';

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, expectAccessible, flash, rowOf, tableNamed, valueOf } from './expect.ts';
import { expect, test } from './world.ts';

/** A file system that is linked to nothing yet. */
const unlinked = async (fsx: FSxClient) => {
  const { FileSystem } = await fsx.send(
    new CreateFileSystemCommand({
      FileSystemType: 'LUSTRE',
      StorageCapacity: 1200,
      SubnetIds: ['subnet-00000000'],
      LustreConfiguration: { DeploymentType: 'PERSISTENT_2' },
    }),
  );
  return FileSystem?.FileSystemId ?? '';
};

const associationsOf = async (fsx: FSxClient, fileSystemId: string) => {
  const Filters = [{ Name: 'file-system-id' as const, Values: [fileSystemId] }];
  return (await fsx.send(new DescribeDataRepositoryAssociationsCommand({ Filters }))).Associations ?? [];
};

test('an association shows its settings and the tasks that touched it, and starts one', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a' });
  const taskId = await lake.createTask();
  await lake.becomes(taskId, 'SUCCEEDED');

  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('link', { name: lake.associationId }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(lake.associationId);
  const trail = page.getByRole('navigation', { name: 'Breadcrumbs' });
  await expect(trail.getByRole('link', { name: lake.id })).toBeVisible();
  await expect(valueOf(page, 'Data repository path')).toHaveText(lake.repository);
  await expect(valueOf(page, 'Export settings')).toHaveText('Off');
  await expect(rowOf(tableNamed(page, 'Data Repository Tasks'), taskId)).toBeVisible();

  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Import task' }).click();
  await expect(page.getByText(`${lake.repository} to /`)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page).toHaveURL(paths.association(lake.associationId));
});

test.describe('a directory is linked', () => {
  test.use({ expectedRefusals: ['BadRequest'] });

  test('by the form, which keeps its input when the server refuses, and imports on request', async ({ page, fsx }) => {
    const id = await unlinked(fsx);
    await fsx.send(
      new CreateDataRepositoryAssociationCommand({
        FileSystemId: id,
        FileSystemPath: '/ns1',
        DataRepositoryPath: `s3://fsx-sample/${id}/one/`,
      }),
    );
    await page.goto(paths.fileSystem(id));
    await page.getByRole('button', { name: 'Create data repository association' }).click();
    await expect(page).toHaveURL(paths.createAssociation(id));
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();

    const directory = page.getByRole('textbox', { name: 'File system path' });
    const repository = page.getByRole('textbox', { name: 'Data repository path' });
    const create = page.getByRole('button', { name: 'Create', exact: true });
    await create.click();
    await expect(page.getByText('Enter a directory of the file system')).toBeVisible();
    await expect(page.getByText('Enter an S3 path in the form')).toBeVisible();
    await expect(directory).toBeFocused();
    await expectAccessible(page, 'create association with errors');

    await directory.fill('/ns1/deeper');
    await repository.fill(`s3://fsx-sample/${id}/two`);
    await page.getByRole('checkbox', { name: 'Import metadata from repository' }).check();
    await page.getByRole('button', { name: 'Deselect all export settings' }).click();
    await page.getByRole('checkbox', { name: 'Deleted' }).first().uncheck();
    await create.click();
    await expect(page.getByText('FileSystemPath /ns1/deeper overlaps /ns1')).toBeVisible();
    await expect(repository).toHaveValue(`s3://fsx-sample/${id}/two`);
    await expect(page.getByRole('checkbox', { name: 'Import metadata from repository' })).toBeChecked();

    await directory.fill('/ns2');
    // Twice by mistake makes one.
    await create.dblclick();
    await expect(flash(page, 'Data repository association created')).toBeVisible();
    await expect(page).toHaveURL(paths.fileSystem(id));
    const table = tableNamed(page, 'Data repository associations');
    const row = rowOf(table, '/ns2');
    await expect(await cellOf(table, row, 'Status')).toHaveText('Available');
    await expect(await cellOf(table, row, 'Import policy')).toHaveText('New, changed');
    await expect(await cellOf(table, row, 'Export policy')).toHaveText('Off');
    await expect(rowOf(tableNamed(page, 'Data Repository Tasks'), 'Import')).toBeVisible();
    expect(await associationsOf(fsx, id)).toHaveLength(2);
  });

  test('at most eight times, and the ninth is refused before it is tried', async ({ page, fsx }) => {
    const id = await unlinked(fsx);
    const link = (n: number) =>
      new CreateDataRepositoryAssociationCommand({
        FileSystemId: id,
        FileSystemPath: `/ns${n}`,
        DataRepositoryPath: `s3://fsx-sample/${id}/${n}/`,
      });
    for (let n = 1; n <= 8; n += 1) await fsx.send(link(n));
    await page.goto(paths.fileSystem(id));
    const button = page.getByRole('button', { name: 'Create data repository association' });
    await expect(button).toHaveAttribute('aria-disabled', 'true');
    await button.hover();
    await expect(page.getByRole('tooltip')).toHaveText('A file system can have up to 8 associations');
    // Who goes there by the address reads it from the server.
    await page.goto(paths.createAssociation(id));
    await page.getByRole('textbox', { name: 'File system path' }).fill('/ns9');
    await page.getByRole('textbox', { name: 'Data repository path' }).fill(`s3://fsx-sample/${id}/9/`);
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expect(page.getByText('has 8 associations, the most there can be')).toBeVisible();
  });
});

test('what was typed for a link is not lost by accident', async ({ page, lake }) => {
  await page.goto(paths.createAssociation(lake.id));
  await page.getByRole('textbox', { name: 'File system path' }).fill('/x');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  const modal = page.getByRole('dialog', { name: 'Leave page' });
  await modal.getByRole('button', { name: 'Leave' }).click();
  await expect(page).toHaveURL(paths.fileSystem(lake.id));
});

test('an update changes the policies and nothing else', async ({ page, lake, fsx }) => {
  await page.goto(paths.fileSystem(lake.id));
  const update = page.getByRole('button', { name: 'Update', exact: true });
  await expect(update).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('checkbox', { name: `Select ${lake.associationId}` }).check();
  await update.click();
  await expect(page).toHaveURL(paths.updateAssociation(lake.associationId));
  const trail = page.getByRole('navigation', { name: 'Breadcrumbs' });
  await expect(trail.getByRole('link', { name: lake.id })).toBeVisible();
  await expect(valueOf(page, 'Data repository path')).toHaveText(lake.repository);
  await expect(page.getByRole('textbox')).toHaveCount(0);
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(0);
  await expectAccessible(page, 'update association');

  await page.getByRole('button', { name: 'Select all import settings' }).click();
  await page.getByRole('checkbox', { name: 'New' }).last().check();
  await page.getByRole('button', { name: 'Update', exact: true }).click();
  await expect(flash(page, 'Data repository association updated')).toBeVisible();
  await expect(page).toHaveURL(paths.fileSystem(lake.id));
  const table = tableNamed(page, 'Data repository associations');
  const row = rowOf(table, lake.associationId);
  await expect(await cellOf(table, row, 'Import policy')).toHaveText('New, changed, deleted');
  await expect(await cellOf(table, row, 'Export policy')).toHaveText('New');

  // Off again, from its own page, and back to it.
  await page.goto(paths.association(lake.associationId));
  await page.getByRole('button', { name: 'Update', exact: true }).click();
  await page.getByRole('button', { name: 'Deselect all import settings' }).click();
  await page.getByRole('button', { name: 'Update', exact: true }).click();
  await expect(page).toHaveURL(paths.association(lake.associationId));
  await expect(valueOf(page, 'Import settings')).toHaveText('Off');
  const [stored] = await associationsOf(fsx, lake.id);
  expect(stored?.S3).toEqual({ AutoImportPolicy: { Events: [] }, AutoExportPolicy: { Events: ['NEW'] } });
});

test('an association is deleted by keyboard alone, and its files stay', async ({ page, lake }) => {
  lake.write({ 'a.txt': 'a' });
  await page.goto(paths.fileSystem(lake.id));
  await page.getByRole('checkbox', { name: `Select ${lake.associationId}` }).focus();
  await page.keyboard.press('Space');
  const actions = page.getByRole('button', { name: 'Actions' });
  const modal = page.getByRole('dialog', { name: 'Delete association' });
  const open = async () => {
    await actions.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menuitem', { name: 'Export task' })).toBeFocused();
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('menuitem', { name: 'Delete association' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(modal).toBeVisible();
  };
  await open();
  await expect(modal.getByRole('checkbox', { name: 'Delete data in file system' })).not.toBeChecked();
  await expectAccessible(page, 'delete association');
  await page.keyboard.press('Escape');
  await expect(modal).toBeHidden();
  await expect(actions).toBeFocused();

  await open();
  await modal.getByRole('button', { name: 'Delete', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(flash(page, 'Data repository association is being deleted')).toBeVisible();
  await expect(modal).toBeHidden();
  await expect(actions).toBeFocused();
  await expect(page.getByText('No data repository associations')).toBeVisible();
  expect(existsSync(join(lake.directory, 'a.txt'))).toBe(true);
});

test.describe('with its data', () => {
  test.use({ expectedRefusals: ['BadRequest'] });

  test('it is deleted after the ID was typed, but not while a task works on it', async ({ page, lake }) => {
    lake.write({ 'a.txt': 'a', 'd/b.txt': 'b' });
    const gate = await lake.hold();
    const taskId = await lake.createTask();
    await gate.reached();
    await page.goto(paths.association(lake.associationId));
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete association' }).click();

    const modal = page.getByRole('dialog', { name: 'Delete association' });
    const confirm = modal.getByRole('button', { name: 'Delete', exact: true });
    const data = modal.getByRole('checkbox', { name: 'Delete data in file system' });
    await data.check();
    await expect(confirm).toBeDisabled();
    const input = modal.getByRole('textbox', { name: 'To confirm, type the association ID' });
    await input.fill(lake.associationId.toUpperCase());
    await expect(confirm).toBeDisabled();
    await input.fill(lake.associationId);
    await expectAccessible(page, 'delete association with its data');
    await confirm.click();
    await expect(modal.getByText(`Task ${taskId} works on association ${lake.associationId}`)).toBeVisible();
    await expect(input).toHaveValue(lake.associationId);
    expect(existsSync(join(lake.directory, 'a.txt'))).toBe(true);

    await gate.open();
    await lake.becomes(taskId, 'SUCCEEDED');
    await confirm.click();
    await expect(flash(page, `${lake.associationId}, and the data in /`)).toBeVisible();
    await expect(page).toHaveURL(paths.fileSystem(lake.id));
    await expect(page.getByText('No data repository associations')).toBeVisible();
    expect(existsSync(join(lake.directory, 'a.txt'))).toBe(false);
    expect(existsSync(join(lake.directory, 'd'))).toBe(false);
  });
});

test.describe('dark and 390 pixels wide', () => {
  test.use({ colorScheme: 'dark', viewport: { width: 390, height: 900 } });

  test('forms and modal of associations break no rule of axe', async ({ page, lake }) => {
    await page.goto(paths.createAssociation(lake.id));
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await expectAccessible(page, 'create association');
    await page.goto(paths.updateAssociation(lake.associationId));
    await page.getByRole('button', { name: 'Select all import settings' }).click();
    await expectAccessible(page, 'update association');
    await page.goto(paths.association(lake.associationId));
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete association' }).click();
    await page.getByRole('checkbox', { name: 'Delete data in file system' }).check();
    await expectAccessible(page, 'delete association');
  });
});

import { ListTagsForResourceCommand, TagResourceCommand } from '@aws-sdk/client-fsx';

import { paths } from '../apps/console/src/paths.ts';
import { expectAccessible, flash, valueOf } from './expect.ts';
import { expect, test } from './world.ts';

test('tags of a file system are added, changed and removed in place', async ({ page, lake, fsx }) => {
  await page.goto(paths.fileSystem(lake.id, 'tags'));
  await expect(page.getByRole('button', { name: 'Copy ARN' })).toBeVisible();
  const arn = (await valueOf(page, 'ARN').innerText()).trim();
  const stored = async () => (await fsx.send(new ListTagsForResourceCommand({ ResourceARN: arn }))).Tags;
  const manage = page.getByRole('button', { name: 'Manage tags' });
  const save = page.getByRole('button', { name: 'Save changes' });
  const value = (row: number) => page.getByRole('combobox', { name: /Value/ }).nth(row);

  await manage.click();
  await expect(page.getByRole('group', { name: 'Manage tags' })).toBeFocused();
  for (const [row, tag] of [
    [0, ['Name', 'lake']],
    [1, ['team', 'genomics']],
  ] as const) {
    await page.getByRole('button', { name: 'Add new tag' }).click();
    await page.getByRole('combobox', { name: /Key/ }).nth(row).fill(tag[0]);
    await value(row).fill(tag[1]);
  }
  await page.keyboard.press('Escape');
  await expectAccessible(page, 'tag editor');
  await save.click();
  await expect(flash(page, 'Tags saved')).toBeVisible();
  await expect(manage).toBeFocused();
  await expect(valueOf(page, 'team')).toHaveText('genomics');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('lake');

  await manage.click();
  await value(0).fill('lake two');
  await page.getByRole('button', { name: 'Remove' }).nth(1).click();
  await save.click();
  await expect(valueOf(page, 'Name')).toHaveText('lake two');
  await expect(page.locator('dt').filter({ hasText: 'team' })).toHaveCount(0);
  expect(await stored()).toEqual([{ Key: 'Name', Value: 'lake two' }]);
});

test('tags of an association too; what is wrong with one is said before it is sent', async ({ page, lake }) => {
  await page.goto(paths.association(lake.associationId));
  const manage = page.getByRole('button', { name: 'Manage tags' });
  await manage.click();
  await page.getByRole('button', { name: 'Add new tag' }).click();
  const key = page.getByRole('combobox', { name: /Key/ });
  await key.fill('a<b>');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(key).toHaveAttribute('aria-invalid', 'true');
  await expect(key).toBeFocused();
  await key.fill('stage');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(flash(page, 'Tags saved')).toBeVisible();
  await expect(valueOf(page, 'stage')).toHaveText('-');

  // Given up, nothing is kept, and the focus goes back.
  await manage.click();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(manage).toBeFocused();
  await expect(valueOf(page, 'stage')).toHaveText('-');
});

test.describe('a refusal of the server', () => {
  test.use({ expectedRefusals: ['BadRequest'] });

  test('is shown, and what was typed stays', async ({ page, lake, fsx }) => {
    await page.goto(paths.fileSystem(lake.id, 'tags'));
    await expect(page.getByRole('button', { name: 'Copy ARN' })).toBeVisible();
    const arn = (await valueOf(page, 'ARN').innerText()).trim();
    await page.getByRole('button', { name: 'Manage tags' }).click();
    await page.getByRole('button', { name: 'Add new tag' }).click();
    await page.getByRole('combobox', { name: /Key/ }).fill('mine');
    await page.keyboard.press('Escape');
    // Somebody else uses up the limit meanwhile.
    const Tags = Array.from({ length: 50 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
    await fsx.send(new TagResourceCommand({ ResourceARN: arn, Tags }));
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByText('A resource has at most 50 tags')).toBeVisible();
    await expect(page.getByRole('combobox', { name: /Key/ })).toHaveValue('mine');

    await page.getByRole('tab', { name: 'Data repository' }).click();
    const modal = page.getByRole('dialog', { name: 'Leave page' });
    await modal.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('combobox', { name: /Key/ })).toHaveValue('mine');
  });
});

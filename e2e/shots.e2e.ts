import { paths } from '../apps/console/src/paths.ts';
import { expect, test } from './world.ts';
for (const [scheme, width] of [['light', 1440], ['dark', 390]] as const)
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme, viewport: { width, height: 900 } });
    test(`shots`, async ({ page, lake }) => {
      lake.write({ 'a.txt': 'a', 'b.txt': 'b' });
      for (let n = 0; n < 12; n += 1) await lake.createTask({ Paths: [`x${n}`], Tags: [{ Key: 'Name', Value: `nightly ${n}` }, { Key: 'team', Value: 'hpc' }] });
      const gate = await lake.hold();
      const r = await lake.createTask({ Paths: ['a.txt'], Tags: [{ Key: 'Name', Value: 'running' }] });
      const w = await lake.createTask({ Paths: ['b.txt'], Tags: [{ Key: 'Name', Value: 'waiting' }] });
      await gate.reached();
      await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}&filter=tag%3Dteam%3Dhpc&filter=created%3E%3D2026-01-01T00:00:00Z`);
      await expect(page.getByText('12 matches').first()).toBeVisible();
      await page.screenshot({ path: `/tmp/x/${scheme}-filter.png` });
      await page.goto(`${paths.tasks()}`);
      for (const id of [r, w]) await page.getByRole('checkbox', { name: `Select ${id}` }).check();
      await page.screenshot({ path: `/tmp/x/${scheme}-selected.png` });
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.screenshot({ path: `/tmp/x/${scheme}-menu.png` });
      await page.getByRole('menuitem', { name: 'Show CLI command to cancel' }).click();
      await page.waitForTimeout(500);
      await page.screenshot({ path: `/tmp/x/${scheme}-cli.png` });
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
      await page.getByRole('button', { name: 'Cancel tasks' }).click();
      await page.getByRole('textbox', { name: 'To confirm' }).fill('cancel 2 tasks');
      await page.screenshot({ path: `/tmp/x/${scheme}-bulk.png` });
      await page.getByRole('textbox', { name: 'To confirm' }).press('Enter');
      await expect(page.getByText('2 of 2')).toBeVisible();
      await page.screenshot({ path: `/tmp/x/${scheme}-done.png` });
      await gate.open();
    });
  });

import { type Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { expectAccessible, valueOf } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

// axe reads the whole page again for each of its rules.
test.setTimeout(180_000);

const create = (page: Page) => page.getByRole('button', { name: 'Create', exact: true });

interface Cast {
  readonly lake: Lake;
  readonly ended: string;
  readonly running: string;
}

/** Every page of the console and the states between, each with what shows that it is there. */
const STATES: Readonly<Record<string, (page: Page, cast: Cast) => Promise<void>>> = {
  'tasks list': async (page, { ended, running }) => {
    await page.goto(paths.tasks());
    await page.getByRole('checkbox', { name: `Select ${running}` }).check();
    await expect(page.getByRole('link', { name: ended })).toBeVisible();
  },
  'cancel modal': async (page, { running }) => {
    await page.getByRole('button', { name: 'Cancel task' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill(running);
  },
  'tasks list without a match': async (page) => {
    await page.goto(`${paths.tasks()}?status=CANCELING`);
    await expect(page.getByText('No matches')).toBeVisible();
  },
  'task that ended': async (page, { ended }) => {
    await page.goto(paths.task(ended));
    await expect(valueOf(page, 'Status')).toHaveText('Failed');
  },
  'task that runs': async (page, { running }) => {
    await page.goto(paths.task(running));
    await expect(valueOf(page, 'Status')).toHaveText('Executing');
  },
  'duplicate of a task that runs': async (page, { running }) => {
    await page.goto(paths.createTask('export', { duplicate: running }));
    await expect(page.getByText('The request is refused as long as')).toBeVisible();
  },
  'create export with errors': async (page, { lake }) => {
    await page.goto(paths.createTask('export', { fileSystemId: lake.id }));
    await page.getByRole('textbox', { name: 'Path 1' }).fill('s3://x');
    await page.getByRole('checkbox', { name: 'Enable' }).check();
    await create(page).click();
    await expect(page.getByText('Enter a path of the file system')).toBeVisible();
  },
  'leave page': async (page) => {
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect(page.getByRole('dialog', { name: 'Leave page' })).toBeVisible();
  },
  'create import with errors': async (page) => {
    await page.goto(paths.createTask('import'));
    await create(page).click();
    await expect(page.getByText('Choose a file system.')).toBeVisible();
  },
  'create release': async (page) => {
    await page.goto(paths.createTask('release'));
    await expect(page.getByText('Release tasks are not available yet')).toBeVisible();
  },
  'file systems list': async (page, { lake }) => {
    await page.goto(paths.fileSystems());
    await expect(page.getByRole('link', { name: lake.id })).toBeVisible();
  },
  'file system with its menu open': async (page, { lake, ended }) => {
    await page.goto(paths.fileSystem(lake.id));
    await expect(page.getByRole('link', { name: ended })).toBeVisible();
    await page.getByRole('checkbox', { name: `Select ${lake.associationId}` }).check();
    await page.getByRole('button', { name: 'Actions' }).click();
  },
  'file system tags': async (page, { lake }) => {
    await page.goto(paths.fileSystem(lake.id, 'tags'));
    await expect(page.getByText('No tags')).toBeVisible();
  },
  association: async (page, { lake, ended }) => {
    await page.goto(paths.association(lake.associationId));
    await expect(page.getByRole('link', { name: ended })).toBeVisible();
  },
  'table preferences': async (page) => {
    await page.getByRole('button', { name: 'Preferences' }).click();
    await expect(page.getByRole('dialog', { name: 'Preferences' })).toBeVisible();
  },
  'page not found': async (page) => {
    await page.goto('/fsx/no-such-page');
    await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
  },
};

for (const { colorScheme, width } of [
  { colorScheme: 'light', width: 1440 },
  { colorScheme: 'dark', width: 1440 },
  { colorScheme: 'light', width: 390 },
] as const) {
  test.describe(`${colorScheme}, ${width} pixels wide`, () => {
    test.use({ colorScheme, viewport: { width, height: 900 } });

    test('no page breaks a rule of axe or shows an undefined value', async ({ page, lake }) => {
      lake.write({ 'a.txt': 'a', 'bad.txt': 'b' });
      await lake.refuseWrites('bad.txt');
      const ended = await lake.createTask({ Tags: [{ Key: 'Name', Value: 'nightly' }] });
      await lake.becomes(ended, 'FAILED');
      lake.write({ 'c.txt': 'c' });
      const gate = await lake.hold();
      const running = await lake.createTask();
      await gate.reached();

      for (const [state, show] of Object.entries(STATES)) {
        // One after the other, as a user would.
        await show(page, { lake, ended, running });
        await expectAccessible(page, state);
        expect(await page.locator('body').innerHTML(), state).not.toMatch(/>[^<]*\bundefined\b|="undefined"/);
      }
    });
  });
}

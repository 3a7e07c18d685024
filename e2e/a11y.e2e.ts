import { type Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { expectAccessible, valueOf } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

// axe reads the whole page again for each of its rules.
test.setTimeout(300_000);

const create = (page: Page) => page.getByRole('button', { name: 'Create', exact: true });

interface Cast {
  readonly lake: Lake;
  readonly ended: string;
  readonly running: string;
  readonly waiting: string;
}

type States = Readonly<Record<string, (page: Page, cast: Cast) => Promise<void>>>;

/** Every page of the console and the states between, each with what shows that it is there. */
const PAGES: States = {
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
  'file system monitoring': async (page, { lake, running }) => {
    await page.goto(paths.fileSystem(lake.id, 'monitoring'));
    await expect(valueOf(page, 'Task ID').getByRole('link')).toHaveText(running);
  },
  'create file system': async (page) => {
    await page.goto(paths.createFileSystem());
    await expect(page.getByRole('textbox', { name: 'File system name' })).toBeVisible();
  },
  'create association': async (page, { lake }) => {
    await page.goto(paths.createAssociation(lake.id));
    await expect(page.getByRole('textbox', { name: 'File system path' })).toBeVisible();
  },
  'update association': async (page, { lake }) => {
    await page.goto(paths.updateAssociation(lake.associationId));
    await expect(page.getByRole('button', { name: 'Update', exact: true })).toBeVisible();
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

const dialog = (page: Page, name: string | RegExp) => page.getByRole('dialog', { name });

/** Every dialog and panel, each on the page it belongs to. */
const DIALOGS: States = {
  search: async (page, { ended }) => {
    await page.goto(paths.task(ended));
    await expect(valueOf(page, 'Status')).toHaveText('Failed');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('create');
    await expect(page.getByRole('option').first()).toBeVisible();
  },
  shortcuts: async (page) => {
    await page.keyboard.press('Escape');
    await expect(page.getByRole('option')).toHaveCount(0);
    await page.keyboard.press('?');
    await expect(dialog(page, 'Keyboard shortcuts')).toBeVisible();
  },
  settings: async (page) => {
    await dialog(page, 'Keyboard shortcuts').getByRole('button', { name: 'Turn off in settings' }).click();
    await expect(dialog(page, 'Settings')).toBeVisible();
  },
  'manage tags': async (page, { ended }) => {
    await page.goto(paths.task(ended));
    await page.getByRole('button', { name: 'Manage tags' }).click();
    await expect(page.getByRole('group', { name: 'Manage tags' })).toBeVisible();
  },
  'bulk cancel': async (page, { lake, running, waiting }) => {
    await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}`);
    for (const id of [running, waiting]) await page.getByRole('checkbox', { name: `Select ${id}` }).check();
    await page.getByRole('button', { name: 'Cancel tasks' }).click();
    await expect(dialog(page, 'Cancel data repository tasks')).toBeVisible();
  },
  'CLI command': async (page, { lake }) => {
    await page.goto(paths.createTask('export', { fileSystemId: lake.id, associationIds: [lake.associationId] }));
    await page.getByRole('button', { name: 'Show CLI command' }).click();
    await expect(dialog(page, /^AWS CLI command/)).toBeVisible();
  },
  'path picker': async (page, { lake }) => {
    await page.goto(paths.createTask('export', { fileSystemId: lake.id, associationIds: [lake.associationId] }));
    await page.getByRole('button', { name: 'Browse' }).click();
    await expect(dialog(page, 'Choose paths to export').getByText('a.txt')).toBeVisible();
  },
  'attach file system': async (page, { lake }) => {
    await page.goto(paths.fileSystem(lake.id));
    await page.getByRole('button', { name: 'Attach' }).click();
    await expect(dialog(page, 'Attach file system')).toBeVisible();
  },
  'delete association': async (page, { lake }) => {
    await page.goto(paths.association(lake.associationId));
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete association' }).click();
    await expect(dialog(page, /^Delete/)).toBeVisible();
  },
  'help panel': async (page) => {
    await page.goto(paths.tasks());
    await page.getByRole('button', { name: 'Info about Data repository tasks' }).click();
    await expect(page.getByRole('button', { name: 'Close help panel' })).toBeVisible();
  },
};

for (const { colorScheme, width, density } of [
  { colorScheme: 'light', width: 1440, density: 'comfortable' },
  { colorScheme: 'dark', width: 1440, density: 'compact' },
  { colorScheme: 'light', width: 320, density: 'comfortable' },
] as const) {
  test.describe(`${colorScheme}, ${density}, ${width} pixels wide`, () => {
    test.use({ colorScheme, viewport: { width, height: 900 } });

    for (const [what, states] of Object.entries({ page: PAGES, dialog: DIALOGS })) {
      test(`no ${what} breaks a rule of axe or shows an undefined value`, async ({ page, lake }) => {
        await page.addInitScript({ content: `localStorage.setItem('drt.settings', '{"density":"${density}"}')` });
        lake.write({ 'a.txt': 'a', 'bad.txt': 'b' });
        await lake.refuseWrites('bad.txt');
        const ended = await lake.createTask({ Tags: [{ Key: 'Name', Value: 'nightly' }] });
        await lake.becomes(ended, 'FAILED');
        lake.write({ 'c.txt': 'c' });
        const gate = await lake.hold();
        const running = await lake.createTask();
        await gate.reached();
        const waiting = await lake.createTask({ Paths: ['a.txt'] });

        for (const [state, show] of Object.entries(states)) {
          // One after the other, as a user would.
          await show(page, { lake, ended, running, waiting });
          // On a narrow screen the help panel lies over the whole page, whose h1 is its own.
          await expectAccessible(page, state, width < 688 && state === 'help panel' ? ['page-has-heading-one'] : []);
          expect(await page.locator('body').innerHTML(), state).not.toMatch(/>[^<]*\bundefined\b|="undefined"/);
        }
      });
    }
  });
}

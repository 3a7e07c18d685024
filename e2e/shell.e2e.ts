import type { Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { expectAccessible, rowOf, tableNamed, valueOf } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

// axe reads the whole page again for each of its rules.
test.setTimeout(180_000);

const TITLE = 'Data repository tasks';

const palette = (page: Page) => page.getByRole('dialog', { name: 'Search' });
const paletteInput = (page: Page) => page.getByRole('combobox', { name: 'Search pages, actions and resources' });
const settings = (page: Page) => page.getByRole('dialog', { name: 'Settings' });

const openSettings = async (page: Page) => {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await expect(settings(page)).toBeVisible();
};

const choose = async (page: Page, zone: string) => {
  await settings(page).getByRole('button', { name: 'Time zone' }).click();
  await page.getByPlaceholder('Find a zone').fill(zone.replace('_', ' '));
  await page.getByRole('option', { name: zone }).click();
};

const endedTask = async (lake: Lake, name: string) => {
  const id = await lake.createTask({ Paths: ['missing'], Tags: [{ Key: 'Name', Value: name }] });
  await lake.becomes(id, 'FAILED');
  return id;
};

const everyPath = (lake: Lake, taskId: string) => [
  paths.tasks(),
  paths.task(taskId),
  paths.createTask('export'),
  paths.createTask('import', { fileSystemId: lake.id }),
  paths.createTask('release'),
  paths.fileSystems(),
  paths.fileSystem(lake.id),
  paths.createFileSystem(),
  paths.createAssociation(lake.id),
  paths.association(lake.associationId),
  paths.updateAssociation(lake.associationId),
];

const mine = (lake: Lake) => `${paths.tasks()}?filter=fileSystem%3D${lake.id}`;

test.describe('settings', () => {
  test('the theme follows the system until the user chooses, and the choice stays', async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.goto(paths.tasks());
    await expect(page.locator('body')).toHaveClass(/dark-mode/);
    await openSettings(page);
    await settings(page).getByRole('button', { name: 'Light' }).click();
    await expect(page.locator('body')).not.toHaveClass(/dark-mode/);
    await page.reload();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('body')).not.toHaveClass(/dark-mode/);

    await openSettings(page);
    await settings(page).getByRole('button', { name: 'System' }).click();
    await expect(page.locator('body')).toHaveClass(/dark-mode/);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect(page.locator('body')).not.toHaveClass(/dark-mode/);
  });

  test('compact density holds for the whole page and in other tabs', async ({ page, context }) => {
    await page.goto(paths.tasks());
    const other = await context.newPage();
    await other.goto(paths.fileSystems());
    await page.bringToFront();
    await openSettings(page);
    await settings(page).getByRole('button', { name: 'Compact' }).click();
    await expect(page.locator('body')).toHaveClass(/compact-mode/);
    await expect(other.locator('body')).toHaveClass(/compact-mode/);
    await expectAccessible(page, 'settings');
    await page.keyboard.press('Escape');
    await expect(settings(page)).toBeHidden();
    await expect(page.getByRole('button', { name: 'Settings', exact: true })).toBeFocused();
  });

  test('what storage holds is not trusted', async ({ page }) => {
    await page.addInitScript(() => localStorage.setItem('drt.settings', '{"zone":"Mars/Olympus","theme":7}'));
    await page.goto(paths.tasks());
    await openSettings(page);
    await expect(settings(page).getByRole('button', { name: 'Time zone' })).toContainText("Browser's zone");
  });

  test('the time zone changes headers, cells, details and the days of the filter', async ({ page, lake }) => {
    const id = await endedTask(lake, 'zoned');
    await page.clock.setFixedTime(new Date('2026-01-15T12:00:00Z'));
    await page.goto(mine(lake));
    const table = tableNamed(page, TITLE);
    await expect(table.getByRole('columnheader', { name: 'Creation time (UTC+00:00)' })).toBeVisible();
    await openSettings(page);
    await choose(page, 'America/New_York');
    await settings(page).getByRole('button', { name: 'Close' }).last().click();
    await expect(table.getByRole('columnheader', { name: 'Creation time (UTC-05:00)' })).toBeVisible();

    const [task] = await lake.tasks();
    const expected = new Intl.DateTimeFormat('en', {
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone: 'America/New_York',
    }).formatToParts(task?.CreationTime);
    const part = (type: string) => expected.find((each) => each.type === type)?.value ?? '';
    const row = rowOf(table, id);
    await expect(row).toContainText(`${part('month')} ${part('day')}, `);
    await expect(row).toContainText(`${part('hour')}:${part('minute')}:`);

    const filter = page.getByRole('combobox', { name: 'Filter data repository tasks' });
    await filter.fill('Creation time >= 2026-07-01');
    await filter.press('Enter');
    await expect(page).toHaveURL(/created%3E%3D2026-07-01T04%3A00%3A00.000Z/);
    await expect(page.getByText('July 1, 2026, 00:00:00 (UTC-04:00)').first()).toBeVisible();

    await page.goto(paths.task(id));
    await expect(valueOf(page, 'Creation time')).toContainText(`${part('hour')}:${part('minute')}:`);
    await expect(valueOf(page, 'Creation time')).toContainText(/\(UTC-0[45]:00\)/);
  });
});

test.describe('palette', () => {
  test('finds pages, tasks, file systems and associations by name or ID, by keyboard alone', async ({ page, lake }) => {
    const name = `nightly <img src=x> ${lake.id.slice(-6)}`.replaceAll(/[<>]/g, '+');
    const id = await endedTask(lake, name);
    await page.goto(paths.fileSystems());
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const refresh = page.getByRole('button', { name: 'Refresh file systems' });
    await refresh.focus();
    await page.keyboard.press('Control+k');
    await expect(paletteInput(page)).toBeFocused();
    await expectAccessible(page, 'palette without a text');

    await page.keyboard.type(name.slice(0, 12));
    await expect(page.getByRole('option', { name: id })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(palette(page)).toBeHidden();
    await expect(refresh).toBeFocused();

    await page.keyboard.press('Control+k');
    await page.keyboard.type(lake.id);
    await expect(page.getByRole('option', { selected: true })).toContainText(lake.id);
    await expect(page.getByRole('option', { name: lake.associationId })).toBeVisible();
    await expect(page.getByRole('option', { name: id })).toBeVisible();
    await expectAccessible(page, 'palette with results');
    await page.keyboard.press('ArrowUp');
    await expect(page.getByRole('option').last()).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(new RegExp(lake.id));
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();

    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.keyboard.type('create imp');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(paths.createTask('import'));

    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.keyboard.type('no such thing at all');
    await expect(palette(page).getByText('Nothing found')).toBeVisible();
    await expectAccessible(page, 'palette without a result');
    await page.keyboard.press('Enter');
    await expect(palette(page)).toBeVisible();
  });

  test('asks about unsaved changes before it leads away', async ({ page }) => {
    await page.goto(paths.createTask('export'));
    await page.getByRole('textbox', { name: 'Path 1' }).fill('a');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('file systems');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog', { name: 'Leave page' })).toBeVisible();
  });

  test('a pasted ID, ARN or address is opened at once', async ({ page, context, lake }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const id = await endedTask(lake, 'pasted');
    const paste = async (text: string) => {
      await page.keyboard.press('Control+k');
      await expect(paletteInput(page)).toBeFocused();
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
      await page.keyboard.press('Control+v');
      await expect(palette(page)).toBeHidden();
    };
    await page.goto(paths.tasks());
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await paste(id);
    await expect(page).toHaveURL(paths.task(id));
    await paste(`https://eu-west-1.console.aws.amazon.com/fsx/home?region=eu-west-1#file-system-details/${lake.id}`);
    await expect(page).toHaveURL(paths.fileSystem(lake.id));
    await paste(`arn:aws:fsx:us-east-1:123456789012:association/${lake.id}/${lake.associationId}`);
    await expect(page).toHaveURL(paths.association(lake.associationId));
  });
});

test.describe('keyboard shortcuts', () => {
  test('go, create, refresh, filter, change the theme', async ({ page }) => {
    await page.goto(paths.tasks());
    await expect(page.getByRole('combobox', { name: 'Filter data repository tasks' })).toBeVisible();
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await expect(page).toHaveURL(paths.fileSystems());
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
    await page.keyboard.press('c');
    await page.keyboard.press('i');
    await expect(page).toHaveURL(paths.createTask('import'));
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await expect(page).toHaveURL(paths.tasks());

    const filter = page.getByRole('combobox', { name: 'Filter data repository tasks' });
    await expect(filter).toBeVisible();
    await page.keyboard.press('/');
    await expect(filter).toBeFocused();
    // Text that is typed is text.
    await page.keyboard.type('gfr?');
    await expect(filter).toHaveValue('gfr?');
    await expect(page).toHaveURL(paths.tasks());

    await page.getByRole('heading', { level: 1 }).click();
    const listed = page.waitForRequest('**/api/tasks/list');
    await page.keyboard.press('r');
    await listed;
    await page.keyboard.press('t');
    await expect(page.locator('body')).toHaveClass(/dark-mode/);
  });

  test('the sheet lists them, and they can be turned off', async ({ page }) => {
    await page.goto(paths.tasks());
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(sheet.getByText('Create export data repository task')).toBeVisible();
    await expectAccessible(page, 'keyboard shortcuts');
    // Not while a dialog is open.
    await page.keyboard.press('t');
    await expect(page.locator('body')).not.toHaveClass(/dark-mode/);
    await sheet.getByRole('button', { name: 'Turn off in settings' }).click();
    await settings(page).getByRole('checkbox', { name: 'Keyboard shortcuts' }).uncheck();
    await settings(page).getByRole('button', { name: 'Close' }).last().click();
    await expect(settings(page)).toBeHidden();
    await page.keyboard.press('t');
    await page.keyboard.press('?');
    await page.keyboard.press('Control+k');
    await expect(palette(page)).toBeVisible();
    await expect(page.locator('body')).not.toHaveClass(/dark-mode/);
    await expect(sheet).toBeHidden();
  });

  test('duplicate and cancel work on the task in view, and nothing is canceled by a key', async ({ page, lake }) => {
    lake.write({ 'a.txt': 'a' });
    const gate = await lake.hold();
    const id = await lake.createTask();
    await gate.reached();
    await page.goto(paths.task(id));
    await expect(valueOf(page, 'Status')).toHaveText('Executing');
    await page.keyboard.press('x');
    const modal = page.getByRole('dialog', { name: 'Cancel data repository task' });
    await expect(modal).toBeVisible();
    await expect(modal.getByRole('textbox')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(modal).toBeHidden();
    await page.keyboard.press('d');
    await expect(page).toHaveURL(new RegExp(`create/export.*duplicate=${id}`));
    await gate.open();
    await lake.becomes(id, 'SUCCEEDED');
  });
});

test('every page has help, which stays open until it is closed', async ({ page, lake }) => {
  await page.goto(paths.tasks());
  await page.getByRole('button', { name: `Info about ${TITLE}` }).click();
  await expect(page.getByRole('button', { name: 'Close help panel' })).toBeFocused();
  await expect(page.getByText('Waits for its turn.')).toBeVisible();
  await expectAccessible(page, 'help panel');
  await page.reload();
  await expect(page.getByText('Waits for its turn.')).toBeVisible();
  for (const [path, words] of [
    [paths.createTask('export'), 'A form takes up to 32 paths, the API up to 100.'],
    [paths.createTask('import'), 'One task can import from several associations.'],
    [paths.createTask('release'), 'Only files that are exported can be released.'],
    [paths.fileSystems(), 'aws fsx describe-file-systems'],
    [paths.fileSystem(lake.id), 'A file system can have up to 8 associations.'],
    [paths.createFileSystem(), 'Makes a file system of a new directory'],
    [paths.createAssociation(lake.id), 'Nothing moves until a task does it.'],
    [paths.association(lake.associationId), 'the tasks that used it'],
    [paths.updateAssociation(lake.associationId), 'Changes the import and export settings of a link.'],
  ] as const) {
    await page.goto(path);
    await expect(page.getByText(words).first(), path).toBeVisible();
  }
  await page.getByRole('button', { name: 'Close help panel' }).click();
  await expect(page.getByText('Changes the import and export settings of a link.')).toBeHidden();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Close help panel' })).toBeHidden();
});

test('the first stop of the keyboard leads past the navigation', async ({ page }) => {
  await page.goto(paths.fileSystems());
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Skip to main content' })).toBeFocused();
  await expect(page.getByRole('button', { name: 'Skip to main content' })).toBeInViewport();
  await expectAccessible(page, 'skip link');
  await page.keyboard.press('Enter');
  await expect(heading).toBeFocused();
});

test('an address of the AWS console is understood on any path', async ({ page, lake }) => {
  await page.goto(`/fsx/home?region=us-east-1#file-system-details/${lake.id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(lake.id);
  await page.goto('/fsx/home');
  await expect(page).toHaveURL(paths.tasks());
});

/** The layout shift that the Web Vitals call good; on a phone, the numbers of a long list's pages need a line. */
const GOOD = 0.1;

/** Runs in the page before anything else: what moves without the user having done anything. */
const WATCH_SHIFTS = `window.shifted = [];
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries()) {
    if (!hadRecentInput) window.shifted.push([value, sources[0]?.node?.textContent?.slice(0, 60)]);
  }
}).observe({ type: 'layout-shift', buffered: true });`;

for (const width of [1440, 390]) {
  test.describe(`${width} pixels wide`, () => {
    test.use({ viewport: { width, height: 900 } });

    test('no page jumps while it loads, with cold caches and with warm ones', async ({ page, lake }) => {
      const id = await endedTask(lake, 'still');
      await page.addInitScript({ content: WATCH_SHIFTS });
      for (const caches of ['cold', 'warm']) {
        for (const path of everyPath(lake, id)) {
          await page.goto(path);
          await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
          await page.waitForLoadState('networkidle');
          const shifted = await page.evaluate<[number, string][]>('window.shifted');
          const sum = shifted.reduce((all, [value]) => all + value, 0);
          expect(sum, `${path}, ${caches}: ${JSON.stringify(shifted)}`).toBeLessThan(GOOD);
        }
      }
    });
  });
}

for (const { width, density, colorScheme } of [
  { width: 320, density: 'comfortable', colorScheme: 'light' },
  { width: 390, density: 'compact', colorScheme: 'dark' },
  { width: 768, density: 'comfortable', colorScheme: 'light' },
  { width: 2560, density: 'compact', colorScheme: 'dark' },
] as const) {
  test.describe(`${width} pixels wide, ${density}, ${colorScheme}`, () => {
    // 320 pixels is also what a window of 1280 pixels has at a zoom of 400 %.
    test.use({ colorScheme, viewport: { width, height: 900 } });

    test('no page scrolls sideways, and each has a title of its own', async ({ page, lake }) => {
      const id = await endedTask(lake, 'a name that is long enough to be wrapped on a telephone');
      await page.addInitScript(`localStorage.setItem('drt.settings', '{"density":"${density}"}')`);
      const titles = new Set<string>();
      for (const path of everyPath(lake, id)) {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await page.waitForLoadState('networkidle');
        const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect(over, path).toBeLessThanOrEqual(0);
        titles.add(await page.title());
      }
      expect(titles.size).toBe(everyPath(lake, id).length);
    });

    test('search and settings are at hand', async ({ page }) => {
      await page.goto(paths.tasks());
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      const direct = page.getByRole('button', { name: 'Settings', exact: true });
      // What has no room is in the menu at the end.
      if (!(await direct.isVisible())) {
        await page.getByRole('button', { name: 'More', exact: true }).click();
      }
      await direct.click();
      await expect(settings(page)).toBeVisible();
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect(over).toBeLessThanOrEqual(0);
    });
  });
}

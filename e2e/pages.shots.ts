import { fileURLToPath } from 'node:url';

import type { Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { valueOf } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

/** `npm run screenshots`: every page of the console in both themes, for `docs/screenshots`. */

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));

test.setTimeout(300_000);

interface Cast {
  readonly lake: Lake;
  readonly running: string;
  readonly failed: string;
}

const NAMES = ['nightly results', 'archive of the week', 'checkpoints', 'model weights', 'raw frames'];

/** An account in the middle of its work: tasks that ended well, badly and by hand, one that runs, one that waits. */
const makeCast = async (lake: Lake): Promise<Cast> => {
  const directories = ['results', 'checkpoints', 'frames', 'weights'];
  const files = directories.flatMap((directory) =>
    Array.from({ length: 60 }, (_, index) => `${directory}/run-${String(index).padStart(3, '0')}.dat`),
  );
  lake.write(Object.fromEntries(files.map((file, index) => [file, 'x'.repeat(500 + 37 * index)])));
  const report = {
    Enabled: true,
    Path: `${lake.repository}reports`,
    Format: 'REPORT_CSV_20191124' as const,
    Scope: 'FAILED_FILES_ONLY' as const,
  };
  for (const [index, name] of NAMES.entries()) {
    const Paths = [directories[index % directories.length] ?? ''];
    const id = await lake.createTask({ Paths, Tags: [{ Key: 'Name', Value: name }] });
    await lake.becomes(id, 'SUCCEEDED');
  }
  const denied = ['locked/a.denied', 'locked/b.denied', 'locked/deep/c.denied'];
  lake.write({ ...Object.fromEntries(denied.map((file) => [file, 'x'])), 'locked/open.dat': 'x' });
  const failed = await lake.createTask({
    Paths: ['locked'],
    Report: report,
    Tags: [
      { Key: 'Name', Value: 'locked files' },
      { Key: 'team', Value: 'imaging' },
    ],
  });
  await lake.becomes(failed, 'FAILED');
  lake.write(
    Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`live/${index}.slow`, 'x'.repeat(150_000)])),
  );
  const running = await lake.createTask({
    Paths: ['live'],
    Report: report,
    Tags: [{ Key: 'Name', Value: 'live export' }],
  });
  await lake.becomes(running, 'EXECUTING');
  await lake.createTask({ Paths: ['frames'], Tags: [{ Key: 'Name', Value: 'waits for its turn' }] });
  return { lake, running, failed };
};

/** Each picture, and what brings it about. */
const PICTURES: Readonly<Record<string, (page: Page, cast: Cast) => Promise<void>>> = {
  tasks: async (page, { lake, running }) => {
    await page.goto(`${paths.tasks()}?filter=fileSystem%3D${lake.id}`);
    await expect(page.getByRole('link', { name: running })).toBeVisible();
  },
  'task-running': async (page, { running }) => {
    await page.goto(paths.task(running));
    await expect(page.getByRole('progressbar', { name: 'Progress' })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Activity' })).toBeVisible();
  },
  'task-cancel': async (page, { running }) => {
    await page.goto(paths.task(running));
    await page.getByRole('button', { name: 'Cancel task' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill(running.slice(0, 12));
  },
  'task-failed': async (page, { failed }) => {
    await page.goto(paths.task(failed));
    await expect(page.getByText('locked/a.denied', { exact: true })).toBeVisible();
  },
  'create-export': async (page, { lake }) => {
    await page.goto(paths.createTask('export', { fileSystemId: lake.id, associationIds: [lake.associationId] }));
    await page.getByRole('textbox', { name: 'Path 1' }).fill('results');
    await page.getByRole('checkbox', { name: 'Enable' }).check();
    await page.getByRole('textbox', { name: 'Report path' }).fill('reports');
  },
  'create-import': async (page, { lake }) => {
    await page.goto(paths.createTask('import', { fileSystemId: lake.id, associationIds: [lake.associationId] }));
    await expect(page.getByRole('textbox', { name: 'Path 1' })).toBeVisible();
  },
  duplicate: async (page, { failed }) => {
    await page.goto(paths.createTask('export', { duplicate: failed }));
    await expect(page.getByText(`The form has the settings of ${failed}`)).toBeVisible();
  },
  'create-release': async (page) => {
    await page.goto(paths.createTask('release'));
    await expect(page.getByText('Release tasks are not available yet').first()).toBeVisible();
  },
  'file-systems': async (page, { lake }) => {
    await page.goto(paths.fileSystems());
    await expect(page.getByRole('link', { name: lake.id })).toBeVisible();
  },
  'file-system': async (page, { lake, running }) => {
    await page.goto(paths.fileSystem(lake.id));
    await expect(page.getByRole('link', { name: running })).toBeVisible();
  },
  'file-system-monitoring': async (page, { lake, running }) => {
    await page.goto(paths.fileSystem(lake.id, 'monitoring'));
    await expect(page.getByRole('link', { name: running })).toBeVisible();
  },
  'create-file-system': async (page) => {
    await page.goto(paths.createFileSystem());
    await expect(page.getByRole('textbox', { name: 'File system name' })).toBeVisible();
  },
  association: async (page, { lake, running }) => {
    await page.goto(paths.association(lake.associationId));
    await expect(page.getByRole('link', { name: running })).toBeVisible();
  },
  'create-association': async (page, { lake }) => {
    await page.goto(paths.createAssociation(lake.id));
    await expect(page.getByRole('textbox', { name: 'File system path' })).toBeVisible();
  },
  'update-association': async (page, { lake }) => {
    await page.goto(paths.updateAssociation(lake.associationId));
    await expect(page.getByRole('button', { name: 'Update', exact: true })).toBeVisible();
  },
  narrow: async (page, { running }) => {
    await page.setViewportSize({ width: 390, height: 900 });
    await page.goto(paths.task(running));
    await expect(valueOf(page, 'Task name')).toHaveText('live export');
  },
};

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('every page', async ({ page, lake }) => {
      const cast = await makeCast(lake);
      for (const [name, show] of Object.entries(PICTURES)) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await show(page, cast);
        await page.evaluate('document.fonts.ready.then(() => undefined)');
        await page.screenshot({ path: `${FOLDER}${name}-${colorScheme}.png`, animations: 'disabled' });
      }
    });
  });
}

import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { routeSizes } from '../apps/console/build/route-sizes.ts';
import { paths } from '../apps/console/src/paths.ts';
import { expect, test } from './world.ts';

/** What the console loads, when, and that nothing typed or pressed meanwhile is lost. */

const DIST = join(import.meta.dirname, '../apps/console/dist');

const LOADED = `performance.getEntriesByType('resource')
  .map(({ name }) => new URL(name).pathname.slice(1))
  .filter((name) => /\\.(js|css)$/.test(name))`;

/** What a page has loaded once nothing more comes, and not before the files that it is expected to load. */
const loadedBy = async (page: Page, path: string, expected: readonly string[]) => {
  await page.goto(path);
  // An array of text, by the expression above.
  const loaded = async () => (await page.evaluate(LOADED)) as string[];
  await expect.poll(loaded, path).toEqual(expect.arrayContaining([...expected]));
  await page.waitForLoadState('networkidle');
  return new Set(await loaded());
};

test('each route loads what the build counts for it, and nothing else', async ({ page, lake }) => {
  test.setTimeout(120_000);
  lake.write({ 'some/file': 'content' });
  const task = await lake.createTask();
  await lake.becomes(task, 'SUCCEEDED');
  const idFor = (path: string) =>
    path.includes('tasks') ? task : path.includes('file-systems') ? lake.id : lake.associationId;

  const [initial, ...further] = routeSizes(DIST);
  expect(await loadedBy(page, '/', initial?.files ?? [])).toEqual(new Set(initial?.files));
  for (const { path, files } of further) {
    const loaded = await loadedBy(page, path.replace(':id', idFor(path)), files);
    const added = [...loaded].filter((file) => !initial?.files.includes(file));
    expect(added.toSorted(), path).toEqual(files);
  }
});

/** Every answer takes this much longer from now on. */
const slowDown = async (page: Page, latency: number) => {
  const browser = await page.context().newCDPSession(page);
  await browser.send('Network.emulateNetworkConditions', {
    offline: false,
    latency,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
};

test('what is typed before the filter has come is in it when it comes', async ({ page, lake }) => {
  const task = await lake.createTask({ Tags: [{ Key: 'Name', Value: 'nightly' }] });
  await page.goto(paths.tasks());
  await expect(page.getByRole('link', { name: task })).toBeVisible();
  await slowDown(page, 500);
  const filter = page.getByRole('combobox', { name: 'Filter data repository tasks' });
  await filter.focus();
  const came = page.waitForResponse(/property-filter|task-filter/);
  await page.keyboard.type('Task na');
  await expect(filter).toHaveValue('Task na');
  await came;
  // The suggestions are what only the real filter has.
  await expect(page.getByRole('option', { name: 'Task name' }).first()).toBeVisible();
  await expect(filter).toBeFocused();
  await page.keyboard.type('me : nightly');
  await expect(filter).toHaveValue('Task name : nightly');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/filter=name%3Anightly/);
});

test('what is typed and entered before the filter has come is filtered by', async ({ page, lake }) => {
  const task = await lake.createTask({ Tags: [{ Key: 'Name', Value: 'nightly' }] });
  await page.goto(paths.tasks());
  await expect(page.getByRole('link', { name: task })).toBeVisible();
  await slowDown(page, 500);
  await page.getByRole('combobox', { name: 'Filter data repository tasks' }).focus();
  await page.keyboard.type('Task name : nightly');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/filter=name%3Anightly/);
});

test('the filter that is asked for by key, and left before it came, leaves the focus alone', async ({ page }) => {
  await page.goto(paths.tasks());
  await slowDown(page, 500);
  await page.getByRole('combobox', { name: 'Filter data repository tasks' }).focus();
  const came = page.waitForResponse(/task-filter/);
  const preferences = page.getByRole('button', { name: 'Preferences' });
  await preferences.focus();
  await came;
  await expect(page.getByRole('combobox', { name: 'Filter data repository tasks' })).toHaveAttribute('autocomplete');
  await expect(preferences).toBeFocused();
});

test('preferences open with the first press of their button, which then has the focus again', async ({ page }) => {
  await page.goto(paths.tasks());
  const button = page.getByRole('button', { name: 'Preferences' });
  const dialog = page.getByRole('dialog', { name: 'Preferences' });
  for (const _time of ['first', 'second']) {
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(dialog).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button).toBeFocused();
  }
});

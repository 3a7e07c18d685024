import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page } from '@playwright/test';

/** What tests say about a page, in the user's words. */

/** The table with that heading. */
export const tableNamed = (page: Page, name: string) => page.getByRole('grid', { name, exact: true });

/** A row, by any text in it: most often an ID. */
export const rowOf = (table: Locator, text: string) => table.getByRole('row').filter({ hasText: text });

/** A cell's text by its column's header, e.g. `Status`. */
export const cellOf = async (table: Locator, row: Locator, column: string) => {
  await table.getByRole('columnheader', { name: column }).first().waitFor();
  const headers = await table.getByRole('columnheader').allInnerTexts();
  const index = headers.findIndex((header) => header.trim() === column);
  if (index < 0) throw new Error(`no column "${column}" in ${headers.join(' | ')}`);
  return row.locator('td, th').nth(index);
};

/** The value beside a label in a summary. */
export const valueOf = (page: Page, label: string) =>
  page
    .locator('dt')
    .filter({ hasText: new RegExp(`^${label}$`) })
    .locator('xpath=following-sibling::dd[1]');

/** A message at the top of the page. */
export const flash = (page: Page, text: string | RegExp) =>
  page.getByRole('region', { name: 'Notifications' }).getByRole('listitem').filter({ hasText: text });

const setVisibility = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));`);

/** As when the user goes to another tab, which a browser without a window cannot do. */
export const hideTab = (page: Page) => setVisibility(page, 'hidden');
export const showTab = (page: Page) => setVisibility(page, 'visible');

/** Runs in the page: what moves has come to rest, spinners apart. */
const AT_REST = `Promise.all(document.getAnimations()
  .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
  .map((each) => each.finished.catch(() => undefined))).then(() => undefined)`;

/** Runs in the page: what sticks out of it to the right, if it scrolls sideways. */
const STICKING_OUT = `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
  .filter((each) => each.getBoundingClientRect().right > innerWidth)
  .map((each) => each.tagName + ' ' + each.className + ': ' + each.textContent.slice(0, 40))`;

/** The page is no wider than the window, whatever it shows. */
export const expectNoSidewaysScroll = async (page: Page) => {
  expect(await page.evaluate(STICKING_OUT)).toEqual([]);
};

/** No violation of any of axe's rules (but those that cannot hold in this state), with the page as it stands. */
export const expectAccessible = async (page: Page, state: string, but: string[] = []) => {
  await page.evaluate(AT_REST);
  const { violations } = await new AxeBuilder({ page }).disableRules(but).analyze();
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help} at ${nodes.map((node) => node.target).join(', ')}`,
  );
  expect(found, state).toEqual([]);
};

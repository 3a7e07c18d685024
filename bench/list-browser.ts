import { chromium, type Browser, type Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { ensureChromium } from '../scripts/ensure-chromium.mjs';
import { type Figure, figureOf, measure } from './figures.ts';
import type { FullServer } from './server.ts';

/** How fast people see the tasks list, in headless Chromium. */

const GOAL = 1000;
/** Longer, and typing is felt to stick. */
const KEY_GOAL = 200;
const TIMES = 10;

/**
 * Runs in the page before anything else. `rowsPainted` is the time from navigation to the first frame with rows;
 * `untilNewRows()` resolves with the time from the next press of key or button to the first frame with other rows.
 */
const WATCH = `
  const firstRow = () => document.querySelector('tbody tr a[href*="/task-"]')?.textContent;
  const painted = (then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now());
    port2.postMessage(undefined);
  });
  const whenRows = (changed, then) => {
    const observer = new MutationObserver(() => {
      if (!changed()) return;
      observer.disconnect();
      painted(then);
    });
    observer.observe(document, { subtree: true, childList: true, characterData: true });
  };
  window.rowsPainted = new Promise((resolve) => whenRows(() => firstRow() !== undefined, resolve));
  window.untilNewRows = () => new Promise((resolve) => {
    const before = firstRow();
    let start;
    const begin = (event) => (start ??= event.timeStamp);
    addEventListener('click', begin, { capture: true, once: true });
    addEventListener('keydown', (event) => event.key === 'Enter' && begin(event), { capture: true });
    whenRows(() => start !== undefined && firstRow() !== undefined && firstRow() !== before, (end) => resolve(end - start));
  });
  window.longTasks = [];
  window.keyDelays = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (/^key|input/.test(name)) window.keyDelays.push(duration);
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
`;

const numberOf = async (page: Page, expression: string) => Number(await page.evaluate(expression));

const open = async (browser: Browser) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.addInitScript({ content: WATCH });
  return { page, [Symbol.asyncDispose]: () => context.close() };
};

/** From the press to the frame with the new rows. */
const pressed = async (page: Page, press: () => Promise<void>) => {
  const [milliseconds] = await Promise.all([page.evaluate('window.untilNewRows()'), press()]);
  return Number(milliseconds);
};

const filterOf = (page: Page) => page.getByRole('combobox', { name: 'Filter data repository tasks' });

const typing = async (page: Page, text: string): Promise<Figure[]> => {
  await filterOf(page).focus();
  await page.evaluate('longTasks.length = 0; keyDelays.length = 0');
  await page.keyboard.type(text, { delay: 40 });
  await page.evaluate('new Promise((resolve) => requestIdleCallback(resolve))');
  const worst = async (what: string) => numberOf(page, `Math.max(0, ...${what})`);
  return [
    figureOf('typing 30 characters: from a key to its frame, worst', [await worst('keyDelays')], KEY_GOAL),
    figureOf('typing 30 characters: longest task', [await worst('longTasks')], KEY_GOAL),
  ];
};

/** @param paged whether there are pages to turn to */
export const measureBrowser = async ({ server }: FullServer, paged: boolean): Promise<Figure[]> => {
  const { executablePath, env } = await ensureChromium();
  const args = ['--no-sandbox', '--disable-gpu'];
  const browser = await chromium.launch({ executablePath, env: { ...process.env, ...env }, args });
  try {
    const list = `${server.url}${paths.tasks()}`;
    const figures: Figure[] = [
      await measure(
        'rows after navigation, cold cache',
        async () => {
          await using cold = await open(browser);
          await cold.page.goto(list);
          // Before the scope ends and closes the page.
          return await numberOf(cold.page, 'window.rowsPainted');
        },
        { times: TIMES },
      ),
    ];
    await using warm = await open(browser);
    const { page } = warm;
    const visit = async (url: string) => {
      await page.goto(url);
      return numberOf(page, 'window.rowsPainted');
    };
    const add = async (what: string, once: (run: number) => Promise<number>) =>
      figures.push(await measure(what, once, { times: TIMES, goal: GOAL }));

    await visit(list);
    await add('rows after navigation, warm cache', () => visit(list));
    await add('sort', (run) => {
      const column = page.getByRole('columnheader', { name: run % 2 === 0 ? 'Files total' : 'Task ID' });
      // The sticky header lies above the one that has the name, so that no pointer reaches that.
      return pressed(page, () => column.getByRole('button').first().dispatchEvent('click'));
    });
    if (paged) {
      await visit(list);
      await add('next page', () => pressed(page, () => page.getByRole('button', { name: 'Next page' }).click()));
    }
    await add('filter', async (run) => {
      await visit(list);
      await filterOf(page).fill(run % 2 === 0 ? 'Task name : 7' : 'Status = Canceled');
      return pressed(page, () => page.keyboard.press('Enter'));
    });
    await visit(list);
    figures.push(...(await typing(page, 'nightly export of the results 7')));
    return figures;
  } finally {
    await browser.close();
  }
};

import type { Page } from '@playwright/test';

import { paths } from '../apps/console/src/paths.ts';
import { cellOf, expectAccessible, flash, hideTab, rowOf, showTab, tableNamed, valueOf } from './expect.ts';
import { expect, type Lake, test } from './world.ts';

const PANE = 'Data Repository Tasks';

/** An export of some files that goes on until the gate is opened. */
const runningTask = async (lake: Lake, files: Record<string, string> = { 'a.txt': 'a', 'b.txt': 'b' }) => {
  lake.write(files);
  const gate = await lake.hold();
  const taskId = await lake.createTask();
  await gate.reached();
  return { taskId, gate };
};

/** Every question about tasks that the page asks from now on. */
const questions = (page: Page) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (/tasks\/list|DescribeDataRepositoryTasks|DescribeTaskWork/.test(request.url())) asked.push(request.url());
  });
  return asked;
};

const live = (page: Page) => page.getByText('Live', { exact: true });

/** Runs in the page: everything that is spoken from now on. */
const LISTEN = `window.spoken = [];
  new MutationObserver((records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) window.spoken.push(node.textContent);
  }).observe(document.querySelector('[role=log]'), { childList: true, subtree: true });`;

const spoken = (page: Page, taskId: string) =>
  page.evaluate<string[]>(`window.spoken.filter((sentence) => sentence.includes('${taskId}'))`);

test('changes come by themselves: a page that is told asks no more', async ({ page, lake }) => {
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.fileSystem(lake.id));
  const pane = tableNamed(page, PANE);
  await expect(live(page)).toBeVisible();
  await expect(await cellOf(pane, rowOf(pane, taskId), 'Status')).toHaveText('Executing');
  // What the stream's beginning made it ask is answered when the row is there for the second time.
  await page.waitForLoadState('networkidle');
  const asked = questions(page);
  await gate.open();
  await expect(await cellOf(pane, rowOf(pane, taskId), 'Status')).toHaveText('Succeeded');
  await expect(await cellOf(pane, rowOf(pane, taskId), 'Files succeeded')).toHaveText('2');
  expect(asked).toEqual([]);

  // A new task changes what belongs into the list, so that is asked for.
  const second = await lake.createTask({ Paths: ['a.txt'] });
  await expect(rowOf(pane, second)).toBeVisible();
});

/** Resolves when the server has told all streams that the task succeeded. */
const toldOfSuccess = async (url: string, taskId: string) => {
  const leaving = new AbortController();
  const { body } = await fetch(`${url}/api/events`, { signal: leaving.signal });
  const told = (async () => {
    let text = '';
    for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part;
      if (text.split('\n').some((line) => line.includes(taskId) && line.includes('"SUCCEEDED"'))) return;
    }
  })();
  return { told: told.finally(() => leaving.abort()) };
};

test('an answer that was on its way takes back nothing that was told since', async ({ page, lake, server }) => {
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.task(taskId));
  await expect(live(page)).toBeVisible();
  const { told } = await toldOfSuccess(server.url, taskId);
  await page.route(
    '**/api/tasks/list**',
    async (route) => {
      const whileItRan = await route.fetch();
      await gate.open();
      await told;
      await route.fulfill({ response: whileItRan });
    },
    { times: 1 },
  );
  await page.getByRole('link', { name: 'Data repository tasks', exact: true }).click();
  const list = tableNamed(page, 'Data repository tasks');
  await expect(await cellOf(list, rowOf(list, taskId), 'Status')).toHaveText('Succeeded');
});

test('the page of a task is told of its work, and of its place in the queue', async ({ page, lake }) => {
  const { taskId: first, gate } = await runningTask(lake);
  const second = await lake.createTask({ Paths: ['a.txt'] });
  const third = await lake.createTask({ Paths: ['b.txt'] });
  await page.goto(paths.task(third));
  await expect(live(page)).toBeVisible();
  await expect(page.getByText('Waiting to start: 2 tasks of its file system come before it')).toBeVisible();
  await page.waitForLoadState('networkidle');
  const asked = questions(page);
  await gate.open();
  await expect(valueOf(page, 'Status')).toHaveText('Succeeded');
  await expect(tableNamed(page, 'Activity').getByRole('row', { name: 'Succeeded' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Activity' })).toContainText('(4)');
  expect(asked).toEqual([]);
  await expect(live(page)).toBeHidden();
  await lake.becomes(first, 'SUCCEEDED');
  await lake.becomes(second, 'SUCCEEDED');
});

test.describe('where no stream can be opened', () => {
  test.use({ expectedRefusals: ['status 503'] });

  test('the page says when it last looked, and asks at its own pace', async ({ page, lake }) => {
    await page.route('**/api/events*', (route) => route.fulfill({ status: 503, json: {} }));
    const { taskId, gate } = await runningTask(lake);
    await page.goto(paths.fileSystem(lake.id));
    const pane = tableNamed(page, PANE);
    await expect(await cellOf(pane, rowOf(pane, taskId), 'Status')).toHaveText('Executing');
    await expect(page.getByText(/^Updated \d\d:\d\d:\d\d$/)).toBeVisible();
    await page.evaluate(LISTEN);
    await gate.open();
    await expect(await cellOf(pane, rowOf(pane, taskId), 'Status')).toHaveText('Succeeded');
    await expect.poll(() => spoken(page, taskId)).toEqual([`Task ${taskId}: Succeeded`]);
    await expect(live(page)).toBeHidden();
  });
});

test('a proxy that keeps what it should pass on is noticed, and the page goes on asking', async ({ page, lake }) => {
  // Never answered: what a buffering proxy looks like from here.
  await page.route('**/api/events*', () => undefined);
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.fileSystem(lake.id));
  const pane = tableNamed(page, PANE);
  await gate.open();
  await expect(await cellOf(pane, rowOf(pane, taskId), 'Status')).toHaveText('Succeeded');
  await expect(live(page)).toBeHidden();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a hidden tab holds no connection and asks nothing; shown again, it catches up', async ({ page, lake }) => {
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.fileSystem(lake.id));
  const pane = tableNamed(page, PANE);
  await expect(live(page)).toBeVisible();
  await expect(await cellOf(pane, rowOf(pane, taskId), 'Status')).toHaveText('Executing');
  const closed = page.waitForEvent('requestfailed', (request) => request.url().includes('/api/events'));
  await hideTab(page);
  await closed;
  const asked = questions(page);
  await gate.open();
  await lake.becomes(taskId, 'SUCCEEDED');
  expect(asked).toEqual([]);
  await expect(await cellOf(pane, rowOf(pane, taskId), 'Status')).toHaveText('Executing');
  await showTab(page);
  await expect(await cellOf(pane, rowOf(pane, taskId), 'Status')).toHaveText('Succeeded');
  await expect(live(page)).toBeVisible();
});

test('each change is spoken once, though several answers and the stream bring it', async ({ page, lake }) => {
  const { taskId: first, gate } = await runningTask(lake);
  const second = await lake.createTask({ Paths: ['a.txt'], Tags: [{ Key: 'Name', Value: 'nightly' }] });
  // Both are kept from the pages before: the list, then each task.
  await page.goto(paths.fileSystem(lake.id));
  const pane = tableNamed(page, PANE);
  await expect(live(page)).toBeVisible();
  await pane.getByRole('link', { name: first }).click();
  await expect(valueOf(page, 'Status')).toHaveText('Executing');
  await page.goBack();
  await expect(live(page)).toBeVisible();
  await page.evaluate(LISTEN);
  await gate.open();
  await expect(await cellOf(pane, rowOf(pane, second), 'Status')).toHaveText('Succeeded');
  // An answer and a resync on top, which bring the same again.
  await page.getByRole('button', { name: 'Refresh data repository tasks' }).click();
  await hideTab(page);
  await showTab(page);
  await expect(live(page)).toBeVisible();
  await expect.poll(() => spoken(page, first)).toEqual([`Task ${first}: Succeeded`]);
  const ofSecond = await spoken(page, second);
  // It may have run between two looks.
  expect(ofSecond.filter((sentence) => !sentence.endsWith('Executing'))).toEqual([
    `Task nightly, ${second}: Succeeded`,
  ]);
  expect(new Set(ofSecond).size).toBe(ofSecond.length);
});

test('the end of a watched task is a flash, wherever the user is, once for the session', async ({ page, lake }) => {
  test.slow();
  await lake.refuseWrites('bad*');
  const { taskId, gate } = await runningTask(lake, { 'a.txt': 'a', bad: 'b' });
  await page.goto(paths.task(taskId));
  await expect(valueOf(page, 'Status')).toHaveText('Executing');
  await page.goto(paths.fileSystems());
  await expect(page.getByRole('heading', { level: 1 })).toContainText('File systems');
  await gate.open();
  const end = flash(page, `Task ${taskId} failed.`);
  await expect(end).toContainText('Files failed to export: 1 of 2. The first: S3AccessDenied at bad.');
  await end.getByRole('link', { name: 'View failures' }).click();
  await expect(tableNamed(page, 'Files that failed')).toBeInViewport();
  await page.getByRole('button', { name: 'Dismiss notification' }).click();
  await expect(end).toBeHidden();
  await page.reload();
  await expect(valueOf(page, 'Status')).toHaveText('Failed');
  await expect(end).toBeHidden();
});

/** Runs before the page: a browser without a window shows no notifications, so what would be shown is written down. */
const RECORD = `window.shown = [];
  window.Notification = class extends EventTarget {
    static get permission() { return sessionStorage.getItem('permission') ?? 'default'; }
    static async requestPermission() {
      sessionStorage.setItem('permission', window.answer ?? 'granted');
      return this.permission;
    }
    constructor(title, options) { super(); window.shown.push({ title, ...options }); window.last = this; }
    close() {}
  };`;

test('a notification is asked for by a button only, and comes when the tab is hidden', async ({ page, lake }) => {
  test.slow();
  await page.addInitScript({ content: RECORD });
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.task(taskId));
  const button = page.getByRole('button', { name: 'Notify me when this task ends' });
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  expect(await page.evaluate('Notification.permission')).toBe('default');
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await page.goto(paths.fileSystems());
  await page.clock.install();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('File systems');
  await hideTab(page);
  await gate.open();
  await lake.becomes(taskId, 'SUCCEEDED');
  // A hidden tab asks seldom, and only because somebody waits.
  await page.clock.fastForward(16_000);
  await expect
    .poll(() => page.evaluate('shown'))
    .toEqual([
      { title: 'Export to repository: succeeded', body: `Task ${taskId} succeeded. Files exported: 2.`, tag: taskId },
    ]);
  await page.evaluate(`last.dispatchEvent(new Event('click'))`);
  await expect(page).toHaveURL(paths.task(taskId));
});

test('a task that is waited for, and the flash of its failure, break no rule of axe', async ({ page, lake }) => {
  test.slow();
  await page.addInitScript({ content: RECORD });
  await lake.refuseWrites('bad*');
  const { taskId, gate } = await runningTask(lake, { 'a.txt': 'a', bad: 'b' });
  await page.goto(paths.task(taskId));
  await page.getByRole('button', { name: 'Notify me when this task ends' }).click();
  await expect(live(page)).toBeVisible();
  await expectAccessible(page, 'a task that is waited for');
  await page.getByRole('link', { name: 'File systems' }).first().click();
  await gate.open();
  await expect(flash(page, `Task ${taskId} failed.`)).toBeVisible();
  await expectAccessible(page, 'the flash of a failed task');
});

test('a browser that refuses notifications, or has none, is named as the reason', async ({ page, lake }) => {
  await page.addInitScript({ content: `${RECORD} window.answer = 'denied';` });
  const { taskId, gate } = await runningTask(lake);
  await page.goto(paths.task(taskId));
  const button = page.getByRole('button', { name: 'Notify me when this task ends' });
  await button.click();
  await expect(button).toBeDisabled();
  const reason = 'Notifications of this site are blocked in the settings of the browser';
  await expect(flash(page, reason)).toBeVisible();
  await page.reload();
  await button.hover();
  await expect(page.getByRole('tooltip')).toHaveText(reason);
  await page.addInitScript({ content: 'delete window.Notification' });
  await page.reload();
  await expect(button).toBeDisabled();
  await button.hover();
  await expect(page.getByRole('tooltip')).toHaveText('This browser has no notifications');
  await gate.open();
  await lake.becomes(taskId, 'SUCCEEDED');
});

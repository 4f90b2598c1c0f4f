import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { slugid } from './src/session/slugid.ts';
import { type BrowserTest, browserTest, chromiumPath } from './browser-fixture.ts';

const found = existsSync(chromiumPath);
if (!found)
  console.warn(
    `There is no ${chromiumPath}: the tests of the web page are skipped. Install one (apt-get install chromium), or set CHROMIUM to its path.`,
  );

// The browser shares the processors with the other tests of a run, and may be starved for longer than a wait lasts: such a test is tried again.
describe.skipIf(!found)('the web page', { retry: 2 }, () => {
  let t: BrowserTest;
  beforeAll(async () => {
    t = await browserTest(inject('postgres'));
  });
  afterAll(() => t.close());
  afterEach(() => expect(t.complaints.splice(0)).toEqual([]));

  const see = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();
  const write = async (page: Page, text: string) => {
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };

  test('a sign-in link works once, and its code never stays in the address', async () => {
    const page = await t.open({ signedIn: false });
    await page.goto('/');
    await see(page, 'Sign in to see the recent tasks');
    const link = await t.signInLink();
    await page.goto(link);
    await page.waitForURL(`${t.platform.rootUrl}/`);
    await page.getByRole('button', { name: /^Signed in as/ }).waitFor();
    const other = await t.open({ signedIn: false });
    await other.goto(link);
    await see(other, 'This link does not work any more');
    await see(other, 'npx taskcluster signin-link');
  });

  test('the example runs as it stands: Ctrl-Enter, a log that moves, and its artifact', async () => {
    const page = await t.open();
    await page.getByRole('link', { name: 'Create', exact: true }).click();
    await page.locator('.cm-meaning').first().waitFor();
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/\/tasks\/[\w-]{22}\/log$/);
    await see(page, 'Line 1 of 5');
    expect(await page.getByText('Line 5 of 5').count()).toBe(0);
    await see(page, 'Line 5 of 5');
    await page.getByRole('img', { name: 'completed' }).first().waitFor();
    await page.getByRole('link', { name: 'Artifacts' }).click();
    await page.getByRole('link', { name: 'public/now.txt' }).click();
    await page
      .getByText(/\d\d:\d\d:\d\d/)
      .first()
      .waitFor();
  });

  test('a failed task opens on the first line of its log that looks like an error', async () => {
    const script = 'seq -f "step %g" 300; printf "\\033[31merror\\033[0m: it broke\\n"; seq -f "after %g" 300; exit 1';
    const taskId = await t.create('breaks', script);
    const page = await t.open();
    await page.goto(`/tasks/${taskId}/overview`);
    await see(page, 'A command failed.');
    await page.goto(`/tasks/${taskId}`);
    const line = page.locator('[data-mark=error]');
    await line.waitFor();
    expect(await line.textContent()).toContain('error: it broke');
    expect(page.url()).toMatch(/\/log$/);
    expect(await page.getByText('after 300', { exact: true }).count()).toBe(0);
  });

  test('the log finds text, and a link to a line leads there', async () => {
    const taskId = await t.create('long', 'seq -f "number %g here" 20000');
    const page = await t.open();
    await page.goto(`/tasks/${taskId}/log`);
    await see(page, 'number 20000 here');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('number 1234');
    await see(page, /^1 of 11$/);
    await page.keyboard.press('Enter');
    await see(page, /^2 of 11$/);
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.press('Shift+Enter');
    await see(page, /^11 of 11$/);
    const line = page.locator('[data-line]', { hasText: /number 12349 here/ });
    await line.locator('a').click();
    await page.waitForURL(/#L\d+$/);
    const other = await page.context().newPage();
    await other.goto(page.url());
    expect(await other.locator('[data-mark=selected]').textContent()).toContain('number 12349 here');
  });

  test('lists and tasks change by themselves, and a task is canceled only when that is confirmed', async () => {
    const page = await t.open();
    const taskId = await t.create('appears by itself', 'true', { taskQueueId: 'nobody/nothing' });
    const row = page.getByRole('row', { name: /appears by itself/ });
    await row.waitFor();
    await row.getByRole('img', { name: 'pending' }).waitFor();
    await row.getByRole('link').click();
    await see(page, /No worker has ever asked for tasks of nobody\/nothing/);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Keep it as it is' }).click();
    expect((await t.platform.clients.queue.status({ taskId })).status.state).toBe('pending');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel the task' }).click();
    await see(page, 'Somebody canceled the task.');
    await t.platform.clients.queue.rerunTask({ taskId });
    await page.getByRole('img', { name: 'pending' }).first().waitFor();
  });

  test('a group shows the states of its tasks, and a click on one of them shows only those', async () => {
    const first = await t.create('decides', 'true', { schedulerId: 's' });
    const group = { schedulerId: 's', taskGroupId: first };
    await t.create('goes wrong', 'exit 1', { ...group, dependencies: [first] });
    await t.create('goes well', 'true', { ...group, dependencies: [first] });
    const page = await t.open();
    await page.goto(`/groups/${first}`);
    await page.getByRole('button', { name: 'failed 1 failed' }).click();
    await see(page, '1 of 3 shown');
    await page.waitForURL(/state%3Afailed/);
    expect(await page.getByRole('row', { name: /goes well/ }).count()).toBe(0);
    await page.getByRole('row', { name: /goes wrong/ }).waitFor();
  });

  test('a task that waits says what for, with links to what blocks it, and follows what changes', async () => {
    const blocker = await t.create('blocks the others', 'true', { taskQueueId: 'nobody/nothing' });
    const middle = await t.create('in the middle', 'true', { dependencies: [blocker] });
    const last = await t.create('waits', 'true', { dependencies: [middle] });
    const page = await t.open();
    await page.goto(`/tasks/${last}/overview`);
    const panel = page.getByRole('region', { name: 'Why it is not running' });
    await panel.getByText(/It waits for 1 dependency to be completed, which comes down to 1 task/).waitFor();
    await t.platform.clients.queue.cancelTask({ taskId: blocker });
    await panel.getByText(/It cannot start, because 1 task that had to be completed was not/).waitFor();
    await panel.getByRole('link', { name: 'blocks the others' }).click();
    await page.getByRole('heading', { name: 'blocks the others' }).waitFor();
  });

  test('the list of tasks searches the server, by words and by keys', async () => {
    await t.create('searched-for linux1804', 'true', { tags: { kind: 'rare' }, projectId: 'some-project' });
    await t.create('another one', 'true');
    const page = await t.open();
    const box = page.getByRole('textbox', { name: 'Filter tasks' });
    await box.fill('1804 tag:kind=rare project:some-project');
    await see(page, 'The names of all tasks were searched.');
    await page.getByRole('row', { name: /searched-for linux1804/ }).waitFor();
    expect(await page.getByRole('row', { name: /another one/ }).count()).toBe(0);
    await box.fill('owner:nobody since:1h');
    await see(page, 'No task fits this filter.');
    await page.getByRole('button', { name: 'Show the recent tasks' }).click();
    await page.getByRole('row', { name: /another one/ }).waitFor();
  });

  test('what is wrong with a definition is shown where it is', async () => {
    const page = await t.open();
    await page.goto('/create');
    await write(page, 'created: now\ndeadline: whenever\n');
    await see(page, /Line 2 This is not a time/);
    await write(page, 'taskQueueId: local/default\ncreated: now\ndeadline: in 1 hour\npriority: urgent\npayload: {}\nmetadata: {}\n');
    await page.keyboard.press('Control+Enter');
    await see(page, /Line 4 priority must be/);
    expect(new URL(page.url()).pathname).toBe('/create');
  });

  test('the palette goes to a task by its id with the keyboard alone', async () => {
    const taskId = await t.create('found by id', 'true');
    const page = await t.open();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.insertText(taskId);
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(taskId));
    await page.getByRole('heading', { name: 'found by id' }).waitFor();
  });

  test('nothing sticks out at 360 pixels', async () => {
    const taskId = await t.create('a name that is rather long for a narrow page, as they often are', 'echo done');
    const page = await t.open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
    for (const path of [
      '/',
      '/groups',
      '/create',
      `/groups/${taskId}`,
      ...['overview', 'log', 'artifacts', 'definition'].map((tab) => `/tasks/${taskId}/${tab}`),
    ]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(360);
    }
  });

  test('a lost connection says so, and what was missed is there when it is back', async () => {
    const page = await t.open();
    await page.getByRole('link', { name: 'Create', exact: true }).click();
    await page.context().setOffline(true);
    // What flows already is not cut by that; on another page the stream begins anew.
    await page.getByRole('link', { name: 'Tasks' }).click();
    await see(page, /^Connection lost/);
    await t.create('made in between', 'true');
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByRole('row', { name: /made in between/ }).waitFor();
    await see(page, 'Live');
  });

  test('the first page loads at most 250 kB of compressed script', async () => {
    const page = await t.open({ signedIn: false });
    await page.goto('/');
    await see(page, 'Sign in to see the recent tasks');
    const sizes = await page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ name }) => name.endsWith('.js'))
        .map(({ encodedBodySize }) => encodedBodySize),
    );
    expect(sizes.length).toBeGreaterThan(2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
  });

  test('a page for what does not exist, and a task that does not, say so', async () => {
    const page = await t.open();
    await page.goto('/no/such/page');
    await see(page, 'There is no such page');
    await page.goto('/tasks/fN1SbArXTPSVFNUvaOlinQ');
    await see(page, 'There is no task fN1SbArXTPSVFNUvaOlinQ');
  });

  test('a filter reaches tasks that are older than the list: by their id, or by looking further back', async () => {
    const taskId = await t.create('much older', 'true');
    const time = (ms: number) => new Date(t.platform.clock.now() + ms).toISOString();
    const metadata = { name: 'filler', description: 'd', owner: 'o@example.com', source: 'https://example.com/' };
    const task = { taskQueueId: 'no/workers', created: time(1_000), deadline: time(3_600_000), payload: {}, metadata };
    await t.platform.clients.queue.createTasks({}, { tasks: Array.from({ length: 350 }, () => ({ taskId: slugid(), task })) });
    const page = await t.open();
    const box = page.getByRole('textbox', { name: 'Filter tasks' });
    const row = page.getByRole('row', { name: /much older/ }).first();
    await box.fill('-filler');
    await see(page, 'The newest 200 tasks were looked through.');
    expect(await row.count()).toBe(0);
    await page.getByRole('button', { name: 'Look further back' }).click();
    await row.waitFor();
    await page.reload();
    await box.fill(taskId);
    await see(page, 'The task of this id was looked up.');
    await row.waitFor();
  });

  test('a search says that the index is not complete yet', async () => {
    const change = (text: string) => t.platform.db.run({ text, values: [], name: '' });
    // As after an upgrade, and the index cannot be filled in the meantime.
    await change('alter table queue.search_place add constraint unfilled check (not filled) not valid');
    await change('update queue.search_place set filled = false');
    const page = await t.open();
    await page.getByRole('textbox', { name: 'Filter tasks' }).fill('some words');
    await see(page, 'What is in the index was searched. The index is still being filled after an upgrade: older tasks may be missing.');
    await change('alter table queue.search_place drop constraint unfilled');
    await change('update queue.search_place set filled = true');
  });
});

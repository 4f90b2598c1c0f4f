import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type BrowserTest, browserTest, chromiumPath } from './browser-fixture.ts';

const found = existsSync(chromiumPath);
if (!found) console.warn(`There is no ${chromiumPath}: the tests of what the web page offers to whom are skipped.`);

const reading = ['queue:status:*', 'queue:get-task:*', 'queue:list-artifacts:*', 'web:read-pulse'];
const nobodysQueue = { taskQueueId: 'nobody/nothing' };

interface Session {
  readonly page: Page;
  readonly clientId: string;
  readonly grant: (scope: string) => Promise<unknown>;
}

describe.skipIf(!found)('what the page offers', { retry: 2 }, () => {
  let t: BrowserTest;
  beforeAll(async () => {
    t = await browserTest(inject('postgres'));
  });
  afterAll(() => t.close());
  afterEach(() => expect(t.complaints.splice(0)).toEqual([]));

  const client = (clientId: string, scopes: readonly string[]) => ({
    clientId,
    definition: { description: '', expires: new Date(t.platform.clock.now() + 86_400_000).toISOString(), scopes },
  });
  let count = 0;
  /** A page that is signed in as a client with these scopes: a session of today has all of them. */
  const openAs = async (scopes: readonly string[]): Promise<Session> => {
    const { auth } = t.platform.clients;
    const { clientId, definition } = client(`team/dev-${++count}`, scopes);
    const { accessToken } = await auth.createClient({ clientId }, definition);
    const page = await t.open();
    const reply = { credentials: { clientId, accessToken }, expires: definition.expires };
    await page.route('**/api/web-server/v1/credentials', (route) => route.fulfill({ json: reply }));
    return { page, clientId, grant: (scope) => auth.updateClient({ clientId }, { ...definition, scopes: [...scopes, scope] }) };
  };
  const descriptionOf = async (page: Page, name: string): Promise<string> => {
    const id = await page.locator(`button[aria-disabled=true]:has-text("${name}")`).getAttribute('aria-describedby');
    return (await page.locator(`[id="${id}"]`).textContent()) ?? '';
  };

  const widthOf = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

  test('an action that cannot succeed says what it needs, to the keyboard and to screen readers, and works once that is granted', async () => {
    const taskId = await t.create('out of reach', 'true', nobodysQueue);
    const { page, clientId, grant } = await openAs(['auth:current-scopes', ...reading]);
    await page.goto(`/tasks/${taskId}/overview`);
    const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
    await page.locator('button[aria-disabled=true]:has-text("Cancel")').waitFor();
    const scope = `queue:cancel-task:-/${taskId}/${taskId}`;
    expect(await descriptionOf(page, 'Cancel')).toBe(
      `Needs ${scope}, which ${clientId} does not hold. Ask somebody who holds it to grant it.`,
    );
    for (let i = 0; i < 30 && !(await cancel.evaluate((button) => button === document.activeElement)); i++)
      await page.keyboard.press('Tab');
    await page.getByRole('tooltip').getByText(scope).waitFor();
    expect(await widthOf(page)).toBe(1280);
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Edit as new' }).count()).toBe(1);
    await grant(scope);
    await page.keyboard.press('Enter');
    await page.locator('button:not([aria-disabled]):has-text("Cancel")').waitFor();
    await cancel.click();
    await page.getByRole('button', { name: 'Cancel the task' }).click();
    await page.getByText('Somebody canceled the task.').first().waitFor();
    await page.locator('button[aria-disabled=true]:has-text("Rerun")').waitFor();
    expect(await descriptionOf(page, 'Rerun')).toContain(`queue:rerun-task:-/${taskId}/${taskId}`);
  });

  test('whoever may steer a whole project is offered its tasks', async () => {
    const taskId = await t.create('in a project', 'true', { ...nobodysQueue, projectId: 'web' });
    const { page } = await openAs([
      'auth:current-scopes',
      'queue:cancel-task-in-project:web',
      'queue:schedule-task-in-project:other',
      ...reading,
    ]);
    const asked = page.waitForResponse((response) => response.url().endsWith('/scopes/current'));
    await page.goto(`/tasks/${taskId}/overview`);
    expect((await asked).status()).toBe(200);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Keep it as it is' }).click();
  });

  test('while it is not known what somebody may do, the server decides', async () => {
    const taskId = await t.create('who knows', 'true', nobodysQueue);
    const { page } = await openAs(reading);
    const asked = page.waitForResponse((response) => response.url().endsWith('/scopes/current'));
    await page.goto(`/tasks/${taskId}/overview`);
    expect((await asked).status()).toBe(403);
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel the task' }).click();
    await page.getByText('does not hold enough scopes').waitFor();
  });

  test('a visitor who may read is told to sign in for more', async () => {
    const { auth } = t.platform.clients;
    await auth.createRole({ roleId: 'anonymous' }, { description: '', scopes: ['auth:current-scopes', ...reading] });
    try {
      const taskId = await t.create('to be looked at', 'true', nobodysQueue);
      const page = await t.open({ signedIn: false });
      await page.goto(`/tasks/${taskId}/overview`);
      await page.locator('button[aria-disabled=true]:has-text("Cancel")').waitFor();
      expect(await descriptionOf(page, 'Cancel')).toMatch(/^Needs queue:cancel-task:.*, which not everybody holds\. Sign in first\.$/);
    } finally {
      await auth.deleteRole({ roleId: 'anonymous' });
    }
  });

  test('an artifact that may not be read is listed, and not opened', async () => {
    const artifacts = ['public/a.bin', 'private/b.bin'].map((name) => ({ name, path: 'f.bin', type: 'file' }));
    const payload = { command: [['/bin/sh', '-c', 'echo 1 > f.bin']], maxRunTime: 600, artifacts };
    const taskId = await t.create('keeps two files', '', { payload });
    const { page } = await openAs(['auth:current-scopes', 'queue:get-artifact:public/*', ...reading]);
    await page.goto(`/tasks/${taskId}/artifacts`);
    await page.getByRole('button', { name: 'public/a.bin', exact: true }).waitFor();
    const refused = page.getByRole('button', { name: 'Download private/b.bin' });
    await refused.waitFor();
    expect(await refused.getAttribute('aria-disabled')).toBe('true');
    expect(await page.locator(`[id="${await refused.getAttribute('aria-describedby')}"]`).textContent()).toContain(
      'Needs queue:get-artifact:private/b.bin, which',
    );
    expect(await page.getByRole('button', { name: 'Download public/a.bin' }).getAttribute('aria-disabled')).toBeNull();
  });

  test('a task that may not be created says so while it is written, until its definition fits', async () => {
    const { page } = await openAs([
      'auth:current-scopes',
      ...reading,
      'queue:create-task:project:none',
      'queue:scheduler-id:-',
      'queue:create-task:low:team/ours',
    ]);
    await page.goto('/create');
    await page.locator('button[aria-disabled=true]:has-text("Run")').waitFor();
    expect(await descriptionOf(page, 'Run')).toContain('Needs queue:create-task:lowest:local/default, which');
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+Enter');
    await page.getByRole('alert').getByText('queue:create-task:lowest:local/default').waitFor();
    expect(new URL(page.url()).pathname).toBe('/create');
    const write = async (text: string) => {
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(text);
    };
    const task =
      'taskQueueId: team/ours\ncreated: now\ndeadline: in 1 hour\npayload: {}\nmetadata: {name: n, description: d, owner: o@x.org, source: "https://x.org"}\n';
    await write(`${task}routes: [index.a]\n`);
    await page.getByText('queue:route:index.a').first().waitFor({ state: 'attached' });
    await write(`${task}priority: medium\n`);
    await page.getByText('queue:create-task:medium:team/ours').first().waitFor({ state: 'attached' });
    await write(task);
    await page.locator('button:not([aria-disabled]):has-text("Run")').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/\/tasks\/[\w-]{22}\/log$/);
  });
});

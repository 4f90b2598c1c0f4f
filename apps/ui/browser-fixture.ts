import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '@taskcluster/log';
import { testPlatform, type TestPlatform } from '@taskcluster/server/testing';
import { startWorker } from '@taskcluster/worker';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { slugid } from './src/session/slugid.ts';

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** A platform with a worker, and a browser that can be signed in to it. */
export interface BrowserTest {
  readonly platform: TestPlatform;
  /** A new page; what its scripts complain about is collected in `complaints`. */
  readonly open: (options?: BrowserContextOptions & { readonly signedIn?: boolean }) => Promise<Page>;
  readonly complaints: string[];
  /** Creates a task that runs a script, and answers its id. */
  readonly create: (name: string, script: string, more?: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly signInLink: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** `env` sets the services' settings. */
export const browserTest = async (cluster: string, env: Readonly<Record<string, string>> = {}): Promise<BrowserTest> => {
  buildIfNeeded();
  const platform = await testPlatform(cluster, env);
  const { rootUrl, credentials, dataDir, clients } = platform;
  const identity = { taskQueueId: 'local/default', workerGroup: 'local', workerId: 'here' };
  const worker = startWorker({ rootUrl, credentials, ...identity, capacity: 2, tasksDir: join(dataDir, 'tasks'), log: silentLog });
  const browser = await launch();
  const complaints: string[] = [];
  const signInLink = async () => `${rootUrl}/signin#${await platform.newSignInCode()}`;
  return {
    platform,
    complaints,
    signInLink,
    open: async ({ signedIn = true, ...options } = {}) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: rootUrl, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      page.on('pageerror', (error) => complaints.push(String(error)));
      // Refusals and a server that is away are part of the tests; everything else that the browser reports is a fault.
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
      });
      if (signedIn) {
        await page.goto(await signInLink());
        await page.waitForURL(`${rootUrl}/`);
      }
      return page;
    },
    create: async (name, script, more = {}) => {
      const taskId = slugid();
      const time = (ms: number) => new Date(platform.clock.now() + ms).toISOString();
      await clients.queue.createTask(
        { taskId },
        {
          taskQueueId: identity.taskQueueId,
          created: time(0),
          deadline: time(3_600_000),
          payload: { command: [['/bin/sh', '-c', script]], maxRunTime: 600 },
          metadata: { name, description: '', owner: 'me@example.com', source: 'https://example.com' },
          ...more,
        },
      );
      return taskId;
    },
    close: async () => {
      await browser.close();
      await worker.stop();
      await platform.close();
    },
  };
};

const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** The server serves what was built: that has to be what is tested. */
const buildIfNeeded = (): void => {
  const here = import.meta.dirname;
  const built = join(here, 'dist/index.html');
  const sources = readdirSync(join(here, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => join(here, 'src', file));
  const newest = Math.max(...[...sources, join(here, 'index.html'), join(here, 'vite.config.ts')].map((file) => statSync(file).mtimeMs));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  // As `npm run build` makes it: with the NODE_ENV of the tests it would be a fifth larger, with React's checks in it.
  const env = { ...process.env, NODE_ENV: 'production' };
  execFileSync(process.execPath, [join(here, '../../node_modules/vite/bin/vite.js'), 'build'], { cwd: here, stdio: 'ignore', env });
};

import { join } from 'node:path';
import { webServer as contract } from '@taskcluster/contracts';
import { migrationsIn } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import { defineService } from '@taskcluster/service';
import { credentials } from './handlers/credentials.ts';
import { newSignInCode } from './handlers/new-sign-in-code.ts';
import { signIn } from './handlers/sign-in.ts';
import { signOut } from './handlers/sign-out.ts';
import { createWebServer, type WebServer } from './service.ts';
import { removeLapsed } from './store/sessions.ts';

export { createSignInCode, type WebServer } from './service.ts';

const expiry: Loop<WebServer> = {
  name: 'session expiry',
  idleMs: () => 600_000,
  batch: 1_000_000,
  step: ({ db }) => removeLapsed(db),
};

/** Signing in to the web page: one-time codes, sessions in a cookie, temporary credentials for the page. */
export const webServerService = defineService({
  contract,
  settings: {},
  migrations: migrationsIn('web', join(import.meta.dirname, 'migrations')),
  create: createWebServer,
  handlers: { signIn, credentials, newSignInCode, signOut },
  loops: [expiry],
});

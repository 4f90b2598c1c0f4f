import { auth } from '@taskcluster/contracts';
import { migrationsIn, sql } from '@taskcluster/db';
import { defineService } from '@taskcluster/service';
import { join } from 'node:path';
import { handlers } from './handlers.ts';
import { expiredClients, oldHistory } from './loops/purge.ts';
import { expiredSentryKeys } from './loops/sentry-keys.ts';
import { createAuthService } from './service.ts';
import { settings } from './settings.ts';

export { type Access, openAccess } from './access.ts';
export type { AuthPlatform } from './service.ts';
export { settings as authSettings } from './settings.ts';
export { builtInScopes } from './static/built-in.ts';
export { type ConfiguredClient, namesBuiltIn, staticClients } from './static/configured.ts';
export { syncStaticClients } from './static/sync.ts';
export { createTokenCipher, type TokenCipher } from './token-cipher.ts';

/** The auth service: who a caller is and what a caller may do. */
export const authService = defineService({
  contract: auth,
  settings,
  migrations: migrationsIn('auth', join(import.meta.dirname, 'migrations')),
  create: createAuthService,
  handlers,
  loops: [expiredClients, oldHistory, expiredSentryKeys],
  heartbeat: async ({ db }) => void (await db.run(sql`select 1`)),
});

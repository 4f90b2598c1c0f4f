import type { Config } from '@taskcluster/config';
import type { Database } from '@taskcluster/db';
import type { Log } from '@taskcluster/log';
import type { Platform } from '@taskcluster/service';
import { type Access, accessOf } from './access.ts';
import { type AzureAccounts, azureAccounts } from './delegated/azure-accounts.ts';
import { type Installations, createInstallations } from './delegated/github-installations.ts';
import { sentryConfigured } from './delegated/sentry.ts';
import type { settings } from './settings.ts';
import { createTokenCipher, type TokenCipher } from './token-cipher.ts';

/** The running auth service. */
export interface AuthService {
  readonly db: Database;
  readonly access: Access;
  readonly cipher: TokenCipher;
  readonly config: Config<typeof settings>;
  readonly log: Log;
  readonly now: () => number;
  readonly azure: AzureAccounts;
  readonly installations: Installations;
}

export const createAuthService = ({ db, authority, keyFor, log, now }: Platform, config: Config<typeof settings>): AuthService => {
  // A half-configured Sentry is a mistake to be told at start, not at the first request.
  sentryConfigured(config);
  return {
    db,
    access: accessOf(authority),
    cipher: createTokenCipher(keyFor('access-tokens')),
    config,
    log,
    now,
    azure: azureAccounts(config.azureAccounts, now),
    installations: createInstallations(now),
  };
};

import type { Config } from '@taskcluster/config';
import type { Database } from '@taskcluster/db';
import type { Log } from '@taskcluster/log';
import type { Platform } from '@taskcluster/service';
import type { Access } from './access.ts';
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

/** What this service is given beside what all are: the clients and roles in memory, which the process opened to check requests with. */
export interface AuthPlatform extends Platform {
  readonly access: Access;
}

export const createAuthService = ({ db, access, keyFor, log, now }: AuthPlatform, config: Config<typeof settings>): AuthService => {
  // A half-configured Sentry is a mistake to be told at start, not at the first request.
  sentryConfigured(config);
  return {
    db,
    access,
    cipher: createTokenCipher(keyFor('access-tokens')),
    config,
    log,
    now,
    azure: azureAccounts(config.azureAccounts, now),
    installations: createInstallations(now),
  };
};

import type { Credentials } from '@taskcluster/client';
import type { Database } from '@taskcluster/db';
import type { Platform } from '@taskcluster/service';
import { hashOf, newSecret } from './secret.ts';
import { insertCode } from './store/sessions.ts';

/** What the handlers and the loop of this service share. */
export interface WebServer {
  readonly db: Database;
  readonly rootUrl: string;
  readonly now: () => number;
  /** The credentials that sessions act with. Asked for at each use, so that a new access token is used at once. */
  readonly root: () => Credentials;
}

export const createWebServer = ({ db, rootUrl, now, credentialsOf }: Platform): WebServer => ({
  db,
  rootUrl,
  now,
  root: () => credentialsOf('root'),
});

/** A code that signs in once within 15 minutes, with all scopes. Put it behind the `#` of a URL, and in no log. */
export const createSignInCode = async ({ db }: Pick<WebServer, 'db'>): Promise<string> => {
  const code = newSecret();
  await insertCode(db, hashOf(code));
  return code;
};

import type { Database } from '@taskcluster/db';
import { accessChanged } from '../access.ts';
import { lockAccess } from '../store/changes.ts';
import { putStaticClient, removeOtherStaticClients, type StoredStaticClient, storedStaticClients } from '../store/static-clients.ts';
import type { TokenCipher } from '../token-cipher.ts';
import type { ConfiguredClient } from './configured.ts';

const note =
  'This is a static client: the configuration of the deployment (`STATIC_CLIENTS`) defines it, and it cannot be changed over the API.';

/**
 * Makes the stored static clients the same as the configured ones, and leaves alone those that are so already: a restart does not
 * look like a change. Processes that start at the same time take turns. Nothing is announced (auth.md, section 2).
 */
export const syncStaticClients = (db: Database, cipher: TokenCipher, clients: readonly ConfiguredClient[]): Promise<void> =>
  db.tx(async (tx) => {
    await lockAccess(tx);
    const stored = new Map((await storedStaticClients(tx)).map((client) => [client.clientId, client]));
    for (const { clientId, accessToken, scopes, description: text } of clients) {
      const description = `${text}\n\n${note}`;
      const before = stored.get(clientId);
      const sameToken = before !== undefined && tokenOf(before, cipher) === accessToken;
      if (before?.usable && sameToken && before.description === description && sameList(before.scopes, scopes)) continue;
      const encryptedToken = sameToken ? before.encryptedToken : cipher.encrypt(clientId, accessToken);
      await putStaticClient(tx, { clientId, description, encryptedToken, scopes, rotated: !sameToken });
    }
    await removeOtherStaticClients(
      tx,
      clients.map((c) => c.clientId),
    );
    tx.wake(accessChanged);
  });

/** Undefined when it cannot be read: the deployment's secret is another one than before, and the token is written anew. */
const tokenOf = ({ clientId, encryptedToken }: StoredStaticClient, cipher: TokenCipher): string | undefined => {
  try {
    return cipher.decrypt(clientId, encryptedToken);
  } catch {
    return undefined;
  }
};

const sameList = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((text, i) => text === b[i]);

import type { Database } from '@taskcluster/db';
import { lockAccess } from './store/changes.ts';
import { putStaticClient, removeOtherStaticClients } from './store/clients.ts';
import { accessChanged } from './access.ts';
import type { TokenCipher } from './token-cipher.ts';

/** A client that the deployment's configuration defines; it cannot be changed over the API. */
export interface ConfiguredClient {
  readonly clientId: string;
  readonly accessToken: string;
  readonly scopes: readonly string[];
  readonly description: string;
}

/** What each service's own client may do: exactly what the service needs (auth.md, "Static clients"). */
export const builtInScopes: Readonly<Record<string, readonly string[]>> = {
  root: ['*'],
  queue: ['*'],
  object: [],
  events: [],
  'web-server': [],
};

const note = 'This client is defined by the configuration of the deployment and cannot be changed here.';

/** Makes the stored static clients the same as the configured ones. */
export const syncStaticClients = (db: Database, cipher: TokenCipher, clients: readonly ConfiguredClient[]): Promise<void> =>
  db.tx(async (tx) => {
    await lockAccess(tx);
    for (const { clientId, accessToken, scopes, description } of clients) {
      await putStaticClient(tx, {
        clientId,
        description: `${description}\n\n${note}`,
        encryptedToken: cipher.encrypt(clientId, accessToken),
        scopes,
      });
    }
    await removeOtherStaticClients(
      tx,
      clients.map((c) => c.clientId),
    );
    tx.wake(accessChanged);
  });

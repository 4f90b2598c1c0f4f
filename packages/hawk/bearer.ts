import { RecentMap } from '@taskcluster/scopes';
import type { Authority, HawkClient } from './authority.ts';
import { checkTimes, isSigned, temporaryToken } from './certificate.ts';
import { checkClientId } from './client-id.ts';
import { readExt } from './ext.ts';
import type { Ext } from './ext.ts';
import { Refusal } from './refusal.ts';

/** Who claims to have signed, and the key that must have been used. Nothing is proven before the MAC is verified with it. */
export interface Bearer {
  readonly clientId: string;
  /** The client itself, or the one that issued the temporary credentials. */
  readonly client: HawkClient;
  readonly key: string;
  readonly ext: Ext;
  readonly extText: string;
}

interface Verified {
  readonly ext: Ext;
  readonly key: string;
  /** The issuer's access token at the time. */
  readonly accessToken: string;
}

/**
 * Certificates whose signature and whose bearer's MAC were good. A worker sends the same `ext` with every request; this
 * saves reading it and two HMACs. Only entries of proven requests get in, 4,096 characters at most each. What can change
 * (the token, the times, the client's state, its scopes) is looked at every time.
 */
const verified = new RecentMap<Verified>({ entries: 2000 });
const cacheKey = (clientId: string, extText: string): string => `${clientId}\n${extText}`;

function liveClient(clientId: string, authority: Authority): HawkClient {
  const client = authority.findClient(clientId);
  if (!client) throw new Refusal(`Client ${clientId} was not found. Check the clientId, or create the client.`);
  if (client.disabled) throw new Refusal(`Client ${clientId} is disabled. Enable it, or use another one.`);
  if (client.expires.getTime() < authority.now()) {
    throw new Refusal(
      `Client ${clientId} has expired (has been expired since ${client.expires.toISOString()}). Extend it, or use another one.`,
    );
  }
  return client;
}

/**
 * Finds out who claims to have signed. Refuses by what anybody may know (the syntax, whether the client exists and is
 * live) and by the certificate's signature; never by what scopes the client has.
 */
export function bearerOf(clientId: string, extText: string, authority: Authority): Bearer {
  checkClientId(clientId);
  if (extText === '') {
    const client = liveClient(clientId, authority);
    return { clientId, client, key: client.accessToken, ext: {}, extText };
  }
  const known = verified.get(cacheKey(clientId, extText));
  const ext = known?.ext ?? readExt(extText, clientId);
  const { certificate } = ext;
  const client = liveClient(certificate?.issuer ?? clientId, authority);
  if (!certificate) return { clientId, client, key: client.accessToken, ext, extText };
  checkTimes(certificate, authority.now());
  // Both tokens are our own: there is nothing to learn from how long this takes.
  if (known && known.accessToken === client.accessToken) return { clientId, client, key: known.key, ext, extText };
  if (!isSigned(certificate, clientId, client.accessToken)) {
    throw new Refusal('The signature of the certificate is not valid. Create new temporary credentials with the current access token.');
  }
  return { clientId, client, key: temporaryToken(client.accessToken, certificate.seed), ext, extText };
}

/** Remembers the `ext` of a bearer that proved to have the key. */
export function rememberProven({ clientId, client, key, ext, extText }: Bearer): void {
  if (extText === '') return;
  const name = cacheKey(clientId, extText);
  const known = verified.get(name);
  if (known?.key !== key) verified.set(name, { ext, key, accessToken: client.accessToken });
}

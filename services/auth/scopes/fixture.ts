import type { Client } from '@taskcluster/client';
import { http, type Sign } from '@taskcluster/client/http';
import { auth } from '@taskcluster/contracts';
import { authorizationHeader } from '@taskcluster/hawk';
import type { TestPlatform } from '@taskcluster/server/testing';

/** A new client with these scopes, and a client of the auth service that is signed by it. */
export const clientWith = async (t: TestPlatform, clientId: string, scopes: readonly string[]): Promise<Client<typeof auth>> => {
  const expires = new Date(t.clock.now() + 86_400_000).toISOString();
  const { accessToken } = await t.clients.auth.createClient({ clientId }, { description: 'for a test', expires, scopes });
  const sign: Sign = (request) => authorizationHeader({ ...request, now: t.clock.now() });
  return http(auth, { rootUrl: t.rootUrl, credentials: { clientId, accessToken }, sign });
};

/** The status and code of a refusal, or what was answered. */
export const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((err: { status?: number; code?: string; message: string }) => `${err.status} ${err.code}`);

import { http, type Sign } from '@taskcluster/client/http';
import { auth } from '@taskcluster/contracts';
import { authorizationHeader } from '@taskcluster/hawk';
import { allServices, type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import type { Platform } from '@taskcluster/service';
import { expect, inject, onTestFinished, test } from 'vitest';
import { builtInPrefix, builtInScopes } from './built-in.ts';

const open = async (clients: readonly object[] | undefined, env: Readonly<Record<string, string>> = {}): Promise<TestPlatform> => {
  const t = await testPlatform(inject('postgres'), { ...env, ...(clients && { STATIC_CLIENTS: JSON.stringify(clients) }) });
  onTestFinished(() => t.close());
  return t;
};
const signedBy = (t: TestPlatform, clientId: string, accessToken: string) => {
  const sign: Sign = (request) => authorizationHeader({ ...request, now: t.clock.now() });
  return http(auth, { rootUrl: t.rootUrl, credentials: { clientId, accessToken }, sign });
};
const own = {
  clientId: 'static/ci',
  accessToken: 'own-token-0123456789-0123',
  scopes: ['auth:current-scopes', 'assume:ci'],
  description: 'For CI.',
};
const everyBuiltIn = Object.keys(builtInScopes).map((name, i) => ({
  clientId: builtInPrefix + name,
  accessToken: `token-of-${name}-${i}`.padEnd(30, 'x'),
}));

test('without configuration the built-in clients are there, and nobody needs to know their tokens', async () => {
  const t = await open(undefined);
  const { clients } = await t.clients.auth.listClients({ prefix: 'static/' });
  expect(clients.map(({ clientId, scopes }) => [clientId, scopes])).toEqual(
    Object.entries(builtInScopes)
      .map(([name, scopes]) => [builtInPrefix + name, scopes])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
});

test('a client of one’s own is added to them; it signs in, and the API cannot change it', async () => {
  const t = await open([own]);
  expect(await signedBy(t, own.clientId, own.accessToken).currentScopes({})).toEqual({
    scopes: ['assume:anonymous', 'assume:ci', 'auth:current-scopes'],
  });
  const stored = await t.clients.auth.client({ clientId: own.clientId });
  expect(stored.description).toMatch(/^For CI\.\n\nThis is a static client: /);
  expect(Date.parse(stored.expires)).toBeGreaterThan(t.clock.now() + 900 * 365 * 86_400_000);
  await expect(t.clients.auth.deleteClient({ clientId: own.clientId })).rejects.toMatchObject({ code: 'InputError' });
  await expect(t.clients.auth.resetAccessToken({ clientId: own.clientId })).rejects.toMatchObject({ code: 'InputError' });
  expect((await t.clients.auth.getEntityHistory({ entityType: 'client', entityId: own.clientId })).auditHistory).toEqual([]);
});

test('the tokens of the built-in clients can be configured, root’s too', async () => {
  const t = await open([...everyBuiltIn, own]);
  const root = everyBuiltIn.find(({ clientId }) => clientId.endsWith('/root'));
  expect(t.credentials).toEqual(root);
  const hooks = everyBuiltIn.find(({ clientId }) => clientId.endsWith('/hooks'));
  const { expandScopes } = signedBy(t, String(hooks?.clientId), String(hooks?.accessToken));
  await expect(expandScopes({}, { scopes: [] })).rejects.toMatchObject({ status: 403 });
});

test('a configuration with mistakes stops the start, all of them are told, and none shows a token', async () => {
  const start = testPlatform(inject('postgres'), {
    STATIC_CLIENTS: JSON.stringify([...everyBuiltIn.slice(1), { ...own, accessToken: 'too-short-a-token' }, { ...own, scopes: undefined }]),
  });
  const message = await start.then(
    () => 'it started',
    (err: Error) => err.message,
  );
  expect(message).toContain('STATIC_CLIENTS=(hidden)');
  for (const part of ['root is missing', 'static/ci needs an accessToken', 'static/ci needs scopes', 'static/ci is there more than once'])
    expect(message).toContain(part);
  expect(message).not.toContain('too-short-a-token');
  for (const { accessToken } of [...everyBuiltIn, own]) expect(message).not.toContain(accessToken);
});

test('two different tokens for root are a mistake', async () => {
  const start = open(everyBuiltIn, { ROOT_ACCESS_TOKEN: 'another-token-0123456789' });
  await expect(start).rejects.toThrow(/ROOT_ACCESS_TOKEN and STATIC_CLIENTS give static\/taskcluster\/root different access tokens/);
});

test('the scopes of a service’s own client are those of now: a role that is made while the process runs counts', async () => {
  let platform: Platform | undefined;
  const services = allServices().map((service) =>
    service.contract.service === 'events'
      ? { ...service, create: (...given: Parameters<typeof service.create>) => ((platform = given[0]), service.create(...given)) }
      : service,
  );
  const t = await testPlatform(inject('postgres'), {}, { services });
  onTestFinished(() => t.close());
  const hooks = platform?.clientOf(auth, 'hooks');
  await expect(hooks?.currentScopes({})).rejects.toMatchObject({ status: 403 });
  await t.clients.auth.createRole({ roleId: 'hook-id:*' }, { description: '', scopes: ['auth:current-scopes'] });
  await t.clients.auth.createRole({ roleId: 'anonymous' }, { description: '', scopes: ['open:*'] });
  const { scopes } = (await hooks?.currentScopes({})) ?? { scopes: [] };
  expect(scopes).toEqual(expect.arrayContaining(['auth:current-scopes', 'queue:create-task:*', 'open:*']));
  await t.clients.auth.deleteRole({ roleId: 'hook-id:*' });
  await expect(hooks?.currentScopes({})).rejects.toMatchObject({ status: 403 });
});

/** What auth lets be written: rules W1 to W4. */
import { type Client, type Credentials, http } from '@taskcluster/client';
import { auth } from '@taskcluster/contracts';
import { type TestPlatform, testPlatform } from '@taskcluster/server/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { inHours, slugid } from './samples.ts';

let t: TestPlatform;
beforeAll(async () => {
  t = await testPlatform(inject('postgres'));
});
afterAll(() => t.close());

const body = (...scopes: readonly string[]) => ({ description: '', expires: inHours(24), scopes: [...scopes] });
const role = (...scopes: readonly string[]) => ({ description: '', scopes: [...scopes] });
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    (err: { readonly code?: string }) => err.code ?? 'a fault',
  );
/** Somebody with these scopes. */
const somebody = async (...scopes: readonly string[]): Promise<Client<typeof auth>> => {
  const { clientId, accessToken } = await t.clients.auth.createClient({ clientId: `writes/${slugid()}` }, body(...scopes));
  return http(auth, { rootUrl: t.rootUrl, credentials: { clientId, accessToken } satisfies Credentials });
};

describe('names and scopes', () => {
  test('of every allowed character can be written (W1+)', async () => {
    const clientId = `Aa0!@/:.+|_-${slugid()}`;
    expect(await outcome(t.clients.auth.createClient({ clientId }, body('', ' ', '~', 'a*', '*')))).toBe('done');
    const roleId = ` !"#$%&'()+,-./09:;<=>?@AZ[]^_az{|}~${slugid()}*`;
    expect(await outcome(t.clients.auth.createRole({ roleId }, role('a:<..>')))).toBe('done');
    expect((await t.clients.auth.role({ roleId })).scopes).toEqual(['a:<..>']);
  });

  test.each(['a b', 'a*', 'a\nb', 'caf\u00e9', 'a"b', 'a\\b', 'a,b'])('%j is no clientId (W1-)', async (clientId) =>
    expect(await outcome(t.clients.auth.createClient({ clientId }, body()))).toBe('InvalidRequestArguments'),
  );
  test.each(['a\nb', 'caf\u00e9', '\u007f'])('%j is no roleId (W1-)', async (roleId) =>
    expect(await outcome(t.clients.auth.createRole({ roleId }, role()))).toBe('InvalidRequestArguments'),
  );
  test.each(['a**', '**', 'a\nb', 'caf\u00e9'])('%j is no scope to write (W1-)', async (scope) => {
    const [clientId, roleId] = [`writes/${slugid()}`, `writes:${slugid()}`];
    expect(await outcome(t.clients.auth.createClient({ clientId }, body(scope)))).toMatch(/^Input/);
    expect(await outcome(t.clients.auth.createRole({ roleId }, role(scope)))).toMatch(/^Input/);
    await t.clients.auth.createClient({ clientId }, body());
    await t.clients.auth.createRole({ roleId }, role());
    expect(await outcome(t.clients.auth.updateClient({ clientId }, body(scope)))).toMatch(/^Input/);
    expect(await outcome(t.clients.auth.updateRole({ roleId }, role(scope)))).toMatch(/^Input/);
  });
});

describe('whoever writes', () => {
  test('gives only what they have (W2+), nothing else (W2-)', async () => {
    const writer = await somebody('auth:create-client:writes/mine/*', 'own:*');
    const clientId = `writes/mine/${slugid()}`;
    expect(await outcome(writer.createClient({ clientId }, body('own:this')))).toBe('done');
    expect(await outcome(writer.createClient({ clientId: `${clientId}x` }, body('own:this', 'other')))).toBe('InsufficientScopes');
    expect(await outcome(writer.createClient({ clientId: `writes/${slugid()}` }, body()))).toBe('InsufficientScopes');
  });

  test('needs only what is added to a client, as it is written (W2+, W2-)', async () => {
    const clientId = `writes/${slugid()}`;
    await t.clients.auth.createClient({ clientId }, body('theirs:*', 'more'));
    const writer = await somebody(`auth:update-client:${clientId}`);
    expect(await outcome(writer.updateClient({ clientId }, body('theirs:*')))).toBe('done');
    // Narrower, but another text.
    expect(await outcome(writer.updateClient({ clientId }, body('theirs:one')))).toBe('InsufficientScopes');
    expect(await outcome(writer.updateClient({ clientId }, body('theirs:*', 'more')))).toBe('InsufficientScopes');
  });

  test('needs only what a role did not give before, other roles included (W2+, W2-)', async () => {
    const id = slugid();
    await t.clients.auth.createRole({ roleId: `writes:inner:${id}` }, role('inner:*'));
    await t.clients.auth.createRole({ roleId: `writes:${id}` }, role(`assume:writes:inner:${id}`, 'theirs:*'));
    const writer = await somebody(`auth:update-role:writes:${id}`);
    const update = (...scopes: readonly string[]) => outcome(writer.updateRole({ roleId: `writes:${id}` }, role(...scopes)));
    expect(await update('theirs:*', 'theirs:one', 'inner:one', `assume:writes:inner:${id}`)).toBe('done');
    expect(await update('theirs:one', 'inner:one')).toBe('done');
    expect(await update('theirs:two')).toBe('InsufficientScopes');
  });

  test('does not touch what the configuration says (W2-)', async () => {
    const [clientId, { auth: client }] = ['static/taskcluster/root', t.clients];
    const refused = [
      client.createClient({ clientId }, body()),
      client.updateClient({ clientId }, body()),
      client.resetAccessToken({ clientId }),
      client.enableClient({ clientId }),
      client.disableClient({ clientId }),
      client.deleteClient({ clientId }),
    ];
    expect(await Promise.all(refused.map(outcome))).toEqual(refused.map(() => 'InputError'));
    expect((await client.client({ clientId })).disabled).toBe(false);
  });
});

describe('roles', () => {
  test('may give each other along a line (W3+), and not in a circle (W3-)', async () => {
    const id = slugid();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `writes:${name}:${id}`) as [string, string, string];
    expect(await outcome(t.clients.auth.createRole({ roleId: a }, role(`assume:${b}`)))).toBe('done');
    expect(await outcome(t.clients.auth.createRole({ roleId: b }, role(`assume:${c}`)))).toBe('done');
    expect(await outcome(t.clients.auth.createRole({ roleId: c }, role(`assume:${a}`)))).toBe('InputError');
    expect(await outcome(t.clients.auth.createRole({ roleId: c }, role('end')))).toBe('done');
    expect(await outcome(t.clients.auth.updateRole({ roleId: c }, role(`assume:writes:a:*`)))).toBe('InputError');
    expect(await outcome(t.clients.auth.createRole({ roleId: `writes:self:${id}` }, role(`assume:writes:self:${id}`)))).toBe('InputError');
  });
});

describe('an access token', () => {
  test('is told when it is made (W4+), and never again (W4-)', async () => {
    const clientId = `writes/${slugid()}`;
    const { auth: client } = t.clients;
    const { accessToken: first } = await client.createClient({ clientId }, body());
    const { accessToken: second } = await client.resetAccessToken({ clientId });
    expect([first, second].every((token) => /^[A-Za-z0-9_-]{44}$/.test(token))).toBe(true);
    expect(second).not.toBe(first);
    const later = [
      await client.client({ clientId }),
      await client.updateClient({ clientId }, body('a')),
      await client.disableClient({ clientId }),
      await client.enableClient({ clientId }),
      await client.listClients({ prefix: clientId }),
      await client.getEntityHistory({ entityType: 'client', entityId: clientId }),
    ];
    for (const token of [first, second, 'accessToken']) expect(JSON.stringify(later)).not.toContain(token);
  });
});

import { expect, test } from 'vitest';
import { builtInPrefix, builtInScopes } from './built-in.ts';
import { staticClientMistakes, staticClients } from './configured.ts';

const token = 'secret-token-0123456789';
const own = (changes: object = {}) => ({ clientId: 'static/ci', accessToken: token, scopes: ['a:*'], description: 'For CI.', ...changes });
const everyBuiltIn = Object.keys(builtInScopes).map((name) => ({ clientId: builtInPrefix + name, accessToken: token }));

test('the built-in clients are those of the specification', () => {
  const names = 'built-in-workers github hooks index notify object purge-cache queue root secrets web-server worker-manager';
  expect(Object.keys(builtInScopes).toSorted().join(' ')).toBe(names);
  expect(builtInScopes['web-server']).toHaveLength(17);
  expect(builtInScopes['web-server']).toContain('auth:reset-access-token:mozilla-auth0/*');
  expect(builtInScopes['worker-manager']).toHaveLength(14);
  expect(builtInScopes['github']).toHaveLength(14);
});

test.each([
  ['nothing', []],
  ['a client of the deployment’s own', [own()]],
  ['all built-in clients and another one', [...everyBuiltIn, own()]],
  ['a token of base64 with 66 characters', [own({ accessToken: 'aZ09+/'.repeat(11) })]],
])('%s is a good configuration', (_, value) => {
  expect(staticClientMistakes(value)).toEqual([]);
});

test.each([
  ['no list', {}, 'a list of'],
  ['null', null, 'a list of'],
  ['an entry that is a text', ['x'], 'entry 1 is not an object'],
  ['an id elsewhere', [own({ clientId: 'ci' })], 'entry 1 has no clientId that begins with static/'],
  ['no id at all', [own({ clientId: undefined })], 'entry 1 has no clientId'],
  ['an id with a star', [own({ clientId: 'static/*' })], 'entry 1 has no clientId'],
  ['an empty id', [own({ clientId: 'static/' })], 'entry 1 has no clientId'],
  ['an id of a million characters', [own({ clientId: `static/${'x'.repeat(1_000_000)}` })], 'entry 1 has no clientId'],
  ['a short token', [own({ accessToken: 'a'.repeat(21) })], 'static/ci needs an accessToken of 22 to 66'],
  ['a long token', [own({ accessToken: 'a'.repeat(67) })], 'static/ci needs an accessToken of 22 to 66'],
  ['a token with a line break', [own({ accessToken: `${token}\n` })], 'static/ci needs an accessToken'],
  ['no scopes', [own({ scopes: undefined })], 'static/ci needs scopes'],
  ['scopes that are a text', [own({ scopes: 'a' })], 'static/ci needs scopes'],
  ['a scope with a line break', [own({ scopes: ['a\n'] })], 'static/ci needs scopes'],
  ['a scope with two stars', [own({ scopes: ['a**'] })], 'static/ci has a scope that ends in more than one star'],
  ['no description', [own({ description: undefined })], 'static/ci needs a description'],
  ['a property that is not known', [own({ expires: 'never' })], 'static/ci has a property that is none of'],
  [
    'the name of a prototype',
    [JSON.parse(JSON.stringify(own()).replace('{', '{"__proto__": 1,'))],
    'static/ci has a property that is none of',
  ],
  ['the same client twice', [own(), own()], 'static/ci is there more than once'],
  [
    'scopes of a built-in client',
    [...everyBuiltIn.slice(1), { ...everyBuiltIn[0], scopes: [] }],
    'static/taskcluster/root must have no scopes',
  ],
  ['a built-in client that is missing', everyBuiltIn.slice(1), 'static/taskcluster/root is missing'],
  ['one built-in client alone', everyBuiltIn.slice(0, 1), 'static/taskcluster/worker-manager are missing'],
  [
    'a built-in client that there is not',
    [...everyBuiltIn, { clientId: 'static/taskcluster/constructor', accessToken: token }],
    'constructor is not a client of this platform',
  ],
])('%s is a mistake', (_, value, message) => {
  const mistakes = staticClientMistakes(value).join('; ');
  expect(mistakes).toContain(message);
  expect(mistakes).not.toContain(token);
});

test('all mistakes are told at once, and none of them shows a token, wherever it was put', () => {
  const mistakes = staticClientMistakes([own({ clientId: token, accessToken: 'static/ci' }), own({ [token]: 1, scopes: [1] }), token]);
  expect(mistakes).toHaveLength(5);
  expect(mistakes.join()).not.toContain(token);
});

test('without an entry for them the built-in clients have derived tokens; with entries, those that are configured', () => {
  const derived = staticClients([own()], (name) => `derived-${name}`);
  expect(derived.find((c) => c.clientId === 'static/taskcluster/hooks')).toMatchObject({
    accessToken: 'derived-hooks',
    scopes: ['assume:hook-id:*', 'notify:email:*', 'queue:create-task:*'],
  });
  expect(derived.at(-1)).toEqual(own());
  const configured = staticClients(everyBuiltIn, () => 'derived');
  expect(configured).toHaveLength(everyBuiltIn.length);
  expect(configured.every((c) => c.accessToken === token)).toBe(true);
});

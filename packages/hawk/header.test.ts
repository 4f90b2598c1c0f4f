/** The header scheme: rules A1, A2, H1 to H9 and what made the original accept too much (P1, P3, P6, P7, P9). */
import { expect, test } from 'vitest';
import { authorityOf, client, granted, header, MINUTE, NOW, refused, request } from './fixtures.ts';
import type { Twist } from './fixtures.ts';
import { authenticate } from './index.ts';

const alice = client('alice', ['a:*']);
const authority = authorityOf([alice]);
const ask = (twist: Twist = {}, more = {}) => authenticate(request(header('alice', twist), more), authority);
const seconds = (ms: number) => String((NOW + ms) / 1000);

test('a correctly signed request is accepted (H3+, H8+, H9+)', () => {
  const answer = granted(ask());
  expect(answer).toMatchObject({ status: 'auth-success', scheme: 'hawk', clientId: 'alice', expires: alice.expires });
  expect(answer.scopes).toEqual(['a:*', 'assume:anonymous']);
  expect(answer).not.toHaveProperty('hash');
});

test.each<[string, Twist, object?]>([
  ['the method in any case', { method: 'GET' }, { method: 'GET' }],
  ['the host in any case', {}, { host: 'TC.Example.COM' }],
  ['a POST', { method: 'POST' }, { method: 'post' }],
  ['a query that is signed as sent', { resource: '/a%2Fb?c=%20&d' }, { resource: '/a%2Fb?c=%20&d' }],
  ['another port', { port: 8080 }, { port: 8080 }],
  ['a clock 15 minutes behind (H6+)', { ts: seconds(-15 * MINUTE) }],
  ['a clock 15 minutes ahead', { ts: seconds(15 * MINUTE) }],
  ['the scheme in small letters (H1+)', { scheme: 'hawk' }],
  ['more spaces behind the scheme', { scheme: 'HAWK  ' }],
  ['app', { app: 'my-app' }],
  ['app and dlg (H2+)', { app: 'my-app', dlg: 'someone' }],
  ['any printable nonce', { nonce: "a b!#$%&'()*+,-./:;<=>?@[]^`{|}~" }],
  ['an empty ext', { ext: '' }],
  ['an ext without anything', { ext: {} }],
  ['unknown keys in ext (E1+)', { ext: { future: { x: 1 } } }],
  ['property names in ext', { ext: JSON.parse('{"__proto__": {"authorizedScopes": ["nope"]}, "constructor": 1}') }],
])('accepted: %s', (_, twist, more) => expect(granted(ask(twist, more)).clientId).toBe('alice'));

test.each<[string, Twist, object, RegExp]>([
  ['another key (H3-)', { key: 'wrong' }, {}, /^Unauthorized: Bad mac/],
  ['another method', { method: 'POST' }, {}, /Bad mac/],
  ['another path', {}, { resource: '/y?y=z' }, /Bad mac/],
  ['another query', {}, { resource: '/x?y=zz' }, /Bad mac/],
  ['no query', {}, { resource: '/x' }, /Bad mac/],
  ['another host', {}, { host: 'other.example.com' }, /Bad mac/],
  ['another port', {}, { port: 80 }, /Bad mac/],
  ['a mac of another length', { mac: 'AAAA' }, {}, /Bad mac/],
  ['an app that was not signed', { extra: ', app="x"' }, {}, /Bad mac/],
  ['a hash that was not signed (H7-)', { extra: ', hash="x"' }, {}, /Bad mac/],
  ['an ext that was not signed', { extra: ', ext="e30="' }, {}, /Bad mac/],
  ['a dlg that was not signed', { app: 'a', extra: ', dlg="x"' }, {}, /Bad mac/],
  ['a dlg without app, which no MAC covers', { extra: ', dlg="x"' }, {}, /dlg/],
  ['a clock more than 15 minutes behind (H6-)', { ts: seconds(-15 * MINUTE - 1000) }, {}, /Stale timestamp/],
  ['a clock more than 15 minutes ahead', { ts: seconds(15 * MINUTE + 1000) }, {}, /Stale timestamp/],
  ['no id (H2-)', { omit: ['id'] }, {}, /lacks/],
  ['no ts', { omit: ['ts'] }, {}, /lacks/],
  ['no nonce', { omit: ['nonce'] }, {}, /lacks/],
  ['no mac', { omit: ['mac'] }, {}, /lacks/],
  ['an unknown attribute (H1-)', { extra: ', foo="bar"' }, {}, /unknown attribute/],
  ['a property name as an attribute', { extra: ', __proto__="bar"' }, {}, /unknown attribute/],
  ['an attribute twice', { extra: ', nonce="n0nce"' }, {}, /twice/],
  ['an attribute without a value', { extra: ', ext=""' }, {}, /no proper value/],
  ['a backslash in a value', { nonce: 'a\\b' }, {}, /no proper value/],
  ['a line break in a value', { nonce: 'a\nb' }, {}, /no proper value/],
  ['a value outside ASCII', { nonce: 'caf\u00e9' }, {}, /no proper value/],
  ['text behind the attributes', { extra: ' more' }, {}, /list/],
  ['a comma at the end', { extra: ',' }, {}, /list/],
  ['an unquoted value', { extra: ', ext=abc' }, {}, /list/],
  ['a quote that does not end', { extra: ', ext="abc' }, {}, /list/],
  ['another scheme', { scheme: 'Bearer' }, {}, /scheme/],
  ['a scheme that only begins like it', { scheme: 'Hawks' }, {}, /scheme/],
  ['more than 4,096 characters (H1-, P9)', { nonce: 'n'.repeat(4096) }, {}, /longer than 4096/],
])('refused: %s', (_, twist, more, message) => expect(refused(ask(twist, more))).toMatch(message));

test('a refusal says why, and nothing else (H9-)', () => expect(Object.keys(ask({ key: 'wrong' }))).toEqual(['status', 'message']));

test('whoever has the key is told that the time is wrong (H4+)', () => expect(refused(ask({ ts: '1000' }))).toMatch(/Stale/));

test('whoever has not is told about the client, then about the key, whatever else is wrong (H4-)', () => {
  const everything = { ts: '1000', key: 'wrong', ext: { authorizedScopes: ['b'] } };
  expect(refused(ask(everything))).toMatch(/Bad mac/);
  expect(refused(authenticate(request(header('nobody', everything)), authority))).toMatch(/not found/);
  expect(refused(ask({ ts: '1000', ext: { authorizedScopes: ['b'] } }))).toMatch(/Stale/);
});

test.each(['Hawk', 'Hawk ', 'hawk\t', 'Basic dXNlcjpwYXNz', 'x', ' ', '"', 'Hawk id', 'Hawk ,', 'Hawk =""', 'Hawk id="alice"'])(
  '%j is refused (H8-)',
  (text) => expect(refused(authenticate(request(text), authority))).toMatch(/^(Unauthorized|Bad Request): /),
);

test.each(['never', 'NaN', 'Infinity', '-5', '1e10', '0x10', ' ', '12abc', '1788264000.5', '+1788264000', '1788264000000000', '١٢٣'])(
  'the timestamp %j is refused although it is signed (P3)',
  (ts) => expect(refused(ask({ ts }))).toMatch(/timestamp|value|Stale/),
);

test.each(['a\nb', 'alice\nissuer:root', 'a b', 'a*', 'a,b', 'caf\u00e9', 'a"b', '\u0000'])(
  'the clientId %j is not looked up (P6)',
  (id) => {
    const asked: string[] = [];
    const watching = {
      ...authority,
      findClient: (name: string) => {
        asked.push(name);
        return client(name, ['*']);
      },
    };
    const message = refused(authenticate(request(header(id)), watching));
    expect(message).not.toContain(id);
    expect(asked).toEqual([]);
  },
);

test.each(['__proto__', 'constructor', 'toString', 'nobody'])('the unknown client %s is not found (C1-)', (id) =>
  expect(refused(authenticate(request(header(id)), authority))).toMatch(/not found/i),
);

test.each<[string, string]>([
  ['text that is no JSON', '{not json'],
  ['null (P7)', 'null'],
  ['a number', '12'],
  ['a text', '"x"'],
  ['a list', '[]'],
  ['true', 'true'],
  ['nothing', ''],
])('an ext with %s is refused without an internal error (E1-)', (_, json) => {
  const ext = Buffer.from(json).toString('base64') || '====';
  const message = refused(ask({ ext }));
  expect(message).toMatch(/Failed to parse ext/);
  expect(message).not.toMatch(/cannot read|undefined|TypeError|token/i);
});

test('without any credentials the caller is nobody, with what the anonymous role grants, for 15 minutes', () => {
  const roles = authorityOf([], [{ roleId: 'anonymous', scopes: ['public:*'] }]);
  for (const authorization of [undefined, '']) {
    expect(authenticate(request(authorization), roles)).toEqual({
      status: 'no-auth',
      scheme: 'none',
      scopes: ['assume:anonymous', 'public:*'],
      expires: new Date(NOW + 15 * MINUTE),
    });
  }
});

test('the tolerance for clocks can be chosen', () => {
  const strict = { ...authority, skewMs: MINUTE };
  expect(refused(authenticate(request(header('alice', { ts: seconds(-2 * MINUTE) })), strict))).toMatch(/Stale/);
  expect(granted(authenticate(request(header('alice', { ts: seconds(-MINUTE) })), strict)).clientId).toBe('alice');
});

test('the replay key is the same for the same header only (H5+)', () => {
  const once = granted(ask({ nonce: 'one' })).replayKey;
  expect(once).toBeDefined();
  expect(granted(ask({ nonce: 'one' })).replayKey).toBe(once);
  expect(granted(ask({ nonce: 'two' })).replayKey).not.toBe(once);
  expect(granted(ask({ nonce: 'one', ts: seconds(1000) })).replayKey).not.toBe(once);
  expect(granted(ask({ nonce: 'one', method: 'POST' }, { method: 'post' })).replayKey).not.toBe(once);
});

test('a megabyte of anything is answered', () => {
  const mega = 1_000_000;
  const texts = ['a', '"', ' ', '=', ',', '\\', '\t', 'id="', '="', ', ', 'x="y", '].map((part) => part.repeat(mega / part.length));
  for (const text of texts) {
    expect(refused(authenticate(request(`Hawk ${text}`), authority))).toMatch(/4096/);
    expect(refused(ask({}, { resource: `/${text}` }))).toMatch(/Bad mac/);
    expect(refused(ask({}, { host: text }))).toMatch(/Bad mac/);
    expect(refused(authenticate(request(undefined, { resource: `/?bewit=${text}` }), authority))).toMatch(/4096/);
  }
});

test('an error of the authority is not taken for a refusal', () => {
  const broken = {
    ...authority,
    findClient: () => {
      throw new Error('the database is gone');
    },
  };
  expect(() => authenticate(request(header('alice')), broken)).toThrow('the database is gone');
});

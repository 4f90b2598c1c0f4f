/** Signed URLs: rules A1, B1 to B6, and P5, P6 and P10. */
import { expect, test } from 'vitest';
import { authorityOf, bewit, client, granted, header, MINUTE, NOW, refused, request, temporary } from './fixtures.ts';
import type { Twist } from './fixtures.ts';
import { authenticate } from './index.ts';

const alice = client('alice', ['a:*', 'auth:create-client:temp/*']);
const authority = authorityOf([alice]);
const get = (resource: string, more = {}) => authenticate(request(undefined, { resource, ...more }), authority);
const token = (twist: Twist = {}) => bewit('alice', twist).split('bewit=')[1]!;

test('a simple bewit is accepted, as scheme hawk, without hash and replay key (B3+)', () => {
  const answer = granted(get(bewit('alice')));
  expect(answer).toEqual({
    status: 'auth-success',
    scheme: 'hawk',
    clientId: 'alice',
    scopes: ['a:*', 'assume:anonymous', 'auth:create-client:temp/*'],
    expires: alice.expires,
  });
});

test.each<[string, string, string, object?]>([
  ['as the only parameter (A1+)', '/p', `/p?bewit=${token({ resource: '/p' })}`],
  ['behind others', '/p?a=1', `/p?a=1&bewit=${token({ resource: '/p?a=1' })}`],
  ['before others (B4+)', '/p?a=1&b', `/p?bewit=${token({ resource: '/p?a=1&b' })}&a=1&b`],
  ['between others (B1+)', '/p?a=1&b=2', `/p?a=1&bewit=${token({ resource: '/p?a=1&b=2' })}&b=2`],
  ['before an empty rest', '/p', `/p?bewit=${token({ resource: '/p' })}&`],
  ['for HEAD (B2+)', '/p', `/p?bewit=${token({ resource: '/p' })}`, { method: 'head' }],
  ['for GET in capitals', '/p', `/p?bewit=${token({ resource: '/p' })}`, { method: 'GET' }],
  ['beside a parameter that only ends like it', '/p?xbewit=1', bewit('alice', { resource: '/p?xbewit=1' })],
])('accepted: %s', (_, _signed, resource, more) => expect(granted(get(resource, more)).clientId).toBe('alice'));

test('a bewit may be valid for very long (B5+)', () => {
  expect(granted(get(bewit('alice', { exp: '999999999999' }))).clientId).toBe('alice');
});

test('it expires exactly at its second (B5-)', () => {
  expect(refused(get(bewit('alice', { exp: String(NOW / 1000) })))).toMatch(/expired/);
  expect(granted(get(bewit('alice', { exp: String(NOW / 1000 + 1) }))).clientId).toBe('alice');
  expect(refused(get(bewit('alice', { exp: String(NOW / 1000 - 5) })))).toMatch(/expired/i);
});

test.each<[string, string, object, RegExp]>([
  ['another key', bewit('alice', { key: 'wrong' }), {}, /Bad mac/],
  ['another method than GET signed', bewit('alice', { method: 'HEAD' }), {}, /Bad mac/],
  ['another path', `/other?bewit=${token()}`, {}, /Bad mac/],
  ['another query (B4-)', `/x?y=2&bewit=${token()}`, {}, /Bad mac/],
  ['another host', bewit('alice'), { host: 'other' }, /Bad mac/],
  ['another port', bewit('alice'), { port: 80 }, /Bad mac/],
  ['POST (B2-, P10)', bewit('alice'), { method: 'post' }, /Invalid method/],
  ['DELETE', bewit('alice'), { method: 'delete' }, /Invalid method/],
  ['an empty bewit', '/x?bewit=', {}, /Empty bewit/],
  ['odd characters', '/x?bewit=%24%24%24', {}, /Invalid bewit encoding/],
  ['padding', `/x?bewit=${token()}==`, {}, /Invalid bewit encoding/],
  ['plain base64', '/x?bewit=ab+/', {}, /Invalid bewit encoding/],
  ['a bogus bewit', `/x?bewit=${Buffer.from('bogus').toString('base64url')}`, {}, /Invalid bewit structure/],
  ['three parts (B3-)', bewit('alice', { parts: ['alice', '1', 'm'] }), {}, /Invalid bewit structure/],
  ['five parts', bewit('alice', { parts: ['alice', '1', 'm', '', ''] }), {}, /Invalid bewit structure/],
  ['no id', bewit('alice', { parts: ['', '1', 'm', ''] }), {}, /Invalid bewit structure/],
  ['no end', bewit('alice', { parts: ['alice', '', 'm', ''] }), {}, /Invalid bewit structure/],
  ['no mac', bewit('alice', { parts: ['alice', '1', '', ''] }), {}, /Invalid bewit structure/],
  ['an end that is no number (P5)', bewit('alice', { exp: 'never' }), {}, /Invalid bewit structure/],
  ['an end with text behind it (P5)', bewit('alice', { exp: `${NOW / 1000 + 600}x` }), {}, /Invalid bewit structure/],
  ['an end in another notation', bewit('alice', { exp: '9e11' }), {}, /Invalid bewit structure/],
  ['an unknown client', bewit('nobody'), {}, /not found/i],
  ['an unknown client with a property name', bewit('__proto__'), {}, /not found/i],
  ['a client with a line break (P6)', bewit('alice\nissuer:foo'), {}, /clientId/],
  ['an ext that is no JSON', bewit('alice', { ext: 'AAAA' }), {}, /ext/],
  ['two bewits', `${bewit('alice')}&bewit=${token()}`, {}, /two bewits/],
  ['a URL of more than 4,096 characters (B2-)', bewit('alice', { resource: `/${'x'.repeat(4096)}` }), {}, /longer than 4096/],
])('refused: %s', (_, resource, more, message) => expect(refused(get(resource, more))).toMatch(message));

test('a header and a bewit together are refused (A1-)', () => {
  const resource = bewit('alice');
  const both = request(header('alice', { resource }), { resource });
  expect(refused(authenticate(both, authority))).toMatch(/twice/);
});

test.each(['/bewit=x', '/a&bewit=x', '/x?xbewit=y', '/x?a=?bewit=y', '/x?Bewit=y', '/x?bewits=y', '/x?bewit'])(
  '%s has no bewit (B1-)',
  (resource) => {
    expect(get(resource).status).toBe('no-auth');
    expect(granted(authenticate(request(header('alice', { resource }), { resource }), authority)).clientId).toBe('alice');
  },
);

test('a bewit can carry authorizedScopes, within what the client has (B6-)', () => {
  expect(granted(get(bewit('alice', { ext: { authorizedScopes: ['a:b'] } }))).scopes).toEqual(['a:b', 'assume:anonymous']);
  expect(refused(get(bewit('alice', { ext: { authorizedScopes: ['b'] } })))).toMatch(/authorizedScopes/);
});

test('a bewit can carry a certificate, named or not, also with authorizedScopes (B6+, E20+)', () => {
  const plain = temporary('alice', ['a:x', 'a:y']);
  expect(granted(get(bewit('alice', plain))).scopes).toEqual(['a:x', 'a:y', 'assume:anonymous']);
  const narrowed = { key: plain.key, ext: { ...plain.ext, authorizedScopes: ['a:x'] } };
  expect(granted(get(bewit('alice', narrowed))).scopes).toEqual(['a:x', 'assume:anonymous']);
  const named = temporary('alice', ['a:x', 'a:y'], { name: 'temp/1' });
  const answer = granted(get(bewit('temp/1', { key: named.key, ext: { ...named.ext, authorizedScopes: ['a:y'] } })));
  expect(answer).toMatchObject({ clientId: 'temp/1', scopes: ['a:y', 'assume:anonymous'], expires: new Date(NOW + 60 * MINUTE) });
  expect(refused(get(bewit('temp/1', { key: 'wrong', ext: named.ext })))).toMatch(/Bad mac/);
});

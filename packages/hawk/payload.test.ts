/** The hash of the body: rules A5, H7 and P8. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { authorityOf, client, granted, header, request } from './fixtures.ts';
import { authenticate, payloadHash, payloadHashMatches } from './index.ts';

const sha = (text: string) => createHash('sha256').update(text).digest('base64');

test.each<[string, string | Buffer, string | undefined, string]>([
  ['JSON', '{"a":1}', 'application/json', 'hawk.1.payload\napplication/json\n{"a":1}\n'],
  ['bytes', Buffer.from('{"a":"\u00e9"}'), 'application/json', 'hawk.1.payload\napplication/json\n{"a":"\u00e9"}\n'],
  ['parameters of the type', 'x', 'application/json; charset=utf-8', 'hawk.1.payload\napplication/json\nx\n'],
  ['capitals and spaces', 'x', '  Application/JSON ;q=1', 'hawk.1.payload\napplication/json\nx\n'],
  ['nothing, as the Python client sends with GET', '', undefined, 'hawk.1.payload\n\n\n'],
  ['an empty type', '', '', 'hawk.1.payload\n\n\n'],
])('%s: the hash covers the media type and the body (A5+)', (_, body, type, hashed) => {
  expect(payloadHash(body, type)).toBe(sha(hashed));
  expect(payloadHashMatches(sha(hashed), body, type)).toBe(true);
});

test.each<[string, string]>([
  ['of another body', payloadHash('{"a":2}', 'application/json')],
  ['of another type', payloadHash('{"a":1}', 'text/plain')],
  ['of another length (P8)', 'short'],
  ['that is empty', ''],
  ['with text behind it', `${payloadHash('{"a":1}', 'application/json')}=`],
  ['of other characters of the same length', '\u00e9'.repeat(44)],
])('a hash %s does not match (A5-)', (_, hash) => expect(payloadHashMatches(hash, '{"a":1}', 'application/json')).toBe(false));

test('the hash is covered by the signature and returned as it is, for whoever has the body (H7+)', () => {
  const authority = authorityOf([client('alice', [])]);
  expect(granted(authenticate(request(header('alice', { hash: 'short' })), authority)).hash).toBe('short');
  expect(authenticate(request(header('alice', { hash: 'short' }).replace('short', 'other')), authority).status).toBe('auth-failed');
});

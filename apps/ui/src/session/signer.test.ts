import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { headerAt, macOf, signedUrlUntil } from './signer.ts';

test('the example of the Hawk specification has the signature that it gives', () => {
  const mac = macOf({
    type: 'header',
    key: 'werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn',
    ts: '1353832234',
    nonce: 'j4h3g2',
    method: 'GET',
    url: new URL('http://example.com:8000/resource/1?b=1&a=2'),
    ext: 'some-app-ext-data',
  });
  expect(mac).toBe('6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=');
});

test('temporary credentials put their certificate into ext, and ext into the signature', () => {
  const certificate = { version: 1, scopes: ['*'], seed: 'ä' };
  const header = headerAt({
    credentials: { clientId: 'me', accessToken: 'secret', certificate: JSON.stringify(certificate) },
    method: 'post',
    url: 'https://tc.example.com/api/queue/v1/ping?a=%2F',
    ts: '1700000000',
    nonce: 'abc',
  });
  const ext = Buffer.from(JSON.stringify({ certificate })).toString('base64');
  const signed = ['hawk.1.header', '1700000000', 'abc', 'POST', '/api/queue/v1/ping?a=%2F', 'tc.example.com', '443', '', ext, ''].join(
    '\n',
  );
  const mac = createHmac('sha256', 'secret').update(signed).digest('base64');
  expect(header).toBe(`Hawk id="me", ts="1700000000", nonce="abc", ext="${ext}", mac="${mac}"`);
});

test('a signed URL carries its end, its signature and nothing else', () => {
  const url = signedUrlUntil('http://localhost:8080/api/queue/v1/task/x?a=1', { clientId: 'me', accessToken: 'secret' }, 1_700_000_900);
  const bewit = Buffer.from(new URL(url).searchParams.get('bewit')!, 'base64url').toString();
  const signed = ['hawk.1.bewit', '1700000900', '', 'GET', '/api/queue/v1/task/x?a=1', 'localhost', '8080', '', '', ''].join('\n');
  expect(bewit).toBe(`me\\1700000900\\${createHmac('sha256', 'secret').update(signed).digest('base64')}\\`);
  expect(url.startsWith('http://localhost:8080/api/queue/v1/task/x?a=1&bewit=')).toBe(true);
});

/** The address that was signed: rule A2. */
import { expect, test } from 'vitest';
import { signedAddress } from './index.ts';
import type { IncomingHeaders } from './index.ts';

test.each<[IncomingHeaders, string, number]>([
  [{ host: 'tc.example.com' }, 'tc.example.com', 80],
  [{ host: 'tc.example.com:8080' }, 'tc.example.com', 8080],
  [{ host: ' tc.example.com ' }, 'tc.example.com', 80],
  [{ host: '[::1]:8080' }, '[::1]', 8080],
  [{ host: '[::1]' }, '[::1]', 80],
  [{ host: '127.0.0.1:80' }, '127.0.0.1', 80],
  [{ host: 'h:8080', 'x-forwarded-port': '443' }, 'h', 443],
  [{ host: 'h:8080', 'x-forwarded-port': ['444', '445'] }, 'h', 444],
  [{ host: 'h:8080', 'x-forwarded-port': '444, 445' }, 'h', 444],
  [{ host: 'h:8080', 'x-forwarded-proto': 'https' }, 'h', 443],
  [{ host: 'h:8080', 'x-forwarded-proto': 'https, http' }, 'h', 443],
  [{ host: 'h:8080', 'x-forwarded-proto': 'http' }, 'h', 8080],
  [{ host: 'h:8080', 'x-forwarded-port': '9', 'x-forwarded-proto': 'https' }, 'h', 9],
  [{ host: 'h:8080', 'x-forwarded-port': 'nine' }, 'h', 8080],
  [{ host: 'h', 'x-forwarded-port': '' }, 'h', 80],
])('%j was signed for %s port %d (A2+)', (headers, host, port) => expect(signedAddress(headers)).toEqual({ host, port }));

test('without a port an encrypted connection is on 443', () => {
  expect(signedAddress({ host: 'h' }, true)).toEqual({ host: 'h', port: 443 });
  expect(signedAddress({ host: 'h:444' }, true)).toEqual({ host: 'h', port: 444 });
});

test.each(['', ' ', ':80', 'h:', 'h:port', 'h:123456', 'a:b:c', '::1', '[::1', 'x'.repeat(1_000_000), ':'.repeat(1_000_000)])(
  'a malformed Host fits no signature (A2-)',
  (host) => expect(signedAddress({ host })).toEqual({ host: '', port: 0 }),
);

test('a request without Host fits no signature', () => expect(signedAddress({})).toEqual({ host: '', port: 0 }));

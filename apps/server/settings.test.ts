import { loadConfig } from '@taskcluster/config';
import { expect, inject, test } from 'vitest';
import { checkSettings } from './platform.ts';
import { settings } from './settings.ts';
import { testPlatform } from './testing.ts';

test('connections are kept for as long as the settings say, in seconds unless they name a unit', async () => {
  expect(loadConfig(settings, {}).keepAliveMs).toBe(90_000);
  const platform = await testPlatform(inject('postgres'), { KEEP_ALIVE_TIMEOUT_SECONDS: '620' });
  const answer = await fetch(`${platform.rootUrl}/__lbheartbeat__`);
  await platform.close();
  expect(answer.headers.get('keep-alive')).toBe('timeout=620');
});

test.each([
  'tc.example.com',
  'tc.example.com:8080',
  'https://tc.example.com/tc',
  'https://tc.example.com?',
  'https://tc.example.com/#x',
  'https://tc.example.com?a=b',
  'https://user:password@tc.example.com',
  'ftp://tc.example.com',
  'https://',
  'https://a b',
])('%s is no root URL, and is refused with the other mistakes', (rootUrl) => {
  expect(() => checkSettings({ TASKCLUSTER_ROOT_URL: rootUrl, DRAIN_TIMEOUT: 'soon' })).toThrow(
    /2 mistakes[^]*TASKCLUSTER_ROOT_URL=.*an address such as https:\/\/tc\.example\.com was expected[^]*DRAIN_TIMEOUT/,
  );
});

test.each([
  ['https://tc.example.com', 'https://tc.example.com'],
  ['https://tc.example.com/', 'https://tc.example.com'],
  ['http://localhost:8080//', 'http://localhost:8080'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
  ['', ''],
])('%j is the root URL %j', (given, read) => {
  expect(loadConfig(settings, { TASKCLUSTER_ROOT_URL: given }).rootUrl).toBe(read);
});

import { loadConfig } from '@taskcluster/config';
import { expect, inject, test } from 'vitest';
import { settings } from './settings.ts';
import { testPlatform } from './testing.ts';

test('connections are kept for as long as the settings say, in seconds unless they name a unit', async () => {
  expect(loadConfig(settings, {}).keepAliveMs).toBe(90_000);
  const platform = await testPlatform(inject('postgres'), { KEEP_ALIVE_TIMEOUT_SECONDS: '620' });
  const answer = await fetch(`${platform.rootUrl}/__lbheartbeat__`);
  await platform.close();
  expect(answer.headers.get('keep-alive')).toBe('timeout=620');
});

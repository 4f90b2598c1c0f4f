import { ConfigError, loadConfig } from '@taskcluster/config';
import { expect, test } from 'vitest';
import { metricsSetting } from './index.ts';

const read = (given: unknown) =>
  loadConfig({ metrics: metricsSetting }, { PROMETHEUS_CONFIG: typeof given === 'string' ? given : JSON.stringify(given) }).metrics;
const refusal = (given: unknown): string => {
  try {
    read(given);
  } catch (err) {
    expect(err).toBeInstanceOf(ConfigError);
    return (err as Error).message;
  }
  return '';
};
const push = { gateway: 'https://user:hunter2@push.example.com/base', jobName: 'taskcluster' };

test.each(['', {}, { prefix: 'x' }, { enabled: false, server: {} }])('%j is off', (given) => expect(read(given)).toBeUndefined());

test('a server is on 127.0.0.1:9100 unless told', () => {
  expect(read({ server: {} })).toEqual({ prefix: '', server: { ip: '127.0.0.1', port: 9100 } });
  expect(read({ enabled: true, prefix: 'acme', server: { ip: '::', port: 1 } })).toEqual({ prefix: 'acme', server: { ip: '::', port: 1 } });
});

test('a gateway is pushed to without groupings unless told', () => {
  expect(read({ push })).toEqual({ prefix: '', push: { ...push, groupings: {} } });
  expect(read({ push: { ...push, groupings: { instance: 'a' } } })?.push?.groupings).toEqual({ instance: 'a' });
});

test.each([
  ['{', 'a JSON object was expected'],
  ['[]', 'a JSON object was expected'],
  ['null', 'a JSON object was expected'],
  [{ servers: {} }, 'servers is not known'],
  ['{"__proto__": {"server": {}}}', '__proto__ is not known'],
  [{ prefix: '1x' }, 'prefix must be letters'],
  [{ prefix: 'a-b' }, 'prefix must be letters'],
  [{ enabled: 'yes' }, 'enabled must be true or false'],
  [{ server: 9100 }, 'server must be an object'],
  [{ server: { port: '9100' } }, 'server.port must be a whole number'],
  [{ server: { port: 65_536 } }, 'server.port must be a whole number'],
  [{ server: { ip: 'localhost' } }, 'server.ip must be an IP address'],
  [{ server: { host: '::' } }, 'server.host is not known'],
  [{ push: {} }, 'push.gateway is needed: an address such as http://pushgateway:9091; push.jobName is needed'],
  [{ push: { ...push, gateway: 'pushgateway:9091' } }, 'push.gateway is needed'],
  [{ push: { ...push, gateway: 'http://%zz@a' } }, 'push.gateway is needed'],
  [{ push: { ...push, gateway: 'http://a/?x=1' } }, 'push.gateway is needed'],
  [{ push: { ...push, groupings: { 'a-b': 'c' } } }, 'push.groupings must be'],
  [{ push: { ...push, groupings: { job: 'c' } } }, 'push.groupings must be'],
  [{ push: { ...push, groupings: { a: '' } } }, 'push.groupings must be'],
])('%j is refused, and says %s', (given, said) => expect(refusal(given)).toContain(said));

test('the password of a gateway is never shown', () => {
  expect(refusal({ push, server: 1 })).toContain('PROMETHEUS_CONFIG=(hidden)');
  for (const given of [{ push, server: 1 }, `${JSON.stringify({ push })}}`]) expect(refusal(given)).not.toContain('hunter2');
});

import { metrics } from '@taskcluster/contracts';
import { type Log, silentLog } from '@taskcluster/log';
import { on, once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createMetrics, pushMetrics, type PushOptions } from './index.ts';

const door = metrics({
  opened: { name: 'door_opened_total', type: 'counter', title: 'Opened', description: 'How often.', labels: { which: 'Which.' } },
});

interface Pushed {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A gateway that answers with these statuses, the last one for ever, and tells what it got. */
const openGateway = async (...statuses: readonly number[]) => {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const status = statuses[Math.min(count++, statuses.length - 1)] ?? 200;
      response.writeHead(status).end(status < 300 ? '' : 'the label is not good');
      server.emit('pushed', { line: `${request.method} ${request.url}`, headers: request.headers, body } satisfies Pushed);
    });
  });
  let count = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const pushes = on(server, 'pushed');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    next: async (): Promise<Pushed> => ((await pushes.next()).value as [Pushed])[0],
    count: () => count,
  };
};

const warnings: { err?: Error; host?: string }[] = [];
const log: Log = { ...silentLog, warn: (fields) => void warnings.push(fields) };

const start = (gateway: string, more: Partial<PushOptions> = {}) => {
  const registry = createMetrics([door]);
  const { opened } = registry.recorders(door);
  opened.add({ which: 'front' });
  const running = pushMetrics({ registry, gateway, jobName: 'taskcluster', groupings: {}, log, everyMs: 3_600_000, ...more });
  return { opened, ...running };
};

test('metrics are pushed at the start and at the end', async () => {
  const gateway = await openGateway();
  const pushing = start(`http://${gateway.address}`);
  const first = await gateway.next();
  expect(first.line).toBe('PUT /metrics/job/taskcluster');
  expect(first.headers).toMatchObject({ 'content-type': expect.stringMatching(/^text\/plain; version=0\.0\.4/) });
  expect(first.headers.authorization).toBeUndefined();
  expect(first.body).toContain('door_opened_total{which="front"} 1\n');
  pushing.opened.add({ which: 'front' });
  await pushing.stop();
  expect((await gateway.next()).body).toContain('door_opened_total{which="front"} 2\n');
  expect(gateway.count()).toBe(2);
});

test('metrics are pushed now and then', async () => {
  const gateway = await openGateway();
  const pushing = start(`http://${gateway.address}`, { everyMs: 5 });
  for (let i = 0; i < 4; i++) await gateway.next();
  await pushing.stop();
});

test('groupings are in the path, whatever they hold, and a password is in a header', async () => {
  const gateway = await openGateway();
  const groupings = { instance: 'a b', path: '/srv/x', up: '..' };
  const pushing = start(`http://me:hunter%402@${gateway.address}/base/`, { groupings });
  const { line, headers } = await gateway.next();
  expect(line).toBe('PUT /base/metrics/job/taskcluster/instance/a%20b/path@base64/L3Nydi94/up@base64/Li4');
  expect(headers.authorization).toBe(`Basic ${Buffer.from('me:hunter@2').toString('base64')}`);
  await pushing.stop();
});

test('a push that fails is logged without the password, and the next one is tried', async () => {
  const gateway = await openGateway(400, 200);
  warnings.length = 0;
  const pushing = start(`http://me:hunter2@${gateway.address}`);
  await gateway.next();
  await pushing.stop();
  await gateway.next();
  expect(warnings.map(({ err, host }) => [err?.message, host])).toEqual([
    ['The Pushgateway answered 400: the label is not good', gateway.address],
  ]);
  // Nobody listens on port 1.
  await start('http://me:hunter2@127.0.0.1:1').stop();
  expect(warnings).toHaveLength(3);
  for (const { err } of warnings) expect(`${err?.stack} ${String(err?.cause)}`).not.toContain('hunter2');
});

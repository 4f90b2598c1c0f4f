import { metrics } from '@taskcluster/contracts';
import { silentLog } from '@taskcluster/log';
import { expect, onTestFinished, test } from 'vitest';
import { createMetrics, serveMetrics } from './index.ts';

const door = metrics({
  opened: { name: 'door_opened_total', type: 'counter', title: 'Opened', description: 'How often.', labels: { which: 'Which.' } },
});

const open = async () => {
  const registry = createMetrics([door]);
  const server = await serveMetrics({ registry, ip: '127.0.0.1', port: 0, log: silentLog });
  onTestFinished(() => server.close());
  const ask = async (path: string, method = 'GET') => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };
  return { registry, server, ask };
};

test('a scrape gets what was recorded', async () => {
  const { registry, ask } = await open();
  registry.recorders(door).opened.add({ which: 'front' });
  const { status, type, text } = await ask('/metrics?x=1');
  expect(status).toBe(200);
  expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(text).toContain('door_opened_total{which="front"} 1\n');
});

test('who watches the process is told that it is well', async () => {
  const { ask } = await open();
  for (const path of ['/health', '/healthz']) expect(await ask(path)).toMatchObject({ status: 200, text: 'OK\n' });
});

test('HEAD has no body, and nothing else is there', async () => {
  const { ask } = await open();
  expect(await ask('/metrics', 'HEAD')).toMatchObject({ status: 200, text: '' });
  for (const path of ['/', '/metrics/', '/api/queue/v1/ping', '/health/x']) expect((await ask(path)).status).toBe(404);
  for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask('/metrics', method)).status).toBe(404);
});

test('metrics that cannot be written are a fault that is logged, and the server goes on', async () => {
  const errors: unknown[] = [];
  const log = { ...silentLog, error: (fields: object) => void errors.push(fields) };
  const err = new Error('no');
  const registry = { ...createMetrics([]), text: () => Promise.reject(err) };
  const server = await serveMetrics({ registry, ip: '127.0.0.1', port: 0, log });
  onTestFinished(() => server.close());
  expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).toBe(500);
  expect(errors).toEqual([{ err }]);
  expect((await fetch(`http://127.0.0.1:${server.port}/health`)).status).toBe(200);
});

test('a port that is taken is said with what to do', async () => {
  const { registry, server } = await open();
  await expect(serveMetrics({ registry, ip: '127.0.0.1', port: server.port, log: silentLog })).rejects.toThrow(
    `Metrics cannot be served on 127.0.0.1:${server.port}: that port is taken. Choose another "server" in PROMETHEUS_CONFIG.`,
  );
});

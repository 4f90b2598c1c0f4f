import { expect, inject, onTestFinished, test } from 'vitest';
import { freePort } from './free-port.ts';
import { testPlatform } from './testing.ts';

const open = async (config: object) => {
  const port = await freePort('127.0.0.1');
  const platform = await testPlatform(inject('postgres'), {
    PROMETHEUS_CONFIG: JSON.stringify({ server: { port }, ...config }),
  });
  onTestFinished(() => platform.close());
  /** Reads the metrics until a line is among them: what a request or a loop records comes just after it was answered. */
  const scrape = async (line: RegExp): Promise<string> => {
    for (;;) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      if (line.test(text)) return text;
    }
  };
  return { platform, port, scrape };
};

test('a platform serves what it measures: requests, background work and queues', async () => {
  const { platform, scrape } = await open({ prefix: 'acme' });
  await fetch(`${platform.rootUrl}/api/queue/v1/ping`);
  await fetch(`${platform.rootUrl}/api/queue/v1/task/nobody-may-see-this/status`);
  await fetch(`${platform.rootUrl}/api/queue/v1/no/such/path`);
  const counted = (status: number, name: string) =>
    `acme_http_requests_total{method="GET",name="${name}",status="${status}",service="queue"} 1`;
  await scrape(new RegExp(counted(200, 'ping')));
  const text = await scrape(new RegExp(counted(403, 'status')));
  expect(text).toContain('acme_http_request_duration_seconds_count{method="GET",name="ping",status="200",service="queue"} 1\n');
  expect(text).not.toContain('such');
  await scrape(/^acme_iterate_duration_seconds_count\{name="queue: metrics",status="success"\} 1$/m);
  expect(await scrape(/^# TYPE acme_queue_pending_tasks gauge$/m)).not.toMatch(/"exception"/);
  // There before anything was given up, so that the first one is seen to be one more.
  for (const consumer of ['index/completed-tasks', 'queue/removed-workers'])
    expect(text).toContain(`acme_messages_given_up_total{consumer="${consumer}"} 0\n`);
});

test('the server of metrics ends with the platform', async () => {
  const { platform, port } = await open({});
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  await platform.stop();
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

test('a platform whose port for metrics is taken does not start, and says why', async () => {
  const { port } = await open({});
  await expect(open({ server: { port } })).rejects.toThrow(`Metrics cannot be served on 127.0.0.1:${port}: that port is taken.`);
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silentLog } from '@taskcluster/log';
import { testPlatform, type TestPlatform } from '@taskcluster/server/testing';
import { type RunningWorker, startWorker } from '@taskcluster/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

// The example as a person runs it, with a package of its own in a registry of its own: every task really fetches, tests, measures and
// reports, and it does not matter whether the registry of the world answers today.

const queue = 'test/example';
let platform: TestPlatform;
let worker: RunningWorker;
let registry: Server;
let folder: string;
beforeAll(async () => {
  platform = await testPlatform(inject('postgres'));
  folder = await mkdtemp(join(tmpdir(), 'registry-'));
  registry = await serve(await publish(folder));
  const { rootUrl, credentials, dataDir } = platform;
  const identity = { taskQueueId: queue, workerGroup: 'test', workerId: 'test' };
  const environment = { ...process.env, NPM_CONFIG_REGISTRY: addressOf(registry), NPM_CONFIG_CACHE: join(folder, 'cache') };
  worker = startWorker({ ...identity, rootUrl, credentials, environment, capacity: 2, tasksDir: join(dataDir, 'tasks'), log: silentLog });
});
afterAll(async () => {
  await worker.stop();
  registry.close();
  await platform.close();
  await rm(folder, { recursive: true, force: true });
});

const files = {
  'package.json': JSON.stringify({ name: 'add-up', version: '1.3.0', scripts: { test: 'node test.js', bench: 'node bench.js' } }),
  'index.js': 'module.exports = (numbers) => numbers.reduce((sum, n) => sum + n, 0);',
  'test.js': "const assert = require('assert'); assert.equal(require('./index.js')([1, 2, 3]), 6); console.log('# pass  1');",
  'bench.js': "const add = require('./index.js'); console.time('x'); for (let i = 0; i < 1e5; i++) add([i, i]); console.timeEnd('x');",
};

/** Packs the package and answers the tarball. */
const publish = async (into: string): Promise<Buffer> => {
  const source = join(into, 'package');
  await mkdir(source);
  for (const [name, text] of Object.entries(files)) await writeFile(join(source, name), text);
  await promisify(execFile)('tar', ['-czf', join(into, 'add-up.tgz'), '-C', into, 'package']);
  return readFile(join(into, 'add-up.tgz'));
};

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A registry that knows one package. */
const serve = async (tarball: Buffer): Promise<Server> => {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', addressOf(server));
    if (pathname === '/add-up.tgz') return response.end(tarball);
    if (pathname !== '/add-up') return response.writeHead(404).end('{}');
    const version = { name: 'add-up', version: '1.3.0', dist: { tarball: `${addressOf(server)}/add-up.tgz` } };
    return response.end(JSON.stringify({ name: 'add-up', 'dist-tags': { latest: '1.3.0' }, versions: { '1.3.0': version } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

test('a published package is fetched, tested, linted, measured and reported on by tasks', async () => {
  const { rootUrl, credentials } = platform;
  const args = ['--package', 'add-up', '--version', '1.3.0', '--queue', queue, '--lint', 'node --check index.js'];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run.ts'), ...args], {
    env: {
      ...process.env,
      TASKCLUSTER_ROOT_URL: rootUrl,
      TASKCLUSTER_CLIENT_ID: credentials.clientId,
      TASKCLUSTER_ACCESS_TOKEN: credentials.accessToken,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  expect([code, code === 0 ? '' : output]).toEqual([0, '']);

  const taskGroupId = /Task group (\S+)/.exec(output)?.[1] ?? '';
  const { tasks } = await platform.clients.queue.listTaskGroup({ taskGroupId });
  expect(tasks.map((t) => t.status.state)).toEqual(Array.from({ length: 5 }, () => 'completed'));
  const report = await (await fetch(/Report [^:]*: (\S+)/.exec(output)?.[1] ?? '')).text();
  for (const part of ['add-up', '1.3.0', '# pass  1']) expect(report).toContain(part);
});

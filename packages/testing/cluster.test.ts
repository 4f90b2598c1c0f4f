import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startTestCluster } from './cluster.ts';

test('a cluster stands in a folder of its own, which stop removes', async () => {
  const cluster = await startTestCluster();
  onTestFinished(() => cluster.stop());
  const socket = decodeURIComponent(new URL(cluster.connectionString).hostname);
  expect(fs.existsSync(path.join(socket, '.s.PGSQL.5432'))).toBe(true);
  await Promise.all([cluster.stop(), cluster.stop()]);
  expect(fs.existsSync(socket)).toBe(false);
});

test('the folder of a run that was killed is removed by the next one', async () => {
  const forgotten = fs.mkdtempSync(path.join(os.tmpdir(), 'taskcluster-test-cluster-999999999-'));
  const cluster = await startTestCluster();
  onTestFinished(() => cluster.stop());
  expect(fs.existsSync(forgotten)).toBe(false);
});

test('a test run gives the cluster to its test files, and leaves nothing', { timeout: 30_000 }, async () => {
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const root = path.join(import.meta.dirname, 'fixture/cluster');
  const run = spawn(process.execPath, [vitest, 'run', '--configLoader', 'native', '--root', root], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void run.kill('SIGKILL'));
  const said = await text(run.stdout);
  const socket = /socket=(\S+)/.exec(said)?.[1] ?? said;
  expect(path.basename(path.dirname(path.dirname(socket)))).toBe('data');
  expect(fs.existsSync(path.dirname(path.dirname(path.dirname(socket))))).toBe(false);
});

import { sql } from '@taskcluster/db';
import { startWire } from '@taskcluster/db/testing';
import { type Log, silentLog } from '@taskcluster/log';
import { openTestDatabase } from '@taskcluster/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startPlatform } from './platform.ts';
import { stopInTime } from './stop.ts';

/** A log that keeps what did not end. */
const notebook = () => {
  const told: unknown[] = [];
  const log: Log = { ...silentLog, error: (fields) => void told.push((fields as { what?: unknown }).what), child: () => silentLog };
  return { told, log };
};

test('parts end one after the other; one that hangs and one that fails are named, and keep nobody from ending', async () => {
  const { told, log } = notebook();
  const ended: string[] = [];
  const good = (what: string) => ({ what, end: async () => void ended.push(what) });
  const hangs = { what: 'loops', end: () => new Promise<void>(() => {}) };
  const fails = { what: 'metrics', end: () => Promise.reject(new Error('no')) };
  await stopInTime([good('requests'), hangs, fails, good('database')], 50, log);
  expect(ended).toEqual(['requests', 'database']);
  expect(told).toEqual(['loops', 'metrics']);
});

test('a platform whose database vanished stops in bounded time, and says what did not end', async () => {
  const database = await openTestDatabase(inject('postgres'));
  const wire = await startWire(database.connectionString);
  const dataDir = await mkdtemp(join(tmpdir(), 'taskcluster-stop-'));
  onTestFinished(async () => {
    await wire.stop();
    await database.close();
    await rm(dataDir, { recursive: true });
  });
  const { told, log } = notebook();
  const env = { DRAIN_TIMEOUT: '100ms' };
  const platform = await startPlatform({ connectionString: wire.connectionString, dataDir, host: '127.0.0.1', port: 0, log, env });
  wire.vanish();
  const held = platform.db.tx((tx) => tx.run(sql`select 1`)).catch(() => {});
  const begun = performance.now();
  await platform.stop();
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(told).toContain('the connections to the database');
  await wire.stop();
  await held;
});

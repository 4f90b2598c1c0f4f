import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aDataFolder, aFolder, aHolder, aServer, isRunning } from './fixture/server.ts';
import { query } from './fixture/query.ts';
import { serverProcesses } from './leftover.ts';
import { openDataFolder } from './folder.ts';

/** The shell that watches for the holder's death. */
function watcherOf(holder: number): number | undefined {
  const children = fs.readFileSync(`/proc/${holder}/task/${holder}/children`, 'utf8').trim().split(' ').map(Number);
  return children.find((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/bin/sh\0'));
}

/** What the supervisor promises: the server is gone two seconds after its process was killed. */
const promise = { timeout: 2000, interval: 20 };

test('the server is gone soon after its process was killed, and what was committed is there at the next start', async () => {
  const dataDir = await aDataFolder();
  const { holder, said } = await aHolder(dataDir);
  expect(said.error).toBeUndefined();
  holder.kill('SIGKILL');
  await vi.waitFor(() => expect(serverProcesses(openDataFolder(dataDir))).toEqual([]), promise);
  const server = await aServer(dataDir);
  expect(await query(server.connectionString, 'select count(*)::int as n from kept')).toEqual([{ n: 1 }]);
});

test('a start that follows the kill at once waits for the old server', async () => {
  const dataDir = await aDataFolder();
  const { holder } = await aHolder(dataDir);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const server = await aServer(dataDir);
  expect(await query(server.connectionString, 'select count(*)::int as n from kept')).toEqual([{ n: 1 }]);
});

test('a watcher that is killed is replaced', async () => {
  const dataDir = await aDataFolder();
  const { holder, said } = await aHolder(dataDir);
  const first = watcherOf(holder.pid ?? 0) ?? 0;
  process.kill(first, 'SIGKILL');
  await vi.waitFor(() => expect(watcherOf(holder.pid ?? 0)).not.toBe(first), { timeout: 5000 });
  await vi.waitFor(() => expect(watcherOf(holder.pid ?? 0)).toBeDefined(), { timeout: 5000 });
  holder.kill('SIGKILL');
  await vi.waitFor(() => expect(isRunning(said.pid ?? 0)).toBe(false), promise);
});

test('a server that nobody watched any more is stopped by the next start, which says so', async () => {
  const dataDir = await aDataFolder();
  const { holder, said } = await aHolder(dataDir);
  // The holder is frozen first, so that it cannot replace the watcher.
  holder.kill('SIGSTOP');
  process.kill(watcherOf(holder.pid ?? 0) ?? 0, 'SIGKILL');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(isRunning(said.pid ?? 0)).toBe(true);
  const lines: string[] = [];
  const server = await aServer(dataDir, { log: (line) => lines.push(line) });
  expect(lines).toContainEqual(expect.stringContaining(`still runs (pid ${said.pid}`));
  expect(isRunning(said.pid ?? 0)).toBe(false);
  expect(await query(server.connectionString, 'select count(*)::int as n from kept')).toEqual([{ n: 1 }]);
});

test('processes of a server whose head was killed are ended by the next start, which replays the log', async () => {
  const dataDir = await aDataFolder();
  const first = await aServer(dataDir);
  await query(first.connectionString, 'create table kept as select 1 as n');
  // A statement that does not notice by itself that the head is gone.
  const busy = query(first.connectionString, 'select count(*) from generate_series(1, 1e12::bigint)').catch(() => 'lost');
  await vi.waitFor(async () =>
    expect(await query(first.connectionString, `select 1 from pg_stat_activity where query like 'select count%'`)).toHaveLength(1),
  );
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  const lines: string[] = [];
  const second = await aServer(dataDir, { log: (line) => lines.push(line) });
  expect(await busy).toBe('lost');
  expect(lines).toContainEqual(expect.stringContaining('not properly shut down; automatic recovery in progress'));
  expect(await query(second.connectionString, 'select n from kept')).toEqual([{ n: 1 }]);
});

test('a kill while the database is being made leaves nothing that the next start trips over', async () => {
  const dataDir = aFolder();
  const script = path.join(import.meta.dirname, 'fixture/hold.ts');
  const holder = spawn(process.execPath, [script, dataDir], { stdio: 'ignore' });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const drafts = (): readonly string[] => fs.readdirSync(path.join(dataDir, 'server')).filter((name) => name.startsWith('pgdata'));
  await vi.waitFor(() => expect(drafts()).toHaveLength(1), { timeout: 5000, interval: 10 });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await aServer(dataDir);
  expect(drafts()).toEqual(['pgdata']);
});

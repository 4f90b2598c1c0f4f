import fs from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { aDataFolder, aFolder, aHolder, aServer, isRunning } from './fixture/server.ts';
import { query } from './fixture/query.ts';
import { startEmbeddedPostgres } from './index.ts';

const isRoot = process.getuid?.() === 0;

test('the first start makes a database with UTF-8 and code point order, and the next start finds its data', async () => {
  const dataDir = path.join(aFolder(), 'new/data');
  const lines: string[] = [];
  const first = await aServer(dataDir, { log: (line) => lines.push(line), settings: {} });
  const [made] = await query(
    first.connectionString,
    `select current_database() as name, pg_encoding_to_char(encoding) as encoding, datcollate, current_setting('fsync') as fsync,
      current_setting('listen_addresses') as listen, 'Z' < 'a' and 'z' < 'ä' as code_points from pg_database where datname = current_database()`,
  );
  expect(made).toEqual({ name: 'taskcluster', encoding: 'UTF8', datcollate: 'C', fsync: 'on', listen: '', code_points: true });
  await query(first.connectionString, `create table kept as select 'ä' as letter`);
  await first.stop();

  const second = await aServer(dataDir, { log: (line) => lines.push(line), settings: {} });
  expect(second.connectionString).toBe(first.connectionString);
  expect(await query(second.connectionString, 'select letter from kept')).toEqual([{ letter: 'ä' }]);
  expect(lines).toEqual([expect.stringContaining(`Making a database in ${dataDir} with PostgreSQL ${first.version}`)]);
});

test('the password is random, only its owner can read it, and nobody gets in without it', async () => {
  const dataDir = aFolder();
  const server = await aServer(dataDir);
  const file = path.join(dataDir, 'server/password');
  const password = fs.readFileSync(file, 'utf8').trim();
  expect(password).toMatch(/^[\w-]{32}$/);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  expect(fs.statSync(path.join(dataDir, 'server')).mode & 0o777).toBe(0o700);
  await expect(query(server.connectionString.replace(password, 'wrong'), 'select 1')).rejects.toMatchObject({ code: '28P01' });
});

test('a second start on a folder in use is refused, in this process and in another, and names the holder', async () => {
  const dataDir = await aDataFolder();
  const server = await aServer(dataDir);
  const refusal = { code: 'DataFolderInUse', message: expect.stringContaining(`pid ${process.pid} `) };
  await expect(aServer(dataDir)).rejects.toMatchObject(refusal);
  const { said } = await aHolder(dataDir);
  expect(said.error).toContain(`is in use by the process with the pid ${process.pid} `);
  expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
  await aServer(dataDir);
});

test('stop ends open connections, keeps what they committed, drops what they did not, and can be called again', async () => {
  const dataDir = await aDataFolder();
  const server = await aServer(dataDir);
  const client = new Client({ connectionString: server.connectionString });
  const lost = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await client.query('create table kept (n int); insert into kept values (1)');
  await client.query('begin; insert into kept values (2)');
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  expect(isRunning(server.pid)).toBe(false);
  await lost;
  const again = await aServer(dataDir);
  expect(await query(again.connectionString, 'select n from kept')).toEqual([{ n: 1 }]);
});

test('a server that ends by itself is reported, and its folder is free again', async () => {
  const dataDir = await aDataFolder();
  const server = await aServer(dataDir);
  process.kill(server.pid, 'SIGQUIT');
  expect(await server.exited).toEqual({ code: 0 });
  await aServer(dataDir);
});

test('an abort gives up a start, and stops a server that has started', async () => {
  const dataDir = aFolder();
  await expect(aServer(dataDir, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'Stopped' });
  const abort = new AbortController();
  const server = await aServer(dataDir, { signal: abort.signal });
  abort.abort();
  await server.stop();
  expect(isRunning(server.pid)).toBe(false);
});

test('data of another major version is refused, with what to do', async () => {
  const dataDir = await aDataFolder();
  fs.writeFileSync(path.join(dataDir, 'server/pgdata/PG_VERSION'), '12\n');
  await expect(aServer(dataDir)).rejects.toMatchObject({
    code: 'VersionMismatch',
    message: expect.stringMatching(
      /made by PostgreSQL 12, and the programs here are of version .*18.*Set POSTGRES_BIN to the programs of PostgreSQL 12/,
    ),
  });
});

test('a folder that cannot be written is refused, with what to do', async () => {
  const closed = aFolder(0o500);
  const dataDir = isRoot ? '/sys/taskcluster' : path.join(closed, 'data'); // root may write wherever the kernel can
  await expect(aServer(dataDir)).rejects.toMatchObject({ code: 'DataFolderNotWritable', message: expect.stringContaining(dataDir) });
  const file = path.join(aFolder(), 'file');
  fs.writeFileSync(file, '');
  await expect(aServer(file)).rejects.toMatchObject({ code: 'DataFolderNotWritable' });
});

test('programs that are not there are named', async () => {
  vi.stubEnv('POSTGRES_BIN', '/nowhere');
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(aServer(aFolder())).rejects.toMatchObject({ code: 'NoPrograms', message: expect.stringContaining('set DATABASE_URL') });
});

test('a lost password file is replaced, and a wrong one is explained', async () => {
  const dataDir = await aDataFolder();
  const first = await aServer(dataDir);
  await first.stop();
  fs.rmSync(path.join(dataDir, 'server/password'));
  const second = await aServer(dataDir);
  expect(second.connectionString).not.toBe(first.connectionString);
  await second.stop();
  fs.writeFileSync(path.join(dataDir, 'server/password'), 'of another folder\n');
  await expect(aServer(dataDir)).rejects.toMatchObject({ code: 'WrongPassword', message: expect.stringContaining('Remove that file') });
});

test('a data folder that is too deep for a socket works, and leaves nothing elsewhere', async () => {
  const dataDir = path.join(aFolder(), 'deep'.repeat(30));
  const server = await aServer(dataDir);
  const socket = decodeURIComponent(new URL(server.connectionString).hostname);
  expect(socket).toMatch(/^\/tmp\/taskcluster-socket-/);
  expect(fs.statSync(socket).mode & 0o777).toBe(0o700);
  expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
  expect(fs.existsSync(socket)).toBe(false);
});

test('settings replace the defaults, and local.conf replaces both', async () => {
  const dataDir = await aDataFolder();
  const first = await aServer(dataDir, { settings: { fsync: 'off', work_mem: '5MB', deadlock_timeout: '200ms' } });
  await first.stop();
  fs.writeFileSync(path.join(dataDir, 'server/pgdata/local.conf'), "work_mem = '6MB'\n", { mode: 0o644 });
  const { connectionString } = await aServer(dataDir, { settings: { fsync: 'off', work_mem: '5MB' } });
  const [row] = await query(
    connectionString,
    `select current_setting('work_mem') as a, current_setting('deadlock_timeout') as b, current_setting('jit') as c`,
  );
  expect(row).toEqual({ a: '6MB', b: '100ms', c: 'off' });
});

test('a start that fails says what the server said', async () => {
  const started = startEmbeddedPostgres({ dataDir: aFolder(), log: () => {}, settings: { fsync: 'off', shared_buffers: 'much' } });
  await expect(started).rejects.toMatchObject({ code: 'StartFailed', message: expect.stringContaining('shared_buffers') });
});

test.runIf(fs.existsSync('/usr/lib/postgresql/15/bin/initdb'))('an installed PostgreSQL 15 does, and its data stay with it', async () => {
  const dataDir = aFolder();
  vi.stubEnv('POSTGRES_BIN', '/usr/lib/postgresql/15/bin');
  onTestFinished(() => void vi.unstubAllEnvs());
  const first = await aServer(dataDir);
  expect(first.version).toMatch(/^15\./);
  await first.stop();
  vi.unstubAllEnvs();
  expect((await aServer(dataDir)).version).toMatch(/^15\./);
});

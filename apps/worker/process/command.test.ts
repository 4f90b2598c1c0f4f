import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from './command.ts';
import { killGroup } from './group.ts';
import { identityOf } from './identity.ts';
import { openOutputPipe, type OutputPipe } from './output-pipe.ts';
import { openPipeFiles } from './pipe-files.ts';

let folder: string;
let output: OutputPipe;
let text: string;
const groups: number[] = [];
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'worker-')));
  text = '';
  output = openOutputPipe(await (await openPipeFiles(join(folder, 'pipes'))).take(), async (bytes) => {
    text += Buffer.from(bytes).toString();
  });
});
afterEach(async () => {
  for (const group of groups.splice(0)) killGroup(group);
  await output.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

const run = (argv: readonly string[], signal = new AbortController().signal) =>
  runCommand({
    argv,
    environment: { PATH: process.env.PATH ?? '', TASK_WORKDIR: folder },
    folder,
    output,
    signal,
    onStart: (group) => void groups.push(group),
  });
const until = async (condition: () => boolean) => {
  while (!condition()) await nextTurn();
};

test('arguments reach the program as they are, in the folder of the task, with nothing to read', async () => {
  const script = 'process.stdin.on("data", () => {}).on("end", () => console.log(process.cwd(), JSON.stringify(process.argv.slice(1))))';
  const result = await run([process.execPath, '-e', script, '$HOME *', '"; ls', '']);
  expect(result.exitCode).toBe(0);
  expect(text).toBe(`${folder} ["$HOME *","\\"; ls",""]\n`);
});

test('the result says how a command ended', async () => {
  expect(await run(['/bin/sh', '-c', 'exit 7'])).toMatchObject({ exitCode: 7, detail: undefined });
  expect(await run(['/bin/sh', '-c', 'kill -TERM $$'])).toMatchObject({ exitCode: -1, detail: 'SIGTERM' });
  expect(await run(['/no/such/program'])).toMatchObject({ exitCode: -2 });
  expect(await run([folder])).toMatchObject({ exitCode: -2 });
  expect(await run([''])).toMatchObject({ exitCode: -2 });
});

test('an abort kills the command and what it started, also what has left its group', async () => {
  const stop = new AbortController();
  const running = run(
    ['/bin/sh', '-c', 'sleep 1000 & setsid sh -c "echo \\$\\$ > escaped; exec sleep 1000" & echo started; wait'],
    stop.signal,
  );
  await until(() => text.includes('started') && existsSync(join(folder, 'escaped')));
  let escaped = Number.NaN;
  while (!(escaped > 0)) escaped = Number(await readFile(join(folder, 'escaped'), 'utf8'));
  stop.abort();
  expect(await running).toMatchObject({ exitCode: -4 });
  await until(() => [groups[0] as number, escaped].every((pid) => identityOf(pid) === undefined));
});

test('an abort also finds processes that are just becoming another program', async () => {
  // Each becomes itself again without end, so that most looks meet some of them halfway.
  await writeFile(join(folder, 'restless'), 'echo $$ >> pids\nexec /bin/sh restless\n');
  const stop = new AbortController();
  const running = run(['/bin/sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do setsid /bin/sh restless & done; echo started; wait'], stop.signal);
  await until(() => text.includes('started') && existsSync(join(folder, 'pids')));
  stop.abort();
  expect(await running).toMatchObject({ exitCode: -4 });
  const pids = new Set((await readFile(join(folder, 'pids'), 'utf8')).trim().split('\n').map(Number));
  await until(() => [...pids].every((pid) => identityOf(pid) === undefined));
});

test('a command that was aborted before is not started', async () => {
  expect(await run(['/bin/sh', '-c', 'echo x'], AbortSignal.abort())).toMatchObject({ exitCode: -4 });
  expect(groups).toEqual([]);
});

test('processes that a successful command leaves behind live on and are not waited for', async () => {
  expect(await run(['/bin/sh', '-c', 'sleep 1000 & echo $!'])).toMatchObject({ exitCode: 0 });
  expect(identityOf(Number(text))).toBeDefined();
});

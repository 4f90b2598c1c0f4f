import { createServer, connect as connectTo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import slugid from 'slugid';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { definitionOf } from '../commands/run/definition.ts';
import { type CommandPlatform, openCommandPlatform } from '../fixtures-platform.ts';
import { terminalFor } from '../fixtures.ts';
import { connect } from '../platform/connection.ts';
import { findLog, logNames, type LogReader, writeLive, writeRest } from './log.ts';
import { taskStatuses } from './task.ts';

let p: CommandPlatform;
beforeAll(async () => {
  p = await openCommandPlatform(inject('postgres'));
});
afterAll(() => p.close());

const bytesPerConnection = 3000;
/** Passes on what a server says, and breaks each connection after a few thousand bytes of it. */
const brittleProxy = async (port: number): Promise<{ readonly server: Server; readonly origin: string; readonly broken: () => number }> => {
  let broken = 0;
  const server = createServer((near: Socket) => {
    const far = connectTo(port, '127.0.0.1');
    let passed = 0;
    far.on('data', (chunk: Buffer) => {
      near.write(chunk.subarray(0, bytesPerConnection - passed));
      passed += chunk.length;
      if (passed < bytesPerConnection) return;
      broken++;
      near.end(() => near.destroy());
      far.destroy();
    });
    near.on('data', (chunk: Buffer) => void far.write(chunk));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, broken: () => broken };
};

test('nothing of a log is lost or written twice when connections break, nor when the stored log takes over', async () => {
  const proxy = await brittleProxy(p.platform.port);
  const connection = await connect(terminalFor({ env: p.env }).terminal, undefined);
  const taskId = slugid.nice();
  const command = ['bash', '-c', 'for i in $(seq 1 60); do printf "%s é %0200d\\n" $i 0; sleep 0.02; done'];
  const wanted = { command, queue: 'local/default', env: [], artifacts: [], name: 'a long log', maxRunTimeSeconds: 60 };
  await connection.queue.createTask({ taskId }, definitionOf(wanted, { now: new Date(), rootUrl: p.platform.rootUrl, env: {} }));

  const chunks: Uint8Array[] = [];
  const reader: LogReader = {
    connection,
    taskId,
    runId: '0',
    names: logNames({}),
    write: async (chunk) => void chunks.push(chunk),
    written: 0,
  };
  const stop = new AbortController();
  let live: Promise<void> | undefined;
  for await (const status of taskStatuses(connection, taskId, stop.signal)) {
    if (status.state === 'completed') break;
    const place = status.state === 'running' && !live ? await findLog(reader) : undefined;
    if (place) live = writeLive(reader, { ...place, url: place.url.replace(/^http:\/\/[^/]+/, proxy.origin) }, stop.signal);
  }
  stop.abort();
  await live;
  expect(proxy.broken()).toBeGreaterThan(1);
  await writeRest(reader);
  proxy.server.close();

  const { out } = await p.run(['log', taskId]);
  expect(Buffer.concat(chunks).toString()).toBe(out);
  expect(out.match(/ é 0+\n/g)).toHaveLength(60);
});

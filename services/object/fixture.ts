import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, methodsOf, monitoringHandlers, serviceApi, type ServerOptions } from '@taskcluster/api';
import { type Client, http } from '@taskcluster/client';
import { type Config, loadConfig } from '@taskcluster/config';
import { object as contract } from '@taskcluster/contracts';
import { silentLog } from '@taskcluster/log';
import type { Platform } from '@taskcluster/service';
import { openTestDatabase, type TestDatabase } from '@taskcluster/testing';
import { inject } from 'vitest';
import { objectService } from './index.ts';
import type { ObjectService } from './service.ts';
import { settings } from './settings.ts';

/** The service as it runs, behind its own HTTP server, with a database and a folder of its own. */
export interface TestObjects extends Pick<TestDatabase, 'db' | 'clock'> {
  readonly platform: Platform;
  readonly service: ObjectService;
  readonly rootUrl: string;
  readonly client: Client<typeof contract>;
  /** The scopes that requests hold from now on. Everything unless told. */
  holds(...scopes: readonly string[]): void;
  close(): Promise<void>;
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const socket = createSocket().listen(0, '127.0.0.1', () => {
      const address = socket.address();
      socket.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const unused = (what: string) => () => {
  throw new Error(`The object service has no use for ${what}.`);
};

export const openTestObjects = async (
  changes: Partial<Config<typeof settings>> = {},
  bodies: ServerOptions['bodies'] = {},
): Promise<TestObjects> => {
  const { db, clock, close } = await openTestDatabase(inject('postgres'), [objectService.migrations ?? { owner: 'object', steps: [] }]);
  const dataDir = await mkdtemp(join(tmpdir(), 'taskcluster-object-'));
  const port = await freePort();
  const rootUrl = `http://127.0.0.1:${port}`;
  const platform: Platform = {
    rootUrl,
    dataDir,
    db,
    log: silentLog,
    now: clock.now,
    credentialsOf: unused('credentials'),
    clientOf: unused('other services'),
    keyFor: (purpose) => Buffer.from(purpose.padEnd(32, '.')),
    authority: { client: unused('clients'), expand: unused('roles') } as unknown as Platform['authority'],
  };
  const service = await objectService.create(platform, { ...loadConfig(settings, {}), ...changes });
  const methods = methodsOf(serviceApi({ contract, handlers: objectService.handlers, service }), monitoringHandlers({}));
  let scopes: readonly string[] = ['*'];
  const server = createServer({
    rootUrl,
    methods,
    authenticate: () => ({
      status: 'auth-success',
      scheme: 'hawk',
      clientId: 'tester',
      scopes,
      expires: new Date(clock.now() + 3_600_000),
    }),
    now: clock.now,
    log: silentLog,
    version: {},
    documents: new Map(),
    bodies,
  });
  await server.listen({ host: '127.0.0.1', port });
  return {
    db,
    clock,
    platform,
    service,
    rootUrl,
    client: http(contract, { rootUrl }),
    holds: (...given) => (scopes = given),
    close: async () => {
      await server.close(100);
      await objectService.close?.(service);
      await close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

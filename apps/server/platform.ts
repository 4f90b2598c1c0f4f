import {
  claimHeaders,
  createServer,
  invoker,
  type Method,
  methodsOf,
  monitoringHandlers,
  type Server,
  usedHeadersLoop,
} from '@taskcluster/api';
import { consumerLoop, retentionLoop } from '@taskcluster/bus';
import { type Credentials, type Invoke, local, type LocalCaller } from '@taskcluster/client';
import { checkConfigs, type Config, loadConfig } from '@taskcluster/config';
import type { Contract } from '@taskcluster/contracts';
import { contracts, GenericWorkerPayload } from '@taskcluster/contracts';
import { publish } from '@taskcluster/contracts/publish';
import { connect, type Database, type DatabaseClock, databaseClock, migrate } from '@taskcluster/db';
import { authenticate } from '@taskcluster/hawk';
import type { Log } from '@taskcluster/log';
import { type Loop, type RunningLoops, startLoops } from '@taskcluster/loop';
import {
  authSettings,
  builtInScopes,
  createTokenCipher,
  openAccess,
  type AuthPlatform,
  staticClients,
  syncStaticClients,
} from '@taskcluster/service-auth';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rootToken } from './credentials-file.ts';
import { rootTokenPart } from './root-token.ts';
import { artifactOrigins } from './artifact-storage.ts';
import { freePort } from './free-port.ts';
import { openMetrics, type ProcessMetrics } from './metrics.ts';
import { allServices, type RunnableService } from './services.ts';
import { openSecrets } from './secrets.ts';
import { settings } from './settings.ts';
import { stopInTime } from './stop.ts';
import { version } from './version.ts';

export interface PlatformOptions {
  readonly connectionString: string;
  /** No other process serves the API on this database: what only has to be known to all processes can stay in memory. */
  readonly alone?: boolean;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970: the database's time, unless a test gives a clock that it moves. */
  readonly now?: () => number;
  /** The clock of this process, which may be wrong; `Date.now` unless a test gives one. */
  readonly processNow?: () => number;
  /** Tests check every row that is read. */
  readonly checkRows?: boolean;
  /** Those that run in this process; all of them unless told. */
  readonly services?: readonly RunnableService[];
}

export interface RunningPlatform {
  readonly rootUrl: string;
  readonly port: number;
  readonly db: Database;
  readonly rootCredentials: Credentials;
  /** A one-time code with which a browser signs in. */
  readonly newSignInCode: () => Promise<string>;
  /**
   * Refuses new requests, lets running ones finish, ends loops and connections. Takes at most `DRAIN_TIMEOUT` and some seconds; the log
   * names what did not end in that time.
   */
  stop(): Promise<void>;
}

/** Puts a process together: database, clients and roles, services, HTTP server and loops. */
export const startPlatform = async (options: PlatformOptions): Promise<RunningPlatform> => {
  const { connectionString, log, env, checkRows = false } = options;
  const config = loadConfig(settings, env);
  const db = connect({ connectionString, log, maxConnections: config.databaseConnections, checkRows });
  // What was begun when something fails half way, to be ended in reverse.
  const begun = [() => db.close()];
  try {
    const port = options.port === 0 ? await freePort(options.host) : options.port;
    const clock = databaseClock(db, log, options.processNow);
    const now = options.now ?? clock.now;
    return await assemble({ ...options, port, now, clock, db, config, services: options.services ?? allServices(), begun });
  } catch (err) {
    for (const end of begun.toReversed()) await end();
    throw err;
  }
};

/** Throws one ConfigError that names the mistakes in the settings of all parts of the process. */
export const checkSettings = (env: PlatformOptions['env']): void => checkConfigs([{ settings }, rootTokenPart, ...allServices()], env);

interface Assembly extends Omit<PlatformOptions, 'now'> {
  readonly now: () => number;
  readonly clock: DatabaseClock;
  readonly db: Database;
  readonly config: Config<typeof settings>;
  readonly services: readonly RunnableService[];
  readonly begun: (() => Promise<void>)[];
}

const assemble = async (assembly: Assembly): Promise<RunningPlatform> => {
  const { db, log, config, env, host, services } = assembly;
  const metrics = await openMetrics(
    config.metrics,
    services.map((s) => s.contract),
    log,
  );
  assembly.begun.push(async () => metrics?.stop());
  const { platform, access, connectServices } = await foundation(assembly, metrics);
  assembly.begun.push(() => access.close());
  const running = await Promise.all(services.map((s) => run(s, platform, { env, metrics })));
  assembly.begun.push(async () => void (await Promise.all(running.map((s) => s.close()))));
  const methods = running.flatMap((s) => s.methods);
  connectServices(invoker(methods));
  const server = createServer({
    rootUrl: platform.rootUrl,
    methods,
    authenticate: (request) => authenticate(request, access.authority),
    // A process that is alone on its database remembers headers by itself.
    claimHeader: assembly.alone ? undefined : claimHeaders(db),
    now: platform.now,
    log,
    version,
    documents: publish(contracts, [GenericWorkerPayload]),
    page: pageFolder(await artifactOrigins(env)),
    metrics: metrics?.common,
    keepAliveMs: config.keepAliveMs,
  });
  const port = await server.listen({ host, port: assembly.port });
  const beside = { wakeups: db.wakeups, log, metrics: metrics?.common };
  // Of all services, also those that run in other processes.
  const everywhere = [...allServices(), ...services];
  const consumers = everywhere.flatMap((s) => s.consumers.map(({ name }) => name));
  const places = async () => (await Promise.all(everywhere.map(async (s) => (await s.unread?.(db)) ?? []))).flat();
  const retention = startLoops([retentionLoop], { service: { db, keepMs: config.messageRetentionMs, consumers, places }, ...beside });
  const clock = startLoops([clockLoop], { service: assembly.clock, ...beside });
  const headers = startLoops([usedHeadersLoop], { service: { db, now: platform.now }, ...beside });
  const loops = [...running.map((s) => s.startLoops()), retention, headers, clock];
  return {
    rootUrl: platform.rootUrl,
    port,
    db,
    rootCredentials: platform.credentialsOf('root'),
    newSignInCode: async () => (await running.find((s) => s.newSignInCode)?.newSignInCode?.()) ?? '',
    stop: () => stopAll({ server, loops, running, access, metrics, db, drainMs: config.drainMs, log }),
  };
};

/** A clock that somebody sets is wrong for half a minute at most. */
const clockLoop: Loop<DatabaseClock> = {
  name: 'clock',
  idleMs: () => 30_000,
  batch: 1,
  step: async (clock) => {
    await clock.compare();
    return 0;
  },
};

/** What services stand on: a migrated database, the clients and roles in memory, and each other. */
const foundation = async (
  { dataDir, db, log, now, clock, env, config, host, port, services }: Assembly,
  metrics: ProcessMetrics | undefined,
) => {
  const secrets = openSecrets(dataDir, config.secret);
  const configured = loadConfig(authSettings, env).staticClients;
  checkConfigs([rootTokenPart], env);
  const clients = staticClients(configured, (name) =>
    name === 'root' ? rootToken(dataDir, config.rootAccessToken) : secrets.tokenOf(name),
  );
  const tokens = new Map(clients.map(({ clientId, accessToken }) => [clientId, accessToken]));
  const credentialsOf = (service: string): Credentials => {
    const clientId = `static/taskcluster/${service}`;
    return { clientId, accessToken: tokens.get(clientId) ?? secrets.tokenOf(service) };
  };
  const cipher = createTokenCipher(secrets.keyFor('access-tokens'));
  await migrate(
    db,
    services.flatMap((s) => s.migrations ?? []),
  );
  await clock.compare();
  await syncStaticClients(db, cipher, clients);
  const access = await openAccess({ db, cipher, log, now });
  // Services call each other; whom they call is known when all of them are there.
  let invoke: Invoke = () => Promise.reject(new Error('A service was called while it was being put together.'));
  const platform: AuthPlatform = {
    rootUrl: config.rootUrl || `http://${shownHost(host)}:${port}`,
    dataDir,
    db,
    log,
    now,
    credentialsOf,
    keyFor: secrets.keyFor,
    authority: access.authority,
    access,
    metrics: metrics?.registry,
    clientOf: <C extends Contract>(contract: C, as?: string) => local(contract, (call) => invoke(call), ownClient(as, access.authority)),
  };
  return { platform, access, connectServices: (all: Invoke) => void (invoke = all) };
};

/** A service's own client, or nobody's. What roles give it is looked up at each call: roles change while the process runs. */
const ownClient = (service: string | undefined, { expand }: AuthPlatform['authority']): LocalCaller => {
  const scopes = Object.freeze([...((service && builtInScopes[service]) || []), 'assume:anonymous']);
  return {
    clientId: service ? `static/taskcluster/${service}` : 'auth-failed:no-auth',
    get scopes() {
      return expand(scopes);
    },
  };
};

/** What a user types into a browser for an address that is listened on. */
const shownHost = (host: string) => (['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host);

const pageFolder = (readsFrom: readonly string[]) => {
  const folder = join(import.meta.dirname, '../ui/dist');
  return existsSync(join(folder, 'index.html')) ? { folder, readsFrom } : undefined;
};

interface RunningService {
  readonly methods: readonly Method[];
  readonly startLoops: () => RunningLoops;
  readonly newSignInCode: (() => Promise<string>) | undefined;
  readonly close: () => Promise<void>;
}

interface Surroundings {
  readonly env: PlatformOptions['env'];
  readonly metrics: ProcessMetrics | undefined;
}

const run = async (part: RunnableService, platform: AuthPlatform, { env, metrics }: Surroundings): Promise<RunningService> => {
  const log = platform.log.child({ service: part.contract.service });
  const service = await part.create({ ...platform, log }, loadConfig(part.settings, env));
  const { signInCode } = part;
  const told = { log, metrics: metrics?.common };
  const loops = [...part.loops, ...part.consumers.map((c) => consumerLoop(c, told) as Loop<unknown>)];
  return {
    methods: methodsOf(part.api(service), monitoringHandlers(version)),
    startLoops: () => startLoops(loops, { service, wakeups: platform.db.wakeups, ...told }),
    newSignInCode: signInCode ? () => signInCode(service) : undefined,
    close: () => part.close(service),
  };
};

interface Stopping {
  readonly server: Server;
  readonly loops: readonly RunningLoops[];
  readonly running: readonly RunningService[];
  readonly access: { close(): Promise<void> };
  readonly metrics: ProcessMetrics | undefined;
  readonly db: Database;
  readonly drainMs: number;
  readonly log: Log;
}

/** Beside the time that requests have: for loops in the middle of a step, and for connections. */
const partingMs = 5_000;

const stopAll = ({ server, loops, running, access, metrics, db, drainMs, log }: Stopping): Promise<void> =>
  stopInTime(
    [
      { what: 'the requests', end: () => server.close(drainMs) },
      { what: 'the background work', end: () => Promise.all(loops.map((l) => l.stop())) },
      { what: 'the services', end: () => Promise.all(running.map((s) => s.close())) },
      { what: 'the reading of clients and roles', end: () => access.close() },
      { what: 'the metrics', end: async () => metrics?.stop() },
      { what: 'the connections to the database', end: () => db.close() },
    ],
    drainMs + partingMs,
    log,
  );

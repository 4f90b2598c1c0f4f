import type { Consumer } from '@taskcluster/bus';
import type { Settings } from '@taskcluster/config';
import type { Contract, Endpoint } from '@taskcluster/contracts';
import type { Handler, ServiceApi } from '@taskcluster/api';
import type { Database, Migrations, Queryable } from '@taskcluster/db';
import type { Loop } from '@taskcluster/loop';
import type { ServiceDefinition } from '@taskcluster/service';
import { type AuthPlatform, authService } from '@taskcluster/service-auth';
import { eventsService } from '@taskcluster/service-events';
import { indexService } from '@taskcluster/service-index';
import { objectService } from '@taskcluster/service-object';
import { queueService } from '@taskcluster/service-queue';
import { createSignInCode, webServerService } from '@taskcluster/service-web-server';
import { artifactStorage } from './artifact-storage.ts';

/** A service whose own types only its parts know: what is needed to run it beside others. */
export interface RunnableService {
  readonly contract: Contract;
  readonly settings: Settings;
  readonly mistakes: ((config: never) => readonly string[]) | undefined;
  readonly migrations: Migrations | undefined;
  readonly create: (platform: AuthPlatform, config: Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly api: (service: unknown) => ServiceApi;
  readonly loops: readonly Loop<unknown>[];
  readonly consumers: readonly Consumer<{ readonly db: Database }>[];
  readonly unread: ((db: Queryable) => Promise<readonly string[]>) | undefined;
  readonly close: (service: unknown) => Promise<void>;
  /** Makes a one-time code for signing in, where the service can. */
  readonly signInCode?: (service: unknown) => Promise<string>;
}

const runnable = <C extends Contract, S, G extends Settings>(
  definition: ServiceDefinition<C, S, G, AuthPlatform>,
  signInCode?: (service: S) => Promise<string>,
): RunnableService => {
  const { contract, settings, mistakes, migrations, handlers, heartbeat, loops = [], consumers = [], unread } = definition;
  return {
    contract,
    settings,
    mistakes,
    migrations,
    create: async (platform, config) => definition.create(platform, config as never),
    api: (service) => ({
      contract,
      handlers: handlers as unknown as Readonly<Record<string, Handler<Endpoint, never>>>,
      service,
      ...(heartbeat ? { heartbeat: () => heartbeat(service as S) } : {}),
    }),
    loops: loops as unknown as RunnableService['loops'],
    consumers: consumers as unknown as RunnableService['consumers'],
    unread,
    close: async (service) => definition.close?.(service as S),
    ...(signInCode ? { signInCode: (service: unknown) => signInCode(service as S) } : {}),
  };
};

/** The services of a process that runs everything. */
export const allServices = (): RunnableService[] => [
  runnable(authService),
  runnable(queueService(artifactStorage)),
  runnable(objectService),
  runnable(eventsService),
  runnable(indexService),
  runnable(webServerService, createSignInCode),
];

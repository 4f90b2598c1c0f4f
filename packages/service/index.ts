export type { ArtifactStorage } from './artifact-storage.ts';
export type { ArtifactBucket, ArtifactPlace, ArtifactStore, BegunUpload, MultipartUploads } from './artifact-store.ts';
import type { Handlers } from '@taskcluster/api';
import type { Consumer } from '@taskcluster/bus';
import type { Client, Credentials } from '@taskcluster/client';
import type { Config, Settings } from '@taskcluster/config';
import type { Contract } from '@taskcluster/contracts';
import type { Database, Migrations, Queryable } from '@taskcluster/db';
import type { Authority } from '@taskcluster/hawk';
import type { Log } from '@taskcluster/log';
import type { Loop } from '@taskcluster/loop';
import type { MetricsRegistry } from '@taskcluster/metrics';

/** What every service stands on. A process makes one and gives it to the services that it runs. */
export interface Platform {
  /** Scheme, host and port, without a slash at the end: what users and workers are given. */
  readonly rootUrl: string;
  /** Folder for what is kept beside the database (objects, keys). */
  readonly dataDir: string;
  readonly db: Database;
  readonly log: Log;
  /** Milliseconds since 1970. Leases and deadlines are compared by the database's clock instead (`platform.now()`). */
  readonly now: () => number;
  /** The permanent credentials of a service's own client, `static/taskcluster/<service>`. */
  readonly credentialsOf: (service: string) => Credentials;
  /**
   * A client of another service that acts as `static/taskcluster/<as>`: in this process when the service runs here. Without `as` it has no
   * credentials and may do what everybody may.
   */
  readonly clientOf: <C extends Contract>(contract: C, as?: string) => Client<C>;
  /** A 32-byte key for one purpose, derived from the deployment's secret: the same in all its processes. */
  readonly keyFor: (purpose: string) => Buffer;
  /** Who may do what: clients and roles, in memory. */
  readonly authority: Authority;
  /** What records the metrics of the contracts; absent while metrics are off. */
  readonly metrics?: MetricsRegistry | undefined;
}

/**
 * Everything that a service consists of. `index.ts` of a service makes this value; it is the page to read first.
 * `P` is what the service stands on: the platform, and perhaps something that the process has for this service alone.
 */
export interface ServiceDefinition<C extends Contract, S, G extends Settings = Settings, P extends Platform = Platform> {
  readonly contract: C;
  readonly settings: G;
  /** Mistakes that only several settings together show, a sentence each. */
  readonly mistakes?: (config: Config<G>) => readonly string[];
  readonly migrations?: Migrations;
  /** Makes the running service: what its handlers, loops and consumers share. */
  readonly create: (platform: P, config: Config<G>) => S | Promise<S>;
  readonly handlers: Handlers<C, S>;
  readonly loops?: readonly Loop<S>[];
  readonly consumers?: readonly Consumer<S & { readonly db: Database }>[];
  /**
   * The places (snapshots as text) from which the service has yet to read the log of messages by itself, not by a consumer: what they do not
   * show is kept, however old it is. Processes that do not run the service ask too.
   */
  readonly unread?: (db: Queryable) => Promise<readonly string[]>;
  /** Throws when the service cannot do its work. */
  readonly heartbeat?: (service: S) => Promise<void>;
  /** Ends what `create` began. Requests and loops have ended before. */
  readonly close?: (service: S) => Promise<void>;
}

/** Keeps the types of a definition's parts together. */
export const defineService = <C extends Contract, S, G extends Settings, P extends Platform = Platform>(
  definition: ServiceDefinition<C, S, G, P>,
): ServiceDefinition<C, S, G, P> => definition;

import type { Client, Credentials } from '@taskcluster/client';
import { queue } from '@taskcluster/contracts';
import type { Database } from '@taskcluster/db';
import type { Authority } from '@taskcluster/hawk';
import type { Log } from '@taskcluster/log';
import type { Platform } from '@taskcluster/service';

/** What the handlers, loops and consumers of this service share. */
export interface IndexService {
  readonly db: Database;
  readonly log: Log;
  readonly rootUrl: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Signs the addresses of artifacts that not everybody may read. */
  readonly credentials: Credentials;
  readonly authority: Authority;
  /** The queue, as this service may use it: it reads definitions of tasks. */
  readonly queue: Client<typeof queue>;
  /** The queue, as everybody may use it. */
  readonly publicQueue: Client<typeof queue>;
}

export const createIndex = ({ db, log, rootUrl, now, credentialsOf, authority, clientOf }: Platform): IndexService => ({
  db,
  log,
  rootUrl,
  now,
  credentials: credentialsOf('index'),
  authority,
  queue: clientOf(queue, 'index'),
  publicQueue: clientOf(queue),
});

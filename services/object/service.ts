import type { Config } from '@taskcluster/config';
import type { Database } from '@taskcluster/db';
import type { Platform } from '@taskcluster/service';
import type { Backend } from './backends/backend.ts';
import { type LocalFiles, localFiles } from './backends/files.ts';
import { localBackend, type Signing } from './backends/local.ts';
import type { settings } from './settings.ts';
import { createFollowers, type Followers } from './streams/followers.ts';

/** What the handlers and loops of this service share. */
export interface ObjectService extends Signing {
  readonly db: Database;
  readonly config: Config<typeof settings>;
  readonly files: LocalFiles;
  readonly backends: ReadonlyMap<string, Backend>;
  readonly followers: Followers;
}

/** The key that signs URLs of local storage; the same in every process of a deployment. */
export const signingOf = ({ rootUrl, keyFor, now }: Platform): Signing => ({ rootUrl, urlKey: keyFor('object-urls'), now });

export const createObjectService = (platform: Platform, config: Config<typeof settings>): ObjectService => {
  const files = localFiles(platform);
  const signing = signingOf(platform);
  const backends = new Map([['local', localBackend(signing, files)]]);
  return { ...signing, db: platform.db, config, files, backends, followers: createFollowers(platform.db) };
};

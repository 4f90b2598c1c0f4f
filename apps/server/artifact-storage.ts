import { loadConfig } from '@taskcluster/config';
import { s3Origins, s3Storage } from '@taskcluster/s3';
import { localArtifactStore } from '@taskcluster/service-object';

/** Artifacts go to S3 when its buckets are configured, and to the local disk otherwise. */
export const artifactStorage = s3Storage((platform) => localArtifactStore({ platform }));

/** Where else than from the platform itself its page reads artifacts. */
export const artifactOrigins = (env: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> =>
  s3Origins(loadConfig(artifactStorage.settings, env));

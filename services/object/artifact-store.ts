import type { ArtifactStore, Platform } from '@taskcluster/service';
import { deleteFiles, localFiles } from './backends/files.ts';
import { safe } from './domain/upload-method.ts';
import { buckets, signedUrl } from './domain/signed-url.ts';
import { signingOf } from './service.ts';

/** Artifacts on this machine's disk, through signed URLs of this service. */
export const localArtifactStore = ({ platform }: { readonly platform: Platform }): ArtifactStore => {
  const { rootUrl, urlKey, now } = signingOf(platform);
  const files = localFiles(platform);
  const expiresIn = (seconds: number) => Math.floor(now() / 1000) + seconds;
  return {
    putUrl: async ({ bucket, key, contentType, expiresInSeconds }) =>
      signedUrl(rootUrl, urlKey, {
        method: 'PUT',
        bucket: buckets[bucket],
        key,
        contentType: safe(contentType),
        expires: expiresIn(expiresInSeconds),
      }),
    getUrl: async ({ bucket, key, expiresInSeconds }) =>
      signedUrl(rootUrl, urlKey, { method: 'GET', bucket: buckets[bucket], key, expires: expiresIn(expiresInSeconds) }),
    delete: async ({ bucket, keys }) => {
      await deleteFiles(files, buckets[bucket], keys);
      return [];
    },
    // The database, which has its own heartbeat, names the files; a disk that cannot be written says so at each upload.
    check: async () => {},
  };
};

import { refuse } from '@taskcluster/config';
import type { ArtifactStorage } from '@taskcluster/service';
import { s3ArtifactStore } from './artifact-store.ts';
import { mistakesIn, s3Options } from './options.ts';
import { settings } from './settings.ts';

/** S3 when its buckets are named, and otherwise what `elsewhere` opens. */
export const s3Storage = (elsewhere: ArtifactStorage['open']): ArtifactStorage<typeof settings> => ({
  settings,
  mistakes: mistakesIn,
  open: (platform, config) => {
    refuse(mistakesIn(config));
    const options = s3Options(config);
    if (!options) return elsewhere(platform, config);
    const store = s3ArtifactStore({ options, log: platform.log });
    // In the background: a store that is down keeps artifacts away, and nothing else.
    void store.prepare();
    return store;
  },
});

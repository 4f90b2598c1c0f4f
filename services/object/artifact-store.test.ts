import { artifactStoreSuite } from '@taskcluster/testing/artifact-store';
import { localArtifactStore } from './artifact-store.ts';
import { openTestObjects } from './fixture.ts';

artifactStoreSuite('on the local disk', async () => {
  const { platform, close } = await openTestObjects();
  return {
    store: localArtifactStore({ platform }),
    storeAt: (now) => localArtifactStore({ platform: { ...platform, now: () => now } }),
    close,
  };
});

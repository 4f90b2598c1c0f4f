import type { Config, Settings } from '@taskcluster/config';
import type { ArtifactStore } from './artifact-store.ts';
import type { Platform } from './index.ts';

/** A deployment's choice of a store for artifacts, and what can be configured about it. */
export interface ArtifactStorage<G extends Settings = Settings> {
  readonly settings: G;
  /** Mistakes that only several settings together show, a sentence each. */
  readonly mistakes?: (config: Config<G>) => readonly string[];
  readonly open: (platform: Platform, config: Config<G>) => ArtifactStore;
}

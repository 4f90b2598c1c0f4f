import { ApiError, type Caller } from '@taskcluster/api';
import type { QueueService } from '../service.ts';
import type { Artifact, ArtifactKey } from './domain/artifact.ts';
import { missing, outdated } from './missing.ts';
import { findArtifact } from './store/artifacts.ts';

/** An artifact with data, or with an error instead of data. */
export type Resolved = Exclude<Artifact, { readonly storageType: 'link' }>;

/**
 * Follows links within a run to the artifact that they lead to (artifacts.md, section 4). The caller needs the scope for
 * every name on the way, each before anything is said about it.
 */
export const resolve = async ({ db }: QueueService, caller: Caller, asked: ArtifactKey): Promise<Resolved> => {
  const seen = new Set<string>();
  let { name } = asked;
  while (!seen.has(name)) {
    seen.add(name);
    // The names before this one have been checked: checking all of them each time would make long chains expensive.
    caller.authorize({ names: [name] });
    const artifact = await findArtifact(db, { ...asked, name });
    if (!artifact?.present) throw missing({ ...asked, name });
    if (artifact.expired) throw outdated(artifact);
    if (artifact.storageType !== 'link') return artifact;
    name = artifact.details.artifact;
  }
  throw new ApiError(
    'InputError',
    `The links from artifact ${asked.name} go round in a circle: ${name} comes twice. Whoever creates the artifacts has to mend this.`,
  );
};

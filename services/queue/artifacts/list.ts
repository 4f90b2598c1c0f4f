import { cut, encodeToken, type Handlers, pageLimit, textsIn } from '@taskcluster/api';
import type { Artifact as PublicArtifact, ListArtifactsResponse, queue } from '@taskcluster/contracts';
import type { QueueService } from '../service.ts';
import { type ArtifactKey, shown } from './domain/artifact.ts';
import { missing } from './missing.ts';
import { existingRun, latestRun } from './runs.ts';
import { findArtifact, listRun } from './store/artifacts.ts';

type ListHandlers = Pick<
  Handlers<typeof queue, QueueService>,
  'listArtifacts' | 'listLatestArtifacts' | 'artifactInfo' | 'latestArtifactInfo'
>;

interface Paging {
  readonly continuationToken?: string;
  readonly limit?: string;
}

const list = async (
  { db }: QueueService,
  run: Omit<ArtifactKey, 'name'>,
  { continuationToken, limit }: Paging,
): Promise<ListArtifactsResponse> => {
  const size = pageLimit(limit);
  const [after = ''] = textsIn(continuationToken, 1);
  const { page, next } = cut(await listRun(db, { ...run, after, limit: size + 1 }), size, ({ name }) => encodeToken([name]));
  return { artifacts: page.map(shown), ...next };
};

const info = async ({ db }: QueueService, key: ArtifactKey): Promise<PublicArtifact> => {
  const artifact = await findArtifact(db, key);
  if (!artifact?.present) throw missing(key);
  return shown(artifact);
};

/** What artifacts there are (artifacts.md, section 4). Links are not followed, and what has expired is shown until it is deleted. */
export const listHandlers: ListHandlers = {
  listArtifacts: async (service, { params: { taskId, runId }, query }) =>
    list(service, { taskId, runId: await existingRun(service, taskId, Number(runId)) }, query),

  listLatestArtifacts: async (service, { params: { taskId }, query }) =>
    list(service, { taskId, runId: await latestRun(service, taskId) }, query),

  artifactInfo: async (service, { params: { taskId, runId, name } }) => info(service, { taskId, runId: Number(runId), name }),

  latestArtifactInfo: async (service, { params: { taskId, name } }) =>
    info(service, { taskId, runId: await latestRun(service, taskId), name }),
};

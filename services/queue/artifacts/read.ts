import { type Handlers, respond, type Respond } from '@taskcluster/api';
import type { ArtifactContentResponse, queue } from '@taskcluster/contracts';
import type { QueueService } from '../service.ts';
import { downloadCredentials } from './credentials.ts';
import { objectNameOf } from './domain/artifact.ts';
import { missing } from './missing.ts';
import { urlOfObject } from './objects.ts';
import { resolve, type Resolved } from './resolve.ts';
import { latestRun } from './runs.ts';

type ReadHandlers = Pick<Handlers<typeof queue, QueueService>, 'getArtifact' | 'getLatestArtifact' | 'artifact' | 'latestArtifact'>;
type Uploaded = Extract<Resolved, { readonly storageType: 's3' }>;

const uploadedUrl = ({ artifacts, config }: QueueService, { details }: Uploaded, direct: boolean): Promise<string> =>
  artifacts.getUrl({ ...details, expiresInSeconds: Math.ceil(config.artifactUrlMs / 1000), direct });

type WithUrl = Exclude<Resolved, { readonly storageType: 'error' }>;

const urlOf = async (service: QueueService, artifact: WithUrl, direct = false): Promise<string> => {
  if (artifact.storageType === 'reference') return artifact.details.url;
  if (artifact.storageType === 's3') return uploadedUrl(service, artifact, direct);
  const url = await urlOfObject(service, artifact);
  if (url === undefined) throw missing(artifact);
  return url;
};

type Headers = Readonly<Record<string, string | undefined>>;

/** Whether a reader wants the data from the bucket itself, without a CDN in between. */
const isDirect = (headers: Headers): boolean => /^(true|1)$/i.test(headers['x-taskcluster-skip-cdn'] ?? '');

/** Sends a reader to the data; an error artifact is answered with 424 and says why there is none. */
const redirect = async (service: QueueService, artifact: Resolved, asked: Headers): Promise<Respond> => {
  const { storageType } = artifact;
  const headers = { 'x-taskcluster-artifact-storage-type': storageType };
  if (storageType === 'error') return respond(424, headers, artifact.details);
  const url = await urlOf(service, artifact, isDirect(asked));
  return respond(303, { ...headers, location: url }, { storageType, url });
};

/** Says where the data is, and with which credentials. */
const content = async (service: QueueService, artifact: Resolved): Promise<ArtifactContentResponse> => {
  const { storageType } = artifact;
  if (storageType === 'error') return { storageType, ...artifact.details };
  if (storageType === 'object') return { storageType, name: objectNameOf(artifact), credentials: downloadCredentials(service, artifact) };
  return { storageType, url: await urlOf(service, artifact) };
};

/** Reading the data of artifacts (artifacts.md, section 4). Links are followed. */
export const readHandlers: ReadHandlers = {
  getArtifact: async (service, { params: { taskId, runId, name }, caller, headers }) =>
    redirect(service, await resolve(service, caller, { taskId, runId: Number(runId), name }), headers),

  getLatestArtifact: async (service, { params: { taskId, name }, caller, headers }) => {
    caller.authorize({ names: [name] });
    return redirect(service, await resolve(service, caller, { taskId, runId: await latestRun(service, taskId), name }), headers);
  },

  artifact: async (service, { params: { taskId, runId, name }, caller }) =>
    content(service, await resolve(service, caller, { taskId, runId: Number(runId), name })),

  latestArtifact: async (service, { params: { taskId, name }, caller }) =>
    content(service, await resolve(service, caller, { taskId, runId: await latestRun(service, taskId), name })),
};

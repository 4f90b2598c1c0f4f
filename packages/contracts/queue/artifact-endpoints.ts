import { get, post, put } from '../contract.ts';
import { paging } from '../identifiers.ts';

import {
  Artifact,
  ArtifactContentResponse,
  CreateArtifactRequest,
  CreateArtifactResponse,
  FinishArtifactRequest,
  GetArtifactResponse,
  ListArtifactsResponse,
} from './artifacts.ts';

/** Reading needs the scope for the name asked for and for every name that a link leads to. */
const mayReadAll = { AllOf: [{ for: 'name', in: 'names', each: 'queue:get-artifact:<name>' }] } as const;

/** Methods for what runs leave behind. `latest` is the run with the highest id, even while it is pending. */
export const artifactEndpoints = {
  createArtifact: post('/task/:taskId/runs/:runId/artifacts/:name(*)', {
    title: 'Create an artifact',
    description:
      'Creates an artifact of a running run, or of one that ended with an exception less than 25 minutes ago. ' +
      'The reply says where to upload the data, ' +
      'if there is any. Asking again may prolong the artifact or renew the upload; a contradiction is refused with 409.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: 'queue:create-artifact:<taskId>/<runId>',
    input: CreateArtifactRequest,
    output: CreateArtifactResponse,
  }),
  finishArtifact: put('/task/:taskId/runs/:runId/artifacts/:name(*)', {
    title: 'Finish an artifact',
    description: 'Says that the data of an `object` artifact is uploaded. Until then nobody can see the artifact. It may be repeated.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: 'queue:create-artifact:<taskId>/<runId>',
    input: FinishArtifactRequest,
  }),
  getArtifact: get('/task/:taskId/runs/:runId/artifacts/:name(*)', {
    title: 'Artifact data of a run',
    description:
      'Redirects to the data of an artifact, following links. The header `x-taskcluster-artifact-storage-type` names the storage type. ' +
      'An artifact of type `error` gives status 424 with its reason and message.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: mayReadAll,
    output: GetArtifactResponse,
  }),
  getLatestArtifact: get('/task/:taskId/artifacts/:name(*)', {
    title: 'Artifact data of the latest run',
    description: 'Like `getArtifact`, for the latest run of the task.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: mayReadAll,
    output: GetArtifactResponse,
  }),
  listArtifacts: get('/task/:taskId/runs/:runId/artifacts', {
    title: 'Artifacts of a run',
    description: 'The artifacts of a run in the order of their names, at most 1000 at a time.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: 'queue:list-artifacts:<taskId>:<runId>',
    query: paging,
    output: ListArtifactsResponse,
  }),
  listLatestArtifacts: get('/task/:taskId/artifacts', {
    title: 'Artifacts of the latest run',
    description: 'Like `listArtifacts`, for the latest run of the task.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: 'queue:list-artifacts:<taskId>',
    query: paging,
    output: ListArtifactsResponse,
  }),
  artifactInfo: get('/task/:taskId/runs/:runId/artifact-info/:name(*)', {
    title: 'About an artifact of a run',
    description: 'What is known about an artifact, without its data. Links are not followed.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: 'queue:list-artifacts:<taskId>:<runId>',
    output: Artifact,
  }),
  latestArtifactInfo: get('/task/:taskId/artifact-info/:name(*)', {
    title: 'About an artifact of the latest run',
    description: 'Like `artifactInfo`, for the latest run of the task.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: 'queue:list-artifacts:<taskId>',
    output: Artifact,
  }),
  artifact: get('/task/:taskId/runs/:runId/artifact-content/:name(*)', {
    title: 'Where the data of an artifact is',
    description:
      'Says where to get the data of an artifact and with which credentials, following links. Always answers ' +
      '200, errors of the artifact included.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: mayReadAll,
    output: ArtifactContentResponse,
  }),
  latestArtifact: get('/task/:taskId/artifact-content/:name(*)', {
    title: 'Where the data of a latest artifact is',
    description: 'Like `artifact`, for the latest run of the task.',
    category: 'Artifacts',
    stability: 'stable',
    scopes: mayReadAll,
    output: ArtifactContentResponse,
  }),
} as const;

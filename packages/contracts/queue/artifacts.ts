import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { patterns, ProjectId, slugid } from '../identifiers.ts';
import { closed, list, oneOf, oneOfWords, timestamp } from '../schema.ts';

import { credentialProperties } from './claims.ts';
import { ContinuationToken } from './task.ts';

export const storageTypes = ['s3', 'object', 'reference', 'link', 'error'] as const;
export type StorageType = (typeof storageTypes)[number];

export const artifactErrorReasons = [
  'file-missing-on-worker',
  'invalid-resource-on-worker',
  'too-large-file-on-worker',
  'file-not-readable-on-worker',
] as const;
export type ArtifactErrorReason = (typeof artifactErrorReasons)[number];

const kind = <const V extends StorageType>(value: V) =>
  oneOfWords([value], { title: 'Storage type', description: 'How the artifact is kept, which decides what else this object holds.' });
const expires = timestamp('Expires', 'When the artifact is deleted. Not after the task expires.');
const contentType = Type.String({
  title: 'Content type',
  description: 'The media type of the data, e.g. `text/plain; charset=utf-8`.',
  maxLength: 255,
});
const contentLength = Type.Integer({
  title: 'Content length',
  description: 'The size of the data in bytes before any compression.',
  minimum: 0,
});
const url = (description: string) => Type.String({ title: 'URL', description, format: 'uri' });

export const ObjectCredentials = named(
  'queue/v1/object-credentials',
  closed(credentialProperties, {
    title: 'Object credentials',
    description: 'Temporary credentials for the object service, for this one object.',
  }),
);

export const CreateArtifactRequest = named(
  'queue/v1/post-artifact-request',
  oneOf(
    [
      closed(
        { storageType: kind('s3'), expires, contentType, contentLength: Type.Optional(contentLength) },
        { title: 'Uploaded artifact', description: 'Data that the caller uploads with one PUT to the URL in the reply.' },
      ),
      closed(
        { storageType: kind('object'), expires, contentType, contentLength: Type.Optional(contentLength) },
        {
          title: 'Object artifact',
          description: 'Data that the caller uploads through the object service, and then reports with `finishArtifact`.',
        },
      ),
      closed(
        { storageType: kind('reference'), expires, url: url('Where the data is. It is not checked.'), contentType },
        { title: 'Reference artifact', description: 'Data that lives elsewhere; readers are redirected there.' },
      ),
      closed(
        {
          storageType: kind('link'),
          expires,
          contentType: Type.Optional(contentType),
          artifact: Type.String({
            title: 'Artifact',
            description: 'The name of another artifact of the same run. It may be created later.',
          }),
        },
        { title: 'Link artifact', description: 'A second name for an artifact of the same run.' },
      ),
      closed(
        {
          storageType: kind('error'),
          expires,
          reason: oneOfWords(artifactErrorReasons, { title: 'Reason', description: 'What went wrong, for programs.' }),
          message: Type.String({ title: 'Message', description: 'What went wrong, for people.', maxLength: 4096 }),
        },
        { title: 'Error artifact', description: 'Says why an artifact that readers expect could not be made.' },
      ),
    ],
    { title: 'Artifact request', description: 'A new artifact of a run.' },
  ),
);
export type CreateArtifactRequest = Static<typeof CreateArtifactRequest>;

const accepted = <const V extends StorageType>(value: V) =>
  closed({ storageType: kind(value) }, { title: 'Accepted', description: 'The artifact exists; nothing is left to be done.' });

export const CreateArtifactResponse = named(
  'queue/v1/post-artifact-response',
  oneOf(
    [
      closed(
        {
          storageType: kind('s3'),
          putUrl: url('PUT the data here, with exactly the content type of this reply.'),
          expires: timestamp('Expires', 'Until when the URL can be used. Repeat the request for a new one.'),
          contentType,
        },
        { title: 'Upload', description: 'Where to upload the data.' },
      ),
      closed(
        {
          storageType: kind('object'),
          name: Type.String({
            title: 'Object name',
            description: 'The name to upload to in the object service.',
            pattern: patterns.printable,
          }),
          projectId: ProjectId,
          uploadId: slugid({ title: 'Upload id', description: 'Identifies the upload, for the object service and for `finishArtifact`.' }),
          expires: timestamp('Expires', 'When the object is deleted; the object service wants the same time.'),
          credentials: ObjectCredentials,
        },
        { title: 'Object upload', description: 'What the caller needs to upload the data through the object service.' },
      ),
      accepted('reference'),
      accepted('link'),
      accepted('error'),
    ],
    { title: 'Artifact response', description: 'How to go on, depending on the storage type.' },
  ),
);
export type CreateArtifactResponse = Static<typeof CreateArtifactResponse>;

export const FinishArtifactRequest = named(
  'queue/v1/finish-artifact-request',
  closed(
    { uploadId: slugid({ title: 'Upload id', description: 'The id that `createArtifact` gave.' }) },
    { title: 'Finish artifact request', description: 'Says that the upload of an object artifact is complete.' },
  ),
);
export type FinishArtifactRequest = Static<typeof FinishArtifactRequest>;

export const GetArtifactResponse = named(
  'queue/v1/get-artifact-response',
  closed(
    {
      storageType: Type.String({
        title: 'Storage type',
        description: 'How the artifact that was found is kept, after links were followed.',
      }),
      url: url('Where the data is: the same as in the `Location` header.'),
    },
    { title: 'Artifact redirect', description: 'The body that comes with the redirect to the data.' },
  ),
);
export type GetArtifactResponse = Static<typeof GetArtifactResponse>;

/** What lists and `artifactInfo` say about an artifact. */
export const Artifact = named(
  'queue/v1/artifact-response',
  closed(
    {
      storageType: oneOfWords(storageTypes, { title: 'Storage type', description: 'How the artifact is kept.' }),
      name: Type.String({ title: 'Name', description: 'The name of the artifact, e.g. `public/build/target.zip`.', maxLength: 1024 }),
      expires: timestamp('Expires', 'When the artifact is deleted.'),
      contentType,
      contentLength: Type.Optional(contentLength),
    },
    { title: 'Artifact', description: 'What is known about an artifact, without its data.' },
  ),
);
export type Artifact = Static<typeof Artifact>;

export const ListArtifactsResponse = named(
  'queue/v1/list-artifacts-response',
  closed(
    {
      artifacts: list(Artifact, {
        title: 'Artifacts',
        description: 'Artifacts of the run in the order of their names.',
        uniqueItems: true,
      }),
      continuationToken: Type.Optional(ContinuationToken),
    },
    { title: 'Artifacts', description: 'One page of the artifacts of a run.' },
  ),
);
export type ListArtifactsResponse = Static<typeof ListArtifactsResponse>;

const constantKind = <const V extends StorageType>(value: V) =>
  Type.Literal(value, { title: 'Storage type', description: 'How the artifact is kept, which decides what else this object holds.' });

export const ArtifactContentResponse = named(
  'queue/v1/artifact-content-response',
  oneOf(
    [
      closed(
        { storageType: constantKind('s3'), url: url('Get the data here. The URL may be signed and short-lived.') },
        { title: 'Uploaded content', description: 'Data behind a plain URL.' },
      ),
      closed(
        {
          storageType: constantKind('object'),
          name: Type.String({
            title: 'Object name',
            description: 'The name to download from the object service.',
            pattern: patterns.printable,
          }),
          credentials: ObjectCredentials,
        },
        { title: 'Object content', description: 'Data in the object service, and credentials to download it.' },
      ),
      closed(
        { storageType: constantKind('reference'), url: url('Where the data is, as whoever created the artifact said.') },
        { title: 'Referenced content', description: 'Data that lives elsewhere.' },
      ),
      closed(
        {
          storageType: constantKind('error'),
          reason: Type.String({ title: 'Reason', description: 'What went wrong, for programs.' }),
          message: Type.String({ title: 'Message', description: 'What went wrong, for people.' }),
        },
        { title: 'Artifact error', description: 'Why there is no data.' },
      ),
    ],
    { title: 'Artifact content', description: 'Where to find the data of an artifact. Links were followed already.' },
  ),
);
export type ArtifactContentResponse = Static<typeof ArtifactContentResponse>;

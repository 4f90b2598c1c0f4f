import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { ProjectId, slugid } from '../identifiers.ts';
import { closed, mapOf, timestamp } from '../schema.ts';

import { Hashes } from './hashes.ts';

const uploadId = slugid({
  title: 'Upload id',
  description: 'A random id that the uploader chose. Whoever knows it may go on with the upload; nobody else can.',
});
const expires = timestamp('Expires', 'When the object is deleted.');
const contentType = Type.String({ title: 'Content type', description: 'The media type that readers will get.' });

export const CreateUploadRequest = named(
  'object/v1/create-upload-request',
  closed(
    {
      projectId: ProjectId,
      uploadId,
      expires,
      hashes: Type.Optional(Hashes),
      proposedUploadMethods: closed(
        {
          dataInline: Type.Optional(
            closed(
              {
                contentType,
                objectData: Type.String({
                  title: 'Data',
                  description: 'The data in base64: at most 8 KiB before encoding.',
                  maxLength: 10926,
                }),
              },
              { title: 'Inline data', description: 'The data comes along with this request.' },
            ),
          ),
          putUrl: Type.Optional(
            closed(
              {
                contentType,
                contentLength: Type.Integer({ title: 'Content length', description: 'The exact size of the data in bytes.' }),
              },
              { title: 'Upload to a URL', description: 'The uploader can PUT the data to a URL.' },
            ),
          ),
        },
        {
          title: 'Proposed upload methods',
          description: 'The ways of uploading that the caller can handle. None at all only reserves the name.',
        },
      ),
    },
    { title: 'Upload request', description: 'The start of an upload, or its continuation with other methods.' },
  ),
);
export type CreateUploadRequest = Static<typeof CreateUploadRequest>;

export const CreateUploadResponse = named(
  'object/v1/create-upload-response',
  closed(
    {
      projectId: ProjectId,
      uploadId,
      expires,
      uploadMethod: closed(
        {
          dataInline: Type.Optional(Type.Literal(true, { title: 'Inline data', description: 'The data has been stored.' })),
          putUrl: Type.Optional(
            closed(
              {
                url: Type.String({ title: 'URL', description: 'PUT the data here.', format: 'uri' }),
                expires: timestamp('Expires', 'Until when the URL can be used. Repeat the request for a new one.'),
                headers: mapOf(Type.String(), {
                  title: 'Headers',
                  description: 'Headers that the PUT must have, with exactly these values.',
                }),
              },
              { title: 'Upload to a URL', description: 'Where and how to PUT the data.' },
            ),
          ),
        },
        {
          title: 'Upload method',
          description: 'The way that the service chose among those proposed. Empty when it can use none of them.',
          minProperties: 0,
          maxProperties: 1,
        },
      ),
    },
    { title: 'Upload response', description: 'How to upload the data.' },
  ),
);
export type CreateUploadResponse = Static<typeof CreateUploadResponse>;

export const FinishUploadRequest = named(
  'object/v1/finish-upload-request',
  closed(
    { projectId: ProjectId, uploadId, hashes: Type.Optional(Hashes) },
    { title: 'Finish upload request', description: 'The end of an upload. Hashes given earlier need not be repeated.' },
  ),
);
export type FinishUploadRequest = Static<typeof FinishUploadRequest>;

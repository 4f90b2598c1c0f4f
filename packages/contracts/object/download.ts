import { Type } from 'typebox';
import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { ProjectId } from '../identifiers.ts';
import { closed, oneOf, timestamp } from '../schema.ts';

import { Hashes } from './hashes.ts';

const url = Type.String({ title: 'URL', description: 'GET the data here.', format: 'uri' });
const accepted = (title: string, description: string) => Type.Optional(Type.Literal(true, { title, description }));
const method = <const V extends string>(value: V) =>
  Type.Literal(value, { title: 'Method', description: 'The way of downloading that was chosen.' });

export const DownloadObjectRequest = named(
  'object/v1/download-object-request',
  closed(
    {
      acceptDownloadMethods: closed(
        {
          simple: accepted('Plain URL', 'The caller can GET a URL.'),
          getUrl: accepted('URL with hashes', 'The caller can GET a URL, ask for a new one when it lapses, and check hashes.'),
        },
        { title: 'Accepted download methods', description: 'The ways of downloading that the caller can handle.' },
      ),
    },
    { title: 'Download request', description: 'The start of a download.' },
  ),
);
export type DownloadObjectRequest = Static<typeof DownloadObjectRequest>;

export const DownloadObjectResponse = named(
  'object/v1/download-object-response',
  oneOf(
    [
      closed(
        { method: method('simple'), url },
        { title: 'Plain URL', description: 'Data behind a URL, to be read without further checks.' },
      ),
      closed(
        { method: method('getUrl'), url, expires: timestamp('Expires', 'Until when a request to the URL may start.'), hashes: Hashes },
        { title: 'URL with hashes', description: 'Data behind a short-lived URL, and what to check it against.' },
      ),
    ],
    { title: 'Download response', description: 'How to download the data.' },
  ),
);
export type DownloadObjectResponse = Static<typeof DownloadObjectResponse>;

export const ObjectMetadata = named(
  'object/v1/get-object-response',
  closed(
    { projectId: ProjectId, expires: timestamp('Expires', 'When the object is deleted.'), hashes: Hashes },
    { title: 'Object', description: 'What is known about an object, without its data.' },
  ),
);
export type ObjectMetadata = Static<typeof ObjectMetadata>;

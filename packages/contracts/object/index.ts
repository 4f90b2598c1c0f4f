import { contract, get, monitoring, post, put } from '../contract.ts';
import { patterns } from '../identifiers.ts';

import { DownloadObjectRequest, DownloadObjectResponse, ObjectMetadata } from './download.ts';
import { storageEndpoints } from './streams.ts';
import { CreateUploadRequest, CreateUploadResponse, FinishUploadRequest } from './upload.ts';

/** The object service: immutable data under a name, until it expires. */
export const object = contract({
  service: 'object',
  version: 'v1',
  title: 'Object',
  description: 'Keeps data under a name until it expires. Once its upload is finished an object never changes.',
  parameterPatterns: { name: new RegExp(patterns.printable) },
  endpoints: {
    createUpload: put('/upload/:name', {
      title: 'Begin an upload',
      description:
        'Reserves a name and says how to upload the data. Repeat the request with the same upload id to ' +
        'propose other methods or to renew a URL; ' +
        'anything that contradicts the first request is refused with 409.',
      category: 'Upload',
      stability: 'stable',
      scopes: 'object:upload:<projectId>:<name>',
      input: CreateUploadRequest,
      output: CreateUploadResponse,
    }),
    finishUpload: post('/finish-upload/:name', {
      title: 'Finish an upload',
      description: 'Makes the object readable, and unchangeable. It may be repeated.',
      category: 'Upload',
      stability: 'stable',
      scopes: 'object:upload:<projectId>:<name>',
      input: FinishUploadRequest,
    }),
    startDownload: put('/start-download/:name(*)', {
      title: 'Begin a download',
      description: 'Chooses one of the ways of downloading that the caller can handle. Status 406 if the service has none of them.',
      category: 'Download',
      stability: 'stable',
      scopes: 'object:download:<name>',
      input: DownloadObjectRequest,
      output: DownloadObjectResponse,
    }),
    object: get('/metadata/:name(*)', {
      title: 'About an object',
      description: 'What is known about an object, without its data.',
      category: 'Objects',
      stability: 'stable',
      scopes: 'object:download:<name>',
      output: ObjectMetadata,
    }),
    download: get('/download/:name(*)', {
      title: 'Data of an object',
      description: 'Redirects to the data, for browsers and plain HTTP clients. Programs that check hashes use `startDownload`.',
      category: 'Download',
      stability: 'stable',
      scopes: 'object:download:<name>',
    }),
    ...storageEndpoints,
    ...monitoring,
  },
});

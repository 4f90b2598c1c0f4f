import type { CreateUploadResponse } from '@taskcluster/contracts';
import type { UploadMethod } from '../domain/upload-method.ts';
import type { ObjectRecord } from '../store/objects.ts';

export type DownloadMethod = 'getUrl' | 'simple';

/** A place where the bytes of objects are kept. Its implementations are the other files of this folder. */
export interface Backend {
  /** The ways of downloading that it has, best first. */
  readonly downloadMethods: readonly DownloadMethod[];
  /** Takes the data, or says where to put it. May be repeated. */
  readonly beginUpload: (object: ObjectRecord, method: UploadMethod) => Promise<CreateUploadResponse['uploadMethod']>;
  /** Called before an object becomes readable; throws an ApiError when there is no data. */
  readonly finishUpload: (object: ObjectRecord) => Promise<void>;
  /** Where to GET the data, for so many seconds. */
  readonly urlOf: (object: ObjectRecord, seconds: number) => Promise<string>;
  /** Deletes the data, in bulk; data that does not exist is fine. */
  readonly remove: (objects: readonly ObjectRecord[]) => Promise<void>;
}

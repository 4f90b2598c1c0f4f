/** Public artifacts are those whose names begin with `public/` (artifacts.md, section 1). */
export type ArtifactBucket = 'public' | 'private';

/** Where the data of an artifact is: `<taskId>/<runId>/<name>` in one of the two buckets. */
export interface ArtifactPlace {
  readonly bucket: ArtifactBucket;
  readonly key: string;
}

/** Where artifacts of the type `s3` are kept. The local disk implements it, and so does whatever speaks S3. */
export interface ArtifactStore {
  /**
   * A URL to which the data may be PUT with exactly this content type. May be asked for again; the last upload wins.
   * Throws an ApiError (400) for a content type that no header can carry.
   */
  putUrl(upload: ArtifactPlace & { readonly contentType: string; readonly expiresInSeconds: number }): Promise<string>;
  /**
   * A URL from which the data can be read. Whether there is any is not looked at. `direct` leads past a cache in front of the store.
   */
  getUrl(download: ArtifactPlace & { readonly expiresInSeconds: number; readonly direct?: boolean }): Promise<string>;
  /**
   * Deletes data, of any number of keys. Keys without any are fine. Answers the keys whose data is still there, to be tried again
   * later; the store has reported them. Throws when the store could not be asked at all.
   */
  delete(gone: { readonly bucket: ArtifactBucket; readonly keys: readonly string[] }): Promise<readonly string[]>;
  /** Throws an Error that says in a sentence why artifacts cannot be kept or read, and what to do. Cheap enough to be asked often. */
  check(): Promise<void>;
  /** Uploads in parts. Absent when a single PUT takes an artifact of any size. */
  readonly multipart?: MultipartUploads;
}

/** A multipart upload that the store has begun. */
export interface BegunUpload extends ArtifactPlace {
  /** What the store calls it. */
  readonly storeUploadId: string;
}

/** Uploads in parts, for artifacts that are too large for one PUT. Nothing is visible before `complete`. */
export interface MultipartUploads {
  /** How many bytes a part has unless there would be too many of them. */
  readonly partBytes: number;
  /** Begins an upload and answers what the store calls it. The content type is fixed now. */
  begin(upload: ArtifactPlace & { readonly contentType: string; readonly contentEncoding: string }): Promise<string>;
  /** URLs to which the parts with these numbers, from 1 on, may be PUT. A part may be sent again; the last one counts. */
  partUrls(upload: BegunUpload, parts: { readonly numbers: readonly number[]; readonly expiresInSeconds: number }): Promise<string[]>;
  /**
   * Joins the parts, given the ETags of all of them in order. Throws an ApiError: 400 when a part is missing, too small or another
   * one, 409 when the store knows the upload no more and has none of its data. May be repeated.
   */
  complete(upload: BegunUpload, etags: readonly string[]): Promise<void>;
  /** Gives an upload up, and deletes its parts. One that the store does not know is fine. */
  abort(upload: BegunUpload): Promise<void>;
}

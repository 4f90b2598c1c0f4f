/** Public artifacts are those whose names begin with `public/` (artifacts.md, section 1). */
export type ArtifactBucket = 'public' | 'private';

/** Where artifacts of the type `s3` are kept. The local disk implements it, and so does whatever speaks S3. */
export interface ArtifactStore {
  /**
   * A URL to which the data may be PUT with exactly this content type. May be asked for again; the last upload wins.
   * Throws an ApiError (400) for a content type that no header can carry.
   */
  putUrl(upload: {
    readonly bucket: ArtifactBucket;
    readonly key: string;
    readonly contentType: string;
    readonly expiresInSeconds: number;
  }): Promise<string>;
  /** A URL from which the data can be read. Whether there is any is not looked at. */
  getUrl(download: { readonly bucket: ArtifactBucket; readonly key: string; readonly expiresInSeconds: number }): Promise<string>;
  /** Deletes data. Keys without any are fine. */
  delete(gone: { readonly bucket: ArtifactBucket; readonly keys: readonly string[] }): Promise<void>;
}

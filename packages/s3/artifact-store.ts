import type { S3Client } from '@aws-sdk/client-s3';
import type { Log } from '@taskcluster/log';
import type { ArtifactStore } from '@taskcluster/service';
import { openClient } from './client.ts';
import { allowPages } from './cors.ts';
import { deleteKeys } from './delete.ts';
import { orFault } from './fault.ts';
import { multipartUploads } from './multipart.ts';
import type { S3Options } from './options.ts';
import { lookAt, prove } from './probe.ts';
import { readUrls, signedPut, type Signing } from './urls.ts';

export interface S3Parts {
  readonly options: S3Options;
  readonly log: Log;
  /** Milliseconds since 1970: the machine's clock unless told, as S3 judges signatures by its own. */
  readonly now?: () => number;
}

/** A store whose buckets can be got ready. */
export interface S3ArtifactStore extends ArtifactStore {
  /**
   * Looks whether all that is needed is allowed, and sets up CORS. What is not in order is said in the log; nothing is thrown. Where it is
   * not in order, CORS is set up by the first look that finds it so: the heartbeat looks, and so does whoever asks for a URL to read from.
   */
  prepare(): Promise<void>;
}

/** Artifacts in two S3 buckets: workers and readers speak with S3 themselves, through signed URLs. */
export const s3ArtifactStore = ({ options, log, now = Date.now }: S3Parts): S3ArtifactStore => {
  const client = openClient(options);
  const signing = { client, options, now };
  const getUrl = readUrls(signing);
  const multipart = multipartUploads(signing);
  const { first, check, lookAgain } = checking(signing, log, openingToPages(client, options, log));
  return {
    putUrl: (upload) => orFault(log, 'sign a PUT', () => signedPut(signing, upload)),
    getUrl: (download) => {
      lookAgain();
      return orFault(log, 'sign a GET', () => getUrl(download));
    },
    delete: ({ bucket, keys }) => deleteKeys({ client, log, bucket: options.buckets[bucket], bulk: options.bulkDelete }, keys),
    multipart: {
      partBytes: options.partBytes,
      begin: (upload) => orFault(log, 'begin an upload', () => multipart.begin(upload)),
      partUrls: (upload, parts) => orFault(log, 'sign parts', () => multipart.partUrls(upload, parts)),
      complete: (upload, etags) => orFault(log, 'complete an upload', () => multipart.complete(upload, etags)),
      abort: (upload) => orFault(log, 'give an upload up', () => multipart.abort(upload)),
    },
    check,
    prepare: () => first().catch(() => {}),
  };
};

/** Sets up CORS in both buckets, once; only called when the store is well: otherwise this would say the same in other words. */
const openingToPages = (client: S3Client, { buckets, configureCors }: S3Options, log: Log): (() => Promise<void>) => {
  const setUp = async () => {
    for (const bucket of new Set(Object.values(buckets))) await openToPages(client, bucket, log);
  };
  let done: Promise<void> | undefined;
  return async () => {
    if (configureCors) await (done ??= setUp());
  };
};

const openToPages = (client: S3Client, bucket: string, log: Log): Promise<void> =>
  allowPages(client, bucket).catch((err: unknown) => {
    const code = err instanceof Error ? err.name : 'unknown';
    // MinIO has no rules for a bucket: it allows pages of every origin unless its own settings say otherwise.
    if (code === 'NotImplemented') return log.info({ bucket }, 'the object store has no CORS rules for buckets, so none were set');
    log.warn(
      { bucket, code },
      'pages may not show artifacts: the CORS rules of the bucket could not be read or set (s3:GetBucketCORS, s3:PutBucketCORS)',
    );
  });

// Monitors ask often; S3 is asked once in this time.
const checkMs = 60_000;

/** The look at S3, shared by all who ask within a minute. A change is told in the log, once. `whenWell` follows each look that finds it well. */
const checking = (signing: Signing, log: Log, whenWell: () => Promise<void>) => {
  let last: { readonly at: number; readonly result: Promise<void> } | undefined;
  let wrong = '';
  const tell = (message: string) => {
    if (message !== '' && message !== wrong) log.error({}, `artifacts cannot be stored or read as they should: ${message}`);
    if (message === '' && wrong !== '') log.warn({}, 'artifacts can be stored and read again');
    wrong = message;
  };
  const look = (how: (signing: Signing) => Promise<void>): Promise<void> => {
    const result = how(signing).then(
      () => {
        tell('');
        return whenWell();
      },
      (err: unknown) => {
        tell(err instanceof Error ? err.message : String(err));
        throw err;
      },
    );
    last = { at: performance.now(), result };
    return result;
  };
  const check = () => (last && performance.now() - last.at < checkMs ? last.result : look(lookAt));
  return {
    first: () => look(prove),
    check,
    /** Sees in the background whether what was wrong is over. */
    lookAgain: () => void (wrong !== '' && check().catch(() => {})),
  };
};

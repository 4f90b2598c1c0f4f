import { type ArtifactBucket, type ArtifactPlace } from '@taskcluster/service';
import { deleteKeys } from './delete.ts';
import { isSkewed, sentenceAbout, type Trouble } from './trouble.ts';
import { readUrls, signedPut, type Signing } from './urls.ts';
import { silentLog } from '@taskcluster/log';

/** What is written to see whether it can be. It is left there: the next look reads it. */
export const probeKey = 'taskcluster-check';
const contentType = 'text/plain';
const text = 'Taskcluster writes this to see whether it may.\n';
const timeoutMs = 15_000;

/** Reads what was written last time. When that fails, everything is tried as `prove` does. Throws an Error with a sentence. */
export const lookAt = async (signing: Signing): Promise<void> => {
  for (const bucket of ['public', 'private'] as const) if (await readTrouble(signing, bucket)) await prove(signing);
};

/**
 * Writes, reads and deletes in both buckets as workers and readers do: through signed URLs, without the SDK, which would correct a
 * wrong clock for itself and not for them. Throws an Error with one sentence for each bucket that is not in order.
 */
export const prove = async (signing: Signing): Promise<void> => {
  const found: string[] = [];
  for (const bucket of ['public', 'private'] as const) {
    const trouble = (await writeTrouble(signing, bucket)) ?? (await readTrouble(signing, bucket)) ?? (await deleteTrouble(signing, bucket));
    if (trouble) found.push(sentenceAbout(trouble, signing.options));
  }
  if (found.length > 0) throw new Error([...new Set(found)].join(' '));
};

type Found = Promise<Trouble | undefined>;
const placeIn = (bucket: ArtifactBucket): ArtifactPlace => ({ bucket, key: probeKey });

const writeTrouble = (signing: Signing, bucket: ArtifactBucket): Found =>
  ask({ bucket, attempt: 'written to' }, signing, async () => {
    const url = await signedPut(signing, { ...placeIn(bucket), contentType, expiresInSeconds: 60 });
    return [url, { method: 'PUT', headers: { 'content-type': contentType }, body: text }];
  });

const readTrouble = (signing: Signing, bucket: ArtifactBucket): Found => {
  const { signPublicUrls, publicCdn } = signing.options;
  // Behind a CDN the bucket need not be open, and the CDN may be out of reach from here.
  const open = bucket === 'public' && !signPublicUrls && !publicCdn;
  const reading = open ? signing : { ...signing, options: { ...signing.options, signPublicUrls: true } };
  return ask({ bucket, attempt: open ? 'read by everybody' : 'read' }, signing, async () => [
    await readUrls(reading)({ ...placeIn(bucket), expiresInSeconds: 60 }),
    {},
  ]);
};

/** Deletes a key that is not there, which needs the permission all the same. */
const deleteTrouble = async ({ client, options }: Signing, bucket: ArtifactBucket): Found => {
  const failure: { code?: string; status?: number } = {};
  const log = {
    ...silentLog,
    error: (fields: object) => void Object.assign(failure, { code: String((fields as { codes?: unknown }).codes), status: 403 }),
  };
  try {
    await deleteKeys({ client, log, bucket: options.buckets[bucket], bulk: options.bulkDelete }, [`${probeKey}-deleted`]);
  } catch (err) {
    Object.assign(failure, codeOf(err));
  }
  return failure.code === undefined ? undefined : { bucket, attempt: 'deleted from', ...failure, code: failure.code };
};

const ask = async (
  about: Pick<Trouble, 'bucket' | 'attempt'>,
  { now }: Signing,
  request: () => Promise<[url: string, init: RequestInit]>,
): Found => {
  try {
    const [url, init] = await request();
    const began = now();
    const answer = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    const body = await answer.text();
    const theirs = Date.parse(answer.headers.get('date') ?? '');
    const skewMs = Number.isNaN(theirs) ? 0 : began - theirs;
    // A reply to a PUT comes from no cache, so its time is now. Some stores take signatures of the future, and end them late.
    if (answer.ok) return init.method === 'PUT' && isSkewed(skewMs) ? { ...about, code: 'RequestTimeTooSkewed', skewMs } : undefined;
    const code = /<Code>([A-Za-z0-9.]{1,60})<\/Code>/.exec(body)?.[1] ?? answer.statusText;
    return { ...about, code, status: answer.status, skewMs };
  } catch (err) {
    return { ...about, ...codeOf(err) };
  }
};

/** What an error of the SDK or of fetch is called: never its message, which may quote a request. */
const codeOf = (err: unknown): { readonly code: string; readonly status?: number } => {
  const { name, code, cause, $metadata } = err as {
    name?: string;
    code?: string;
    cause?: { code?: string; errors?: { code?: string }[] };
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  return { code: code ?? cause?.code ?? cause?.errors?.[0]?.code ?? name ?? 'unknown', ...(status === undefined ? {} : { status }) };
};

import { s3Options } from './options.ts';
import { openClient } from './client.ts';
import type { S3Config } from './settings.ts';
import { readUrls } from './urls.ts';

/** The origins that URLs of artifacts lead to: pages that show artifacts have to be allowed to read from there. None without S3. */
export const s3Origins = async (config: S3Config): Promise<readonly string[]> => {
  const options = s3Options(config);
  if (!options) return [];
  // Any key will do: only the address of what is signed matters, and nothing is sent.
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
  const getUrl = readUrls({ client: openClient({ ...options, credentials }), options, now: Date.now });
  const at = { key: 'x', expiresInSeconds: 1 } as const;
  const urls = await Promise.all([getUrl({ ...at, bucket: 'private' }), getUrl({ ...at, bucket: 'public', direct: true })]);
  return [...new Set([...urls, ...(options.publicCdn ? [options.publicCdn] : [])].map((url) => new URL(url).origin))];
};

import { maxParts } from '@taskcluster/contracts';
import { inputError, type Refusal } from './refusal.ts';

export interface Cut {
  readonly partBytes: number;
  readonly parts: number;
}

const mib = 1024 ** 2;
// The largest part that S3 takes. With 10,000 of them an object would have 48.8 TiB; S3 itself refuses before that.
const maxPartBytes = 5 * 1024 * mib;

/** How many bytes are cut into parts: parts of the usual size, larger ones (whole MiB) when there would be too many. */
export const cut = (contentLength: number, usualBytes: number): Cut | Refusal => {
  const needed = Math.ceil(contentLength / maxParts / mib) * mib;
  const partBytes = Math.max(usualBytes, needed);
  if (partBytes > maxPartBytes)
    return inputError(
      `contentLength is ${contentLength}, and no store takes more than ${maxPartBytes * maxParts}. Make several artifacts of it.`,
    );
  return { partBytes, parts: Math.ceil(contentLength / partBytes) };
};

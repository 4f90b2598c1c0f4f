import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { type Body, streamOf } from './source.ts';

export interface Put {
  readonly url: string;
  readonly contentType: string;
  readonly contentEncoding: 'identity' | 'gzip';
  readonly body: Body;
  readonly signal: AbortSignal;
}

// An upload may take hours, but not stand still.
const silenceMs = 60_000;
const shownBytes = 500;

/**
 * Sends the body once, with its exact length (S3 takes no other), and answers the status and the beginning of the reply.
 * `fetch` cannot do it: it sends streams in chunks of unknown total. Rejected when no reply came.
 */
export const put = ({
  url,
  contentType,
  contentEncoding,
  body,
  signal,
}: Put): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const headers = { 'content-type': contentType, 'content-encoding': contentEncoding, 'content-length': body.size };
    const sending = request(url, { method: 'PUT', headers, signal });
    sending.setTimeout(silenceMs, () => sending.destroy(new Error(`the upload stood still for ${silenceMs / 1000} seconds`)));
    sending.on('error', reject);
    sending.on('response', (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (part: string) => {
        if (text.length < shownBytes) text += part;
      });
      const done = () => resolve({ status: reply.statusCode ?? 0, text: text.slice(0, shownBytes) });
      reply.on('end', done);
      // A refusal in the middle of the body ends the connection: the status is what counts.
      reply.on('error', done);
    });
    // An error of the connection is told by the request itself; this one also catches a file that cannot be read.
    pipeline(streamOf(body), sending).catch(reject);
  });

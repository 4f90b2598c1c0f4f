import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { type Source, streamOf } from './source.ts';

export interface Put {
  readonly url: string;
  /** Besides the length of the body. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Source;
  readonly signal: AbortSignal;
}

// An upload may take hours, but not stand still.
const silenceMs = 60_000;
const shownBytes = 500;

export interface PutReply {
  readonly status: number;
  /** The beginning of the reply. */
  readonly text: string;
  /** What the store calls the version that it has now; empty when it does not say. */
  readonly etag: string;
}

/**
 * Sends the body once, with its exact length (S3 takes no other), and answers what the store said.
 * `fetch` cannot do it: it sends streams in chunks of unknown total. Rejected when no reply came.
 */
export const put = ({ url, headers, body, signal }: Put): Promise<PutReply> =>
  new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const sending = request(url, { method: 'PUT', headers: { ...headers, 'content-length': body.size }, signal });
    sending.setTimeout(silenceMs, () => sending.destroy(new Error(`the upload stood still for ${silenceMs / 1000} seconds`)));
    sending.on('error', reject);
    sending.on('response', (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (part: string) => {
        if (text.length < shownBytes) text += part;
      });
      const done = () => resolve({ status: reply.statusCode ?? 0, text: text.slice(0, shownBytes), etag: reply.headers.etag ?? '' });
      reply.on('end', done);
      // A refusal in the middle of the body ends the connection: the status is what counts.
      reply.on('error', done);
    });
    // An error of the connection is told by the request itself; this one also catches a file that cannot be read.
    pipeline(streamOf(body), sending).catch(reject);
  });

export const isTaken = ({ status }: PutReply): boolean => status >= 200 && status < 300;

/** Whether the same may succeed later: 400 is what S3 answers to a broken connection, 403 to a URL that has run out (worker.md, section 9). */
export const worthAnother = ({ status }: PutReply): boolean => status >= 500 || [400, 403, 408, 429].includes(status);

export const refusalOf = ({ status, text }: PutReply): string => `the store answered ${status} ${text.replaceAll(/\s+/g, ' ')}`.trim();

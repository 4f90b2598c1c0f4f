import { Agent, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What is sent to a method, before anybody has signed it. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  /** Text goes as it is, everything else as JSON. */
  readonly body?: unknown;
}
export interface Answer {
  readonly status: number;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** Sends one request, as it is. Of a stream that does not end only the status is read. */
export const send = ({ method, url, body }: Outgoing, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const data = body === undefined || typeof body === 'string' ? (body as string | undefined) : JSON.stringify(body);
    const sent: Record<string, string | number> = { ...headers };
    if (data !== undefined) sent['content-type'] = 'application/json';
    if (method !== 'GET') sent['content-length'] = Buffer.byteLength(data ?? '');
    const { hostname, port, origin } = new URL(url);
    // As it was given: a URL object would tidy up what a test has made untidy.
    const path = url.slice(origin.length);
    const outgoing = httpRequest({ host: hostname, port, path, method, headers: sent, agent }, (incoming) => {
      const status = incoming.statusCode ?? 0;
      if (incoming.headers['content-type']?.startsWith('text/event-stream')) {
        incoming.destroy();
        resolve({ status, text: '' });
      } else buffer(incoming).then((content) => resolve({ status, text: content.toString() }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(data);
  });

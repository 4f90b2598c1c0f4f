import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const noSuchUpload =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchUpload</Code><Message>The upload does not exist.</Message></Error>';

/** An S3 server that makes difficulties. */
export interface DifficultS3 {
  readonly endpoint: string;
  /** It takes requests and answers none until it is told to go on. `reached` once it has taken so many. */
  readonly standStill: (requests: number) => { readonly reached: Promise<void>; readonly goOn: () => void };
  readonly stop: () => Promise<void>;
}

/**
 * An S3 server before another one, which knows an upload in parts no more once it has ended. Many services are so; the one behind it, like
 * Amazon's, answers that an upload is complete a second time, and even says so of one that was given up when its key has data.
 */
export const startDifficult = async (target: string): Promise<DifficultS3> => {
  const ended = new Set<string>();
  let goes = Promise.resolve();
  let taken = () => {};
  const answer = async (asked: IncomingMessage, reply: ServerResponse) => {
    taken();
    await goes;
    const uploadId = new URL(asked.url ?? '', target).searchParams.get('uploadId');
    const ends = uploadId !== null && (asked.method === 'POST' || asked.method === 'DELETE');
    if (ends && ended.has(uploadId)) {
      asked.resume();
      reply.writeHead(404, { 'content-type': 'application/xml' }).end(noSuchUpload);
    } else if ((await forward(target, asked, reply)) && ends) ended.add(uploadId);
  };
  const server = createServer((asked, reply) => void answer(asked, reply).catch(() => reply.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    standStill: (requests) => {
      const [still, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let left = requests;
      goes = still.promise;
      taken = () => void (--left === 0 && reached.resolve());
      return { reached: reached.promise, goOn: still.resolve };
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Passes a request on as it is (its signature names the host that was asked), and its answer back. Answers whether it succeeded. */
const forward = async (target: string, asked: IncomingMessage, reply: ServerResponse): Promise<boolean> => {
  const { method, headers, url: path } = asked;
  const { hostname, port } = new URL(target);
  const body = await buffer(asked);
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    request({ hostname, port, method, headers, path }, resolve).on('error', reject).end(body),
  );
  const data = await buffer(answer);
  reply.writeHead(answer.statusCode ?? 502, answer.rawHeaders).end(data);
  return (answer.statusCode ?? 502) < 300;
};

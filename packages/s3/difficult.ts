import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

const noSuchUpload =
  '<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchUpload</Code><Message>The upload does not exist.</Message></Error>';

/**
 * An S3 server before another one, which knows an upload in parts no more once it has ended. Many services are so; the one behind it, like
 * Amazon's, answers that an upload is complete a second time, and even says so of one that was given up when its key has data.
 */
export const startDifficult = async (target: string): Promise<{ readonly endpoint: string; readonly stop: () => Promise<void> }> => {
  const ended = new Set<string>();
  const server = createServer((asked, reply) => {
    const uploadId = new URL(asked.url ?? '', target).searchParams.get('uploadId');
    const ends = uploadId !== null && (asked.method === 'POST' || asked.method === 'DELETE');
    if (!ends) return void forward(target, asked, reply).catch(() => reply.destroy());
    if (ended.has(uploadId)) {
      asked.resume();
      return void reply.writeHead(404, { 'content-type': 'application/xml' }).end(noSuchUpload);
    }
    forward(target, asked, reply).then(
      (isDone) => void (isDone && ended.add(uploadId)),
      () => reply.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
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

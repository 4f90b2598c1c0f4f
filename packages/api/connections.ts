import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError } from './errors.ts';

/** Knows which connections have a request under way, so that a stop need not wait for the others. */
export interface Connections {
  /** Ends every connection that carries no request now: idle ones, and those over which none was ever sent (browsers open some ahead). */
  endIdle(): void;
}

export const watchConnections = (server: Server): Connections => {
  const requests = new Map<Socket, number>();
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.once('close', () => requests.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    response.once('close', () => {
      if (requests.has(socket)) requests.set(socket, (requests.get(socket) ?? 1) - 1);
    });
  });
  return {
    endIdle: () => {
      for (const [socket, count] of requests) if (count === 0) socket.destroySoon();
    },
  };
};

/**
 * From the signal on every answer is the last one of its connection, so that nobody sends the next request into one that closes; and
 * what comes all the same (over a connection that is busy) is refused before anything is done for it.
 */
export const turnAwayWhen = (stopping: AbortSignal, app: FastifyInstance): void => {
  app.addHook('onRequest', (_request, _reply, next) => next(stopping.aborted ? isStopping() : undefined));
  app.addHook('onSend', (_request, reply, _payload, next) => {
    if (stopping.aborted) reply.header('connection', 'close');
    next();
  });
};

const isStopping = () =>
  new ApiError(
    'ServiceUnavailable',
    'This process of the platform is stopping. Nothing was done; send the request again over a new connection.',
    {},
    { retryAfterSeconds: 1 },
  );

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

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

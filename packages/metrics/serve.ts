import type { Log } from '@taskcluster/log';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetricsRegistry } from './registry.ts';

export interface MetricsServer {
  /** The port that it listens on. */
  readonly port: number;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly registry: MetricsRegistry;
  readonly ip: string;
  /** 0 is a free one. */
  readonly port: number;
  readonly log: Log;
}

// Whoever scrapes asks a short question. Nobody else should be here, and nobody may hold the process up.
const limits = { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 60_000, maxHeaderSize: 8_192 } as const;

/**
 * Serves `/metrics`, and `/health` and `/healthz` for who watches the process; everything else is 404 (deploy.md, section 13).
 * It is apart from the API so that metrics need not be public. Throws when the port is taken.
 */
export const serveMetrics = async ({ registry, ip, port, log }: ServeOptions): Promise<MetricsServer> => {
  const server = createServer(limits, (request, response) => {
    request.resume();
    const path = (request.url ?? '').replace(/\?.*$/s, '');
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (reads && path === '/metrics') void answerMetrics(registry, response, log);
    else if (reads && (path === '/health' || path === '/healthz')) answer(response, 200, 'OK\n');
    else answer(response, 404, 'Not found. Metrics are at /metrics.\n');
  });
  server.maxConnections = 100;
  server.listen({ host: ip, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code = String(cause) } = cause as { code?: string };
    const why = code === 'EADDRINUSE' ? 'that port is taken' : code;
    throw new Error(`Metrics cannot be served on ${ip}:${port}: ${why}. Choose another "server" in PROMETHEUS_CONFIG.`, { cause });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

const answer = (response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'content-length': Buffer.byteLength(text) }).end(text);
};

const answerMetrics = async (registry: MetricsRegistry, response: ServerResponse, log: Log): Promise<void> => {
  try {
    answer(response, 200, await registry.text(), registry.contentType);
  } catch (err) {
    log.error({ err }, 'metrics could not be written');
    answer(response, 500, 'Metrics cannot be written. The log of the process says why.\n');
  }
};

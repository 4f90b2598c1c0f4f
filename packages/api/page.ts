import type { FastifyInstance, FastifyReply } from 'fastify';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { accepts } from './compression.ts';

export interface Page {
  /** The folder with `index.html` and its assets. */
  readonly folder: string;
  /** Origins from which the page may read data besides its own: logs and other artifacts that are kept elsewhere. */
  readonly readsFrom?: readonly string[];
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

// The page loads nothing from elsewhere but data, and runs no script that is not one of its files.
const policyFor = (readsFrom: readonly string[]): string =>
  `default-src 'self'; connect-src ${["'self'", ...readsFrom].join(' ')}; ` +
  "style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

interface Asset {
  readonly type: string;
  readonly immutable: boolean;
  readonly raw: Buffer;
  /** Packed at the first request that accepts it, then kept: the assets never change while the process runs. */
  br?: Buffer;
  gzip?: Buffer;
}

/** Serves the built page: its files, and `index.html` for every other path, so that each view has an address that can be shared. */
export const servePage = (app: FastifyInstance, { folder, readsFrom = [] }: Page): void => {
  const policy = policyFor(readsFrom);
  const assets = new Map<string, Asset>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, file);
    if (!statSync(path).isFile()) continue;
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    assets.set(url, {
      type: types[extname(file)] ?? 'application/octet-stream',
      immutable: /-[\w-]{8}\.\w+$/.test(file),
      raw: readFileSync(path),
    });
  }
  const index = assets.get('/index.html');
  app.get('/*', (request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    const asset = assets.get(path) ?? (isView(path) ? index : undefined);
    if (!asset) return reply.callNotFound();
    sendAsset(reply, { asset, policy, accepted: request.headers['accept-encoding'] ?? '' });
  });
};

const isView = (path: string) => !/^\/(?:api|references|schemas|assets)(?:\/|$)/.test(path);

interface Sending {
  readonly asset: Asset;
  readonly policy: string;
  readonly accepted: string;
}

const sendAsset = (reply: FastifyReply, { asset, policy, accepted }: Sending): void => {
  reply
    .type(asset.type)
    .header('cache-control', asset.immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    .header('content-security-policy', policy)
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('vary', 'accept-encoding');
  if (accepts(accepted, 'br')) {
    asset.br ??= brotliCompressSync(asset.raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
    void reply.header('content-encoding', 'br').send(asset.br);
  } else if (accepts(accepted, 'gzip')) {
    asset.gzip ??= gzipSync(asset.raw);
    void reply.header('content-encoding', 'gzip').send(asset.gzip);
  } else void reply.send(asset.raw);
};

import { absolute, type Json } from '@taskcluster/contracts/publish';
import { type Authentication, ReplayGuard, type SignedRequest } from '@taskcluster/hawk';
import type { Log } from '@taskcluster/log';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { compress } from './compression.ts';
import { failureOf } from './failure.ts';
import { turnAwayWhen, watchConnections } from './connections.ts';
import { setApiHeaders } from './headers.ts';
import type { Method } from './method.ts';
import { type Page, servePage } from './page.ts';
import { acceptBodies, type BodyLimits, cutIdleUploads } from './receiving.ts';
import { recordRequests, type RequestMetrics } from './requests.ts';
import type { ClaimHeader } from './used-headers.ts';
import { earlyFailure, mount, pathsOf, requestInfoOf, type WireOptions } from './wire.ts';

export interface ServerOptions {
  readonly rootUrl: string;
  readonly methods: readonly Method[];
  readonly authenticate: (request: SignedRequest) => Authentication;
  /** Knows the headers that other processes have seen; absent where there are none. */
  readonly claimHeader?: ClaimHeader;
  readonly now: () => number;
  readonly log: Log;
  readonly version: object;
  /** Documents by path, in abstract form (`publish()` of the contracts). */
  readonly documents: ReadonlyMap<string, Json>;
  /** The folder of the built web page; absent: there is none. */
  readonly page?: Page | undefined;
  /** Records what is asked and how long it takes; absent while metrics are off. */
  readonly metrics?: RequestMetrics | undefined;
  /** Milliseconds for which a connection without a request is kept; 90 s unless told. */
  readonly keepAliveMs?: number | undefined;
  /** Lower ones are for tests. */
  readonly bodies?: Partial<BodyLimits> | undefined;
}

export interface Server {
  /** Listens; answers the port. A port that is taken is an error with code EADDRINUSE. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>;
  /** Accepts nothing new, ends long polls and streams, lets running requests finish for at most `graceMs`, closes. */
  close(graceMs?: number): Promise<void>;
}

// Longer than most load balancers keep an idle connection (60 s), so that they never send into a closing one.
const usualKeepAliveMs = 90_000;
const replayWindowMs = 30 * 60_000;

/** The HTTP server of a process: the methods, the references, the monitoring paths and the web page. */
export const createServer = (options: ServerOptions): Server => {
  const stopping = new AbortController();
  const app = fastify({
    logger: false,
    keepAliveTimeout: options.keepAliveMs ?? usualKeepAliveMs,
    genReqId: () => randomUUID(),
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength: 4096, caseSensitive: true },
    forceCloseConnections: 'idle',
    // Its refusal is not in the form of ours.
    return503OnClosing: false,
    // An URL that cannot be decoded never reaches a route.
    frameworkErrors: (err, request, reply) => {
      setApiHeaders(request as never, reply as never);
      void (reply as FastifyReply).code(err.statusCode ?? 400).send({ error: err.message });
    },
  });
  const wire: WireOptions = {
    authenticate: options.authenticate,
    claimHeader: options.claimHeader,
    replays: new ReplayGuard({ windowMs: replayWindowMs, now: options.now }),
    log: options.log,
    stopping: stopping.signal,
  };
  const connections = watchConnections(app.server);
  turnAwayWhen(stopping.signal, app);
  if (options.metrics) recordRequests(app, options.metrics);
  acceptBodies(app, options.bodies);
  answerErrors(app, options.log);
  for (const method of options.methods) if (method.endpoint.input !== 'stream') mount(app, method, wire);
  void app.register(async (streams) => {
    streams.removeAllContentTypeParsers();
    streams.addContentTypeParser('*', (_request, _payload, done) => done(null));
    cutIdleUploads(streams, options.bodies);
    for (const method of options.methods) if (method.endpoint.input === 'stream') mount(streams, method, wire);
  });
  answerOptions(app, options.methods);
  servePlain(app, options);
  if (options.page) servePage(app, options.page);
  return {
    listen: async ({ host, port }) => {
      await app.listen({ host, port });
      const address = app.server.address();
      return typeof address === 'object' && address ? address.port : port;
    },
    close: async (graceMs = 10_000) => {
      stopping.abort();
      // Again and again: a connection that ends its request after the close began is idle only then.
      const sweep = setInterval(() => connections.endIdle(), 20);
      const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
      await app.close();
      clearInterval(sweep);
      clearTimeout(cut);
    },
  };
};

const answerErrors = (app: FastifyInstance, log: Log): void => {
  app.setErrorHandler((thrown, request, reply) => {
    setApiHeaders(request, reply);
    const { status, headers, body } = failureOf(earlyFailure(thrown), requestInfoOf(request), log);
    void reply
      .code(status)
      .headers(headers)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(body, null, 2));
  });
  app.setNotFoundHandler((request, reply) => {
    setApiHeaders(request, reply);
    void reply
      .code(404)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ error: 'Not found' }, null, 2));
  });
};

const answerOptions = (app: FastifyInstance, methods: readonly Method[]): void => {
  const allowed = new Map<string, Set<string>>();
  for (const { service, endpoint } of methods) {
    for (const path of pathsOf(endpoint.route)) {
      // The router takes one name for a parameter at one place: names differ between methods, so they are numbered.
      const url = `/api/${service}/v1${path}`;
      const shape = url.replace(/:\w+/g, ':p');
      const set = allowed.get(shape) ?? allowed.set(shape, new Set(['OPTIONS'])).get(shape);
      set?.add(endpoint.method.toUpperCase());
      if (endpoint.method === 'get') set?.add('HEAD');
    }
  }
  for (const [shape, verbs] of allowed) {
    let n = 0;
    app.options(
      shape.replace(/:p/g, () => `:p${n++}`),
      (request, reply) => {
        setApiHeaders(request, reply);
        void reply.header('allow', [...verbs].join(',')).send('');
      },
    );
  }
};

interface Plain {
  readonly type: string;
  readonly text: string;
}

const plainJson = (text: string): Plain => ({ type: 'application/json; charset=utf-8', text });

/** What is the same for everybody: the monitoring paths and the documents. */
const servePlain = (app: FastifyInstance, { version, documents, rootUrl }: ServerOptions): void => {
  const mounts: readonly (readonly [string, Plain])[] = [
    ['/robots.txt', { type: 'text/plain; charset=utf-8', text: 'User-agent: *\nDisallow: /\n' }],
    ['/__version__', plainJson(JSON.stringify(version, null, 2))],
    ['/__heartbeat__', plainJson('{}')],
    ['/__lbheartbeat__', plainJson('{}')],
  ];
  // Every verb and everything below (api-conventions, section 1): a probe with a slash too many must not get the web page.
  for (const [path, plain] of mounts) for (const url of [path, `${path}/*`]) app.all(url, answerPlain(plain));
  for (const [path, document] of documents) {
    const shown = path.endsWith('references.json') ? document : absolute(document, rootUrl);
    app.get(path.startsWith('/') ? path : `/${path}`, answerPlain(plainJson(JSON.stringify(shown, null, 2))));
  }
};

const answerPlain =
  ({ type, text }: Plain) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const packed = await compress(text, request.headers['accept-encoding']);
    reply.type(type).header('access-control-allow-origin', '*').header('x-content-type-options', 'nosniff');
    return packed ? reply.header('content-encoding', packed.encoding).send(packed.body) : reply.send(text);
  };

import { contract, get, monitoring, named, post, put } from '@taskcluster/contracts';
import { authenticate, authorizationHeader, type Authority } from '@taskcluster/hawk';
import { type Log, silentLog } from '@taskcluster/log';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Type } from 'typebox';
import { ApiError } from './errors.ts';
import { methodsOf } from './method.ts';
import { monitoringHandlers } from './monitoring.ts';
import { respond } from './respond.ts';
import { createServer, type ServerOptions } from './server.ts';
import { type Handlers, serviceApi } from './service.ts';

const Thing = named(
  'toy/v1/thing',
  Type.Object({ name: Type.String({ maxLength: 10 }), size: Type.Integer({ default: 7 }) }, { additionalProperties: false }),
);

/** A contract with one method for each thing that the server has to get right. */
export const toy = contract({
  service: 'toy',
  version: 'v1',
  title: 'Toy',
  description: 'For tests.',
  parameterPatterns: { id: /^[a-z]+$/ },
  endpoints: {
    thing: get('/thing/:id', {
      title: 't',
      description: 'd',
      category: 'c',
      scopes: 'toy:get:<id>',
      query: { limit: /^[0-9]+$/ },
      output: Thing,
    }),
    putThing: put('/thing/:id', {
      title: 't',
      description: 'd',
      category: 'c',
      scopes: 'toy:put:<id>',
      input: Thing,
      output: Thing,
      secretInput: ['name'],
    }),
    rest: get('/rest/:path(*)', { title: 't', description: 'd', category: 'c', output: Type.Object({ path: Type.String() }) }),
    middle: get('/middle/:pair(*)/end', { title: 't', description: 'd', category: 'c', output: Type.Object({ pair: Type.String() }) }),
    deferred: post('/deferred', { title: 't', description: 'd', category: 'c', scopes: 'toy:deferred:<who>', output: Type.Object({}) }),
    forgetful: post('/forgetful', { title: 't', description: 'd', category: 'c', scopes: 'toy:deferred:<who>', output: Type.Object({}) }),
    wrong: get('/wrong', { title: 't', description: 'd', category: 'c', output: Thing }),
    nothing: post('/nothing', { title: 't', description: 'd', category: 'c' }),
    large: get('/large', { title: 't', description: 'd', category: 'c', output: Type.Object({ text: Type.String() }) }),
    broken: get('/broken', { title: 't', description: 'd', category: 'c' }),
    offline: get('/offline', { title: 't', description: 'd', category: 'c' }),
    wait: get('/wait', { title: 't', description: 'd', category: 'c', output: Type.Object({ ended: Type.String() }) }),
    held: get('/held', { title: 't', description: 'd', category: 'c', output: Type.Object({ gone: Type.Boolean() }) }),
    upload: put('/upload/:name', {
      title: 't',
      description: 'd',
      category: 'c',
      scopes: 'toy:put:<name>',
      input: 'stream',
      output: Type.Object({ bytes: Type.Integer(), encoding: Type.String(), type: Type.String() }),
    }),
    download: get('/download', { title: 't', description: 'd', category: 'c', output: 'blob' }),
    endless: get('/endless', { title: 't', description: 'd', category: 'c', output: 'blob' }),
    forked: get('/forked', { title: 't', description: 'd', category: 'c', output: Type.Object({}) }),
    slow: get('/slow', { title: 't', description: 'd', category: 'c', output: 'blob' }),
    brokenOff: put('/broken-off', { title: 't', description: 'd', category: 'c', input: 'stream', output: Type.Object({}) }),
    dated: post('/dated', {
      title: 't',
      description: 'd',
      category: 'c',
      input: Type.Object({ when: Type.String({ format: 'date-time' }) }, { additionalProperties: false }),
      output: Type.Object({ when: Type.String() }),
    }),
    ...monitoring,
  },
});

/** What a test can see of a request that waits. */
export interface Waiting {
  began: () => void;
  ended: (how: string) => void;
  /** Holds up the method `held` until it is resolved. */
  go: Promise<void>;
}

async function* slowly(go: Promise<void>) {
  yield 'the beginning, ';
  await go;
  yield 'the end';
}

/** Data without an end, which tells when nobody wants it any more. */
const endless = (waiting: Waiting): Readable =>
  new Readable({
    read() {
      setImmediate(() => this.push('data '));
    },
    destroy(cause, done) {
      waiting.ended('destroyed');
      done(cause);
    },
  });

export const handlers: Handlers<typeof toy, Waiting> = {
  thing: async (_, { params: { id } }) => ({ name: id, size: 1 }),
  putThing: async (_, { body }) => {
    if (body.name === 'taken') throw new ApiError('RequestConflict', 'The name {{name}} is taken.', { name: body.name });
    return body;
  },
  rest: async (_, { params: { path } }) => ({ path }),
  middle: async (_, { params: { pair } }) => ({ pair }),
  deferred: async (_, { caller }) => {
    caller.authorize({ who: 'me' });
    return {};
  },
  forgetful: async () => ({}),
  wrong: async () => ({ name: 'far too long for this', size: 1 }),
  nothing: async () => undefined,
  large: async () => ({ text: 'x'.repeat(5000) }),
  broken: async () => {
    throw new Error('the password is sesame');
  },
  offline: async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  },
  wait: async (waiting, { signal }) => {
    waiting.began();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    waiting.ended('aborted');
    return { ended: 'aborted' };
  },
  held: async (waiting, request) => {
    waiting.began();
    await waiting.go;
    const gone = request.signal.aborted;
    waiting.ended(`${gone ? 'gone' : 'there'}, ${request.signal === request.signal ? 'one signal' : 'many signals'}`);
    return { gone };
  },
  upload: async (_, { stream, headers: { 'content-encoding': encoding = 'none', 'content-type': type = 'none' } }) => ({
    bytes: (await buffer(stream)).length,
    encoding,
    type,
  }),
  download: async () => respond(200, { 'content-type': 'text/plain', 'x-more': 'yes' }, Readable.from(['some ', 'data'])),
  endless: async (waiting) => respond(200, { 'content-type': 'text/plain' }, endless(waiting)),
  forked: async (waiting, { signal }) => {
    signal.addEventListener('abort', () => waiting.ended('over'));
    return {};
  },
  slow: async ({ go }) => respond(200, { 'content-type': 'text/plain' }, Readable.from(slowly(go))),
  brokenOff: async (waiting, { stream }) => {
    await buffer(stream).catch((err: NodeJS.ErrnoException) => waiting.ended(err.code ?? 'no code'));
    return {};
  },
  dated: async (_, { body }) => body,
};

export const token = 'a'.repeat(44);
const authority: Authority = {
  findClient: (clientId) =>
    ({
      all: { clientId, accessToken: token, scopes: Object.freeze(['*']), expires: new Date(4e12), disabled: false },
      none: { clientId, accessToken: token, scopes: Object.freeze(['secret:scope']), expires: new Date(4e12), disabled: false },
    })[clientId],
  expand: (scopes) => Object.freeze([...scopes]),
  now: Date.now,
};

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Buffer;
  readonly json: {
    readonly code: string;
    readonly message: string;
    readonly requestInfo: { readonly method: string; readonly params: object; readonly payload: object; readonly time: string };
  };
}
export interface Ask {
  readonly as?: 'all' | 'none' | 'nobody';
  readonly headers?: Readonly<Record<string, string>>;
  readonly raw?: string | Buffer;
  readonly json?: unknown;
}

export interface TestServer {
  readonly port: number;
  readonly ask: (method: string, path: string, options?: Ask) => Promise<Answer>;
  readonly waiting: Waiting;
  readonly close: (graceMs?: number) => Promise<void>;
}

export interface TestServerOptions extends Pick<ServerOptions, 'page' | 'bodies'> {
  readonly log?: Log;
}

export const openTestServer = async ({ page, bodies, log = silentLog }: TestServerOptions = {}): Promise<TestServer> => {
  const waiting: Waiting = { began: () => {}, ended: () => {}, go: Promise.resolve() };
  const server = createServer({
    rootUrl: 'http://localhost',
    methods: methodsOf(serviceApi({ contract: toy, handlers, service: waiting }), monitoringHandlers({ version: '1' })),
    authenticate: (request) => authenticate(request, authority),
    now: Date.now,
    log,
    version: { version: '1' },
    documents: new Map(),
    page,
    bodies,
  });
  const port = await server.listen({ host: '127.0.0.1', port: 0 });
  const ask = (method: string, path: string, { as = 'all', headers = {}, raw, json }: Ask = {}) => {
    const url = `http://localhost:${port}${path}`;
    const data = json === undefined ? raw : JSON.stringify(json);
    const sent: Record<string, string | number> = { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers };
    if (data !== undefined) sent['content-length'] = Buffer.byteLength(data);
    if (as !== 'nobody') sent['authorization'] ??= authorizationHeader({ credentials: { clientId: as, accessToken: token }, method, url });
    return new Promise<Answer>((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port, path, method, headers: { host: `localhost:${port}`, ...sent }, agent: false },
        (response) => {
          buffer(response).then((body) => {
            const text = body.toString();
            const isJson = /json/.test(response.headers['content-type'] ?? '') && !response.headers['content-encoding'] && text !== '';
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              body,
              json: isJson ? (JSON.parse(text) as Answer['json']) : (undefined as never),
            });
          }, reject);
        },
      );
      request.on('error', reject);
      request.end(data);
    });
  };
  return { port, ask, waiting, close: (graceMs) => server.close(graceMs) };
};

import type { Log } from '@taskcluster/log';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { parseBody } from './body.ts';
import { type CheckedCaller, createCaller } from './caller.ts';
import { compress } from './compression.ts';
import { ApiError } from './errors.ts';
import { failureOf, type RequestInfo } from './failure.ts';
import { setApiHeaders } from './headers.ts';
import type { Method, MethodRequest } from './method.ts';
import { type AuthenticateOptions, authenticateRequest, authentication } from './signed.ts';
import type { Respond } from './respond.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The API method behind a route. */
    readonly apiMethod?: Pick<Method, 'service' | 'name' | 'endpoint'>;
  }
}

export interface WireOptions extends AuthenticateOptions {
  readonly log: Log;
  /** Aborted when the process stops: ends long polls and streams. */
  readonly stopping: AbortSignal;
}

/** Serves one method on all paths that its route stands for. */
export const mount = (app: FastifyInstance, method: Method, options: WireOptions): void => {
  const base = `/api/${method.service}/v1`;
  const handler = handlerOf(method, options);
  for (const url of pathsOf(method.endpoint.route))
    app.route({
      method: method.endpoint.method.toUpperCase() as RouteOptions['method'],
      url: base + url,
      handler,
      config: { apiMethod: method },
    });
};

/**
 * The router's paths for a route: a trailing slash is tolerated unless a parameter takes the rest of the path, and a parameter
 * that takes slashes in the middle of a path is there once for one segment and once for two. One that may be left out ends its path.
 */
export const pathsOf = (route: string): string[] => {
  if (/\(\*\)./.test(route)) return [route.replace('(*)', ''), route.replace(/:(\w+)\(\*\)/, ':$1__1/:$1__2')].flatMap((r) => [r, `${r}/`]);
  if (route.endsWith('(*)')) return [route.replace(/:\w+\(\*\)$/, '*')];
  const left = /^(.*)\/:\w+\?$/.exec(route)?.[1];
  if (left !== undefined) return [left, route.slice(0, -1)].flatMap((r) => [r, `${r}/`]);
  const bare = route.replace(/\/+$/, '');
  return bare === '' ? ['/'] : [bare, `${bare}/`];
};

const restName = (route: string) => /:(\w+)\(\*\)/.exec(route)?.[1];

const paramsOf = (request: FastifyRequest, rest: string | undefined): Record<string, string> => {
  const given = request.params as Record<string, string>;
  if (rest === undefined) return given;
  const { '*': all, [`${rest}__1`]: one, [`${rest}__2`]: two, ...others } = given;
  const value = all ?? (one === undefined ? undefined : `${one}/${two ?? ''}`);
  return value === undefined ? others : { ...others, [rest]: value };
};

/** What an error says about a request that did not get as far as its handler. */
export const requestInfoOf = (request: FastifyRequest): RequestInfo => {
  const { apiMethod } = request.routeOptions.config;
  if (!apiMethod) return { method: request.method, params: {}, payload: {} };
  return { method: apiMethod.name, params: paramsOf(request, restName(apiMethod.endpoint.route)), payload: {} };
};

const handlerOf = ({ endpoint, name, perform }: Method, options: WireOptions) => {
  const rest = restName(endpoint.route);
  const streamed = endpoint.input === 'stream';
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    setApiHeaders(request, reply);
    const params = paramsOf(request, rest);
    const text = streamed || typeof request.body !== 'string' ? '' : request.body;
    let body: unknown;
    try {
      if (!streamed && isJson(request.headers['content-type'])) body = parseBody(text);
      const caller = createCaller({
        template: endpoint.scopes,
        authenticate: await authentication(options, { request, bodyText: text, endpoint }),
      });
      const result = await perform(new WireRequest({ request, reply, params, body, text, caller, options }));
      return await send(request, reply, result);
    } catch (thrown) {
      const {
        status,
        headers,
        body: answer,
      } = failureOf(
        thrown,
        { method: name, params, payload: text.length > longestEcho ? {} : cleaned(body, endpoint.secretInput) },
        options.log,
      );
      if (reply.sent) return reply;
      return await sendJson(request, reply.code(status).headers(headers), answer);
    }
  };
};

interface Received {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly params: Record<string, string>;
  /** Parsed; undefined when there was none or it was not JSON. */
  readonly body: unknown;
  /** What was sent. */
  readonly text: string;
  readonly caller: CheckedCaller;
  readonly options: WireOptions;
}

/** A request that came over the wire. */
class WireRequest implements MethodRequest {
  readonly params: Record<string, string>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
  readonly contentType: string | undefined;
  readonly caller: CheckedCaller;
  readonly stream: Readable;
  readonly headers: Record<string, string | undefined>;
  readonly requestId: string;
  readonly onUndelivered: (work: () => void) => void;
  readonly authenticate: MethodRequest['authenticate'];
  readonly #received: Received;
  #signal: AbortSignal | undefined;

  constructor(received: Received) {
    const { request, reply, text, options } = received;
    this.params = received.params;
    this.query = request.query as Record<string, unknown>;
    this.body = received.body;
    this.contentType = request.headers['content-type'];
    this.caller = received.caller;
    this.stream = request.raw;
    this.headers = request.headers as Record<string, string | undefined>;
    this.requestId = request.id;
    this.onUndelivered = (work) => whenUndelivered(reply, work);
    this.authenticate = (validate) => authenticateRequest({ ...options, authenticate: validate }, request, text);
    this.#received = received;
  }
  get signal(): AbortSignal {
    const { request, reply, options } = this.#received;
    return (this.#signal ??= goneSignal(request, reply, options.stopping));
  }
}

const isJson = (contentType: string | undefined) => contentType !== undefined && /^application\/json\s*(?:;|$)/i.test(contentType);

// An answer is indented: 800 KB of numbers in nested lists would come back as 120 MB, and take 1.6 s of a core.
const longestEcho = 16 * 1024;

const cleaned = (body: unknown, secrets: readonly string[] = []): unknown => {
  if (typeof body !== 'object' || body === null) return {};
  if (secrets.length === 0) return body;
  return Object.fromEntries(Object.entries(body).map(([k, v]) => [k, secrets.includes(k) ? '(OMITTED)' : v]));
};

/** Aborted when the answer is over, whether it arrived or its caller went away, or when the process stops: what still runs for it is for nobody. */
const goneSignal = (request: FastifyRequest, reply: FastifyReply, stopping: AbortSignal): AbortSignal => {
  const gone = new AbortController();
  const abort = () => gone.abort();
  if (stopping.aborted || reply.raw.destroyed) abort();
  else stopping.addEventListener('abort', abort);
  reply.raw.on('close', () => {
    stopping.removeEventListener('abort', abort);
    abort();
  });
  request.raw.on('error', abort);
  return gone.signal;
};

/** An answer counts as delivered when the system has taken all of it for the caller's connection. */
const whenUndelivered = ({ raw }: FastifyReply, work: () => void): void => {
  if (raw.destroyed || raw.socket?.destroyed) work();
  else raw.once('close', () => !raw.writableFinished && work());
};

const send = async (request: FastifyRequest, reply: FastifyReply, { status, headers, body }: Respond): Promise<FastifyReply> => {
  reply.code(status).headers(headers);
  if (body === undefined || body === null) return reply.send();
  if (body instanceof Readable && request.method === 'HEAD') return reply.send(unread(body));
  if (body instanceof Readable || Buffer.isBuffer(body) || typeof body === 'string') return reply.send(body);
  return sendJson(request, reply, body);
};

/** Nobody reads what HEAD leaves out, and the framework would read it to its end, which a live stream does not have. */
const unread = (body: Readable): Readable => {
  body.on('error', () => {}).destroy();
  return Readable.from([]);
};

const sendJson = async (request: FastifyRequest, reply: FastifyReply, value: unknown): Promise<FastifyReply> => {
  const text = JSON.stringify(value, null, 2);
  reply.header('content-type', 'application/json; charset=utf-8');
  if ((request.method === 'GET' || request.method === 'HEAD') && reply.statusCode === 200) {
    const etag = `W/"${createHash('sha1').update(text).digest('base64url')}"`;
    reply.header('etag', etag);
    if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return reply.code(304).send();
  }
  const accepted = request.headers['accept-encoding'];
  if (accepted === undefined || accepted === '') return reply.send(text);
  const packed = await compress(text, accepted);
  reply.header('vary', 'accept-encoding');
  return packed ? reply.header('content-encoding', packed.encoding).send(packed.body) : reply.send(text);
};

/** An error before a handler ran: a body that did not arrive, is too large or not what its encoding says, or a URL that cannot be decoded. */
export const earlyFailure = (thrown: unknown): unknown => {
  const { code = '', statusCode = 500, message = '' } = (thrown ?? {}) as { code?: string; statusCode?: number; message?: string };
  if (thrown instanceof ApiError) return thrown;
  if (code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE')
    return new ApiError('MalformedPayload', 'The request body is not what its content-encoding says: {{message}}', { message });
  if (statusCode >= 400 && statusCode < 500)
    return new ApiError('MalformedPayload', 'The request cannot be read: {{message}}', { message });
  return thrown;
};

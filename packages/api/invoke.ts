import { CallError, type CallOptions, type Invoke, type LocalCaller } from '@taskcluster/client';
import type { Endpoint } from '@taskcluster/contracts';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { ReadableStream as WebStream } from 'node:stream/web';
import { parseBody } from './body.ts';
import { type CheckedCaller, createCaller } from './caller.ts';
import { ApiError } from './errors.ts';
import type { Method } from './method.ts';
import type { Respond } from './respond.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

/**
 * Performs methods of the services in this process, for `local` clients: no socket and no signature, but the same parameter
 * checks, scopes, schemas and refusals as over HTTP. A fault of the platform is thrown as it is, because there is no log between.
 */
export const invoker = (methods: readonly Method[]): Invoke => {
  const byName = new Map(methods.map((m) => [`${m.service}.${m.name}`, m]));
  return async ({ service, method, given, body, caller, options = {} }) => {
    const found = byName.get(`${service}.${method}`);
    if (!found) throw new Error(`${service}.${method} does not run in this process.`);
    const { endpoint } = found;
    try {
      const reply = await found.perform({
        ...argumentsOf(endpoint, given),
        ...bodyOf(endpoint, body, options),
        caller: callerOf(endpoint, caller),
        signal: options.signal ?? never,
        // The answer is handed over in memory.
        onUndelivered: () => {},
        requestId: randomUUID(),
        authenticate: () => ({ status: 'auth-failed', message: 'A call inside the process carries no signature.' }),
      });
      if (reply.status >= 400)
        throw new CallError(`${service}.${method} answered ${reply.status}.`, {
          code: 'UnexpectedAnswer',
          status: reply.status,
          body: reply.body,
        });
      return endpoint.output === 'blob' && reply.status < 300 ? responseOf(reply) : asReceived(reply.body);
    } catch (err) {
      if (err instanceof ApiError) {
        const body = { code: err.code, message: err.message, ...(err.data ? { details: err.data } : {}) };
        throw new CallError(err.message, { code: err.code, status: err.status, body, cause: err });
      }
      throw err;
    }
  };
};

const argumentsOf = ({ route }: Endpoint, given: Readonly<Record<string, string | undefined>>) => {
  const inRoute = new Set([...route.matchAll(/:(\w+)/g)].map((m) => m[1]));
  const entries = Object.entries(given).filter((e): e is [string, string] => e[1] !== undefined);
  return {
    params: Object.fromEntries(entries.filter(([k]) => inRoute.has(k))),
    query: Object.fromEntries(entries.filter(([k]) => !inRoute.has(k))),
  };
};

/** A body goes through JSON as on the wire: dates become texts, and a handler never gets hold of the caller's objects. */
const bodyOf = ({ input }: Endpoint, body: unknown, { contentType = 'application/octet-stream', prefer }: CallOptions) => {
  const preference = prefer ? { prefer } : {};
  if (input === 'stream')
    return { body: undefined, stream: streamOf(body), contentType, headers: { 'content-type': contentType, ...preference } };
  const json = 'application/json';
  const parsed = body === undefined ? undefined : parseBody(JSON.stringify(body));
  return { body: parsed, stream: Readable.from([]), contentType: json, headers: { 'content-type': json, ...preference } };
};

const streamOf = (body: unknown): Readable => {
  if (body === undefined) return Readable.from([]);
  if (typeof body === 'string' || body instanceof Uint8Array) return Readable.from([Buffer.from(body)]);
  return Readable.fromWeb(body as WebStream);
};

const callerOf = ({ scopes: template }: Endpoint, { clientId, scopes }: LocalCaller): CheckedCaller =>
  createCaller({
    template,
    authenticate: () => ({ status: 'auth-success', scheme: 'hawk', clientId, scopes, expires: new Date(Date.now() + dayMs) }),
  });

const asReceived = (body: unknown): unknown => (typeof body === 'object' && body !== null ? JSON.parse(JSON.stringify(body)) : body);

const responseOf = ({ status, headers, body }: Respond): Response => {
  const content = body instanceof Readable ? WebStream.from(bytesOf(body)) : (body ?? null);
  return new Response(content as ConstructorParameters<typeof Response>[0], { status, headers });
};

async function* bytesOf(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield Buffer.from(chunk as Buffer | string);
}

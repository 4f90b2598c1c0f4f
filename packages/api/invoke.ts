import type { Invoke } from '@taskcluster/client';
import { CallError } from '@taskcluster/client';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { createCaller } from './caller.ts';
import { ApiError } from './errors.ts';
import type { Method } from './method.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;

/**
 * Performs methods of the services in this process, for `local` clients: no socket and no signature, but the same parameter
 * checks, scopes, schemas and errors as over HTTP.
 */
export const invoker = (methods: readonly Method[]): Invoke => {
  const byName = new Map(methods.map((m) => [`${m.service}.${m.name}`, m]));
  return async ({ service, method, given, body, caller }) => {
    const found = byName.get(`${service}.${method}`);
    if (!found) throw new Error(`${service}.${method} does not run in this process.`);
    const inRoute = new Set([...found.endpoint.route.matchAll(/:(\w+)/g)].map((m) => m[1]));
    const entries = Object.entries(given).filter((e): e is [string, string] => e[1] !== undefined);
    try {
      const reply = await found.perform({
        params: Object.fromEntries(entries.filter(([k]) => inRoute.has(k))),
        query: Object.fromEntries(entries.filter(([k]) => !inRoute.has(k))),
        // A copy: what a handler does with its input never reaches into the caller's objects.
        body: body === undefined ? undefined : structuredClone(body),
        contentType: 'application/json',
        caller: createCaller({
          template: found.endpoint.scopes,
          authenticate: () => ({
            status: 'auth-success',
            scheme: 'hawk',
            clientId: caller.clientId,
            scopes: caller.scopes,
            expires: new Date(Date.now() + dayMs),
          }),
        }),
        stream: Readable.from([]),
        headers: {},
        signal: never,
        requestId: randomUUID(),
        authenticate: () => ({ status: 'auth-failed', message: 'A call inside the process carries no signature.' }),
      });
      if (reply.status >= 400)
        throw new CallError(`${service}.${method} answered ${reply.status}.`, {
          code: 'UnexpectedAnswer',
          status: reply.status,
          body: reply.body,
        });
      return reply.body;
    } catch (err) {
      if (err instanceof ApiError) throw new CallError(err.message, { code: err.code, status: err.status, cause: err });
      throw err;
    }
  };
};

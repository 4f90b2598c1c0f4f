import type { Contract, Endpoint, Input, Output, Params, Query } from '@taskcluster/contracts';

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest time for one attempt, in milliseconds; 30 s unless told. */
  readonly timeoutMs?: number;
  /** How often a failed attempt is repeated; 5 unless told. */
  readonly retries?: number;
  /** The type of a body that is not JSON. */
  readonly contentType?: string;
  /** What the service may do differently for this caller if it can (RFC 7240); one that cannot ignores it. */
  readonly prefer?: string;
}

/** Route parameters and query keys together: their names never collide within a method. */
export type Arguments<E extends Endpoint> = Params<E> & Query<E>;
/** What a method that takes a raw body is given. */
export type RawBody = Uint8Array<ArrayBuffer> | ReadableStream | string;
export type Result<E extends Endpoint> = E extends { readonly output: 'blob' } ? Response : Output<E>;
type BodyOf<E extends Endpoint> = E extends { readonly input: 'stream' } ? RawBody : Input<E>;

export type Method<E extends Endpoint> = (
  params: Arguments<E>,
  ...rest: BodyOf<E> extends undefined ? [body?: undefined, options?: CallOptions] : [body: BodyOf<E>, options?: CallOptions]
) => Promise<Result<E>>;

/**
 * A service, as whoever calls it sees it: one function for each method. The same type whether the service runs in this
 * process (`local`) or elsewhere (`http`).
 */
export type Client<C extends Contract> = { readonly [K in keyof C['endpoints']]: Method<C['endpoints'][K]> };

/** A refusal or failure that a service answered with. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: string;
  /** The HTTP status; 0 when no answer came at all. */
  readonly status: number;
  readonly body: unknown;
  constructor(
    message: string,
    { code, status, body, cause }: { readonly code: string; readonly status: number; readonly body?: unknown; readonly cause?: unknown },
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.body = body;
  }
}

/** The path and query of a call, each parameter percent-encoded as one piece, as official clients do. */
export const pathOf = (contract: Contract, endpoint: Endpoint, given: Readonly<Record<string, string | undefined>>): string => {
  const used = new Set<string>();
  const path = endpoint.route.replace(/:(\w+)(\(\*\)|\?)?/g, (_, name: string, kind: string | undefined) => {
    used.add(name);
    const value = given[name];
    if (value === undefined && kind !== '?')
      throw new TypeError(`${contract.service} needs ${name} for ${endpoint.method} ${endpoint.route}.`);
    // An URL with these as a segment is another URL: whoever parses it takes them for "here" and "one up".
    if (value === '.' || value === '..')
      throw new TypeError(`${contract.service} cannot be asked for ${name} ${value}: no URL can hold it.`);
    return encodeURIComponent(value ?? '');
  });
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(given)) {
    if (used.has(key) || value === undefined) continue;
    if (!endpoint.query || !Object.hasOwn(endpoint.query, key))
      throw new TypeError(`${contract.service} ${endpoint.method} ${endpoint.route} has no parameter ${key}.`);
    query.set(key, value);
  }
  const text = query.toString();
  return `/api/${contract.service}/${contract.version}${path}${text ? `?${text}` : ''}`;
};

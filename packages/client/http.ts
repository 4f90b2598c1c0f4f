import type { Contract, Endpoint } from '@taskcluster/contracts';
import { CallError, type CallOptions, type Client, pathOf } from './client.ts';

export interface Credentials {
  readonly clientId: string;
  readonly accessToken: string;
  readonly certificate?: string | object | undefined;
}
export interface SigningRequest {
  readonly credentials: Credentials;
  readonly method: string;
  readonly url: string;
  readonly authorizedScopes?: readonly string[] | undefined;
}
/** Makes the `Authorization` header of a request. */
export type Sign = (request: SigningRequest) => string;

export interface HttpOptions {
  readonly rootUrl: string;
  /** Absent: calls are anonymous. A function is asked before every attempt, so that renewed credentials are used at once. */
  readonly credentials?: Credentials | (() => Credentials | undefined | Promise<Credentials | undefined>) | undefined;
  readonly authorizedScopes?: readonly string[];
  readonly sign: Sign;
  /** Told of each attempt that failed and will be repeated. */
  readonly onRetry?: (error: CallError, pauseMs: number) => void;
}

const defaultRetries = 5;
const defaultTimeoutMs = 30_000;
const firstPauseMs = 100;
const maxPauseMs = 30_000;

/**
 * A client over HTTP. Attempts that end without an answer, with a 5xx or with 429 are repeated with growing pauses
 * (api-conventions, section 9); every attempt is signed anew. Other refusals are thrown as CallError.
 */
export const http = <C extends Contract>(contract: C, options: HttpOptions): Client<C> => {
  const methods = Object.entries(contract.endpoints).map(([name, endpoint]) => {
    const call = (given: Readonly<Record<string, string | undefined>> = {}, body?: unknown, callOptions: CallOptions = {}) =>
      retrying(options, repeatable(body) ? callOptions : { ...callOptions, retries: 0 }, () =>
        attempt({ options, endpoint, path: pathOf(contract, endpoint, given), body, callOptions }),
      );
    return [name, call];
  });
  return Object.fromEntries(methods) as Client<C>;
};

/** A stream can be sent once: what was read of it is gone. */
const repeatable = (body: unknown) => !(body instanceof ReadableStream);

interface Attempt {
  readonly options: HttpOptions;
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly body: unknown;
  readonly callOptions: CallOptions;
}

const attempt = async ({ options, endpoint, path, body, callOptions }: Attempt): Promise<unknown> => {
  const url = options.rootUrl.replace(/\/+$/, '') + path;
  const method = endpoint.method.toUpperCase();
  const credentials = typeof options.credentials === 'function' ? await options.credentials() : options.credentials;
  const headers: Record<string, string> = {};
  if (credentials) headers.authorization = options.sign({ credentials, method, url, authorizedScopes: options.authorizedScopes });
  const streamed = endpoint.input === 'stream';
  if (streamed) headers['content-type'] = callOptions.contentType ?? 'application/octet-stream';
  else if (body !== undefined) headers['content-type'] = 'application/json';
  if (callOptions.prefer) headers.prefer = callOptions.prefer;
  // A blob may be followed for hours: only the wait for its head is bounded by the caller's signal.
  const signals = [
    callOptions.signal,
    endpoint.output === 'blob' ? undefined : AbortSignal.timeout(callOptions.timeoutMs ?? defaultTimeoutMs),
  ].filter((s) => s !== undefined);
  const init: RequestInit & { duplex?: 'half' } = {
    method,
    headers,
    redirect: 'manual',
    signal: signals.length > 0 ? AbortSignal.any(signals) : null,
  };
  if (body !== undefined) init.body = streamed ? (body as NonNullable<RequestInit['body']>) : JSON.stringify(body);
  if (body instanceof ReadableStream) init.duplex = 'half';
  try {
    const response = await fetch(url, init);
    return endpoint.output === 'blob' && response.ok ? response : await read(response);
  } catch (err) {
    if (err instanceof CallError || callOptions.signal?.aborted) throw err;
    throw unanswered(options.rootUrl, err);
  }
};

/** No answer, or not the whole of it. */
const unanswered = (rootUrl: string, cause: unknown): CallError => {
  const message =
    cause instanceof Error && cause.name === 'TimeoutError'
      ? `${rootUrl} did not answer in time. Is the platform busy, or the connection slow?`
      : `${rootUrl} cannot be reached. Is the platform running, and is the address right?`;
  return new CallError(message, { code: 'ConnectionFailed', status: 0, cause });
};

const read = async (response: Response): Promise<unknown> => {
  if (response.status === 204) return undefined;
  const text = await response.text();
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    body = undefined;
  }
  // A redirect carries its answer in the body too (getArtifact); methods say so in their output.
  if (response.status < 400) return body;
  const { code = 'UnexpectedAnswer', message } = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: string;
    message?: string;
  };
  throw withRetryAfter(
    new CallError(message ?? `The answer was ${response.status} ${response.statusText}.`, { code, status: response.status, body }),
    response.headers.get('retry-after'),
  );
};

const retryAfters = new WeakMap<CallError, number>();
const withRetryAfter = (error: CallError, header: string | null): CallError => {
  if (header && /^\d{1,5}$/.test(header)) retryAfters.set(error, Number(header) * 1000);
  return error;
};

const retrying = async (
  options: HttpOptions,
  { retries = defaultRetries, signal }: CallOptions,
  once: () => Promise<unknown>,
): Promise<unknown> => {
  for (let n = 0; ; n++) {
    try {
      return await once();
    } catch (err) {
      const again = err instanceof CallError && (err.status === 0 || err.status >= 500 || err.status === 429);
      if (!again || n >= retries || signal?.aborted) throw err;
      const pauseMs = Math.max(retryAfters.get(err) ?? 0, Math.min(maxPauseMs, firstPauseMs * 2 ** n) * (0.75 + Math.random() / 2));
      options.onRetry?.(err, pauseMs);
      await pause(pauseMs, signal);
    }
  }
};

const pause = (ms: number, signal: AbortSignal | undefined) =>
  new Promise<void>((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal?.reason as Error));
    const timer = setTimeout(() => (signal?.removeEventListener('abort', stop), resolve()), ms);
    signal?.addEventListener('abort', stop, { once: true });
  });

import { isUnavailable } from '@taskcluster/db';
import type { Log } from '@taskcluster/log';
import { randomUUID } from 'node:crypto';
import { ApiError } from './errors.ts';

/** What the error body says about the request. */
export interface RequestInfo {
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly payload: unknown;
}
export interface Failure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly code: string;
    readonly message: string;
    readonly requestInfo: RequestInfo & { readonly time: string; readonly details?: object };
    readonly details?: object;
  };
}

/** Turns whatever was thrown into the answer that the caller gets (api-conventions, section 4). */
export const failureOf = (thrown: unknown, info: RequestInfo, log: Log): Failure => {
  const err = asApiError(thrown, info, log);
  const time = new Date().toISOString();
  const facts = [`method: ${info.method}`, `errorCode: ${err.code}`, `statusCode: ${err.status}`, `time: ${time}`];
  const message = `${err.message}\n\n---\n\n${facts.map((f) => `* ${f}`).join('\n')}`;
  const headers: Record<string, string> = {};
  if (err.status === 401) headers['www-authenticate'] = 'hawk';
  if (err.retryAfterSeconds !== undefined) headers['retry-after'] = String(err.retryAfterSeconds);
  return {
    status: err.status,
    headers,
    body: {
      code: err.code,
      message,
      requestInfo: { ...info, time, ...(err.about ? { details: err.about } : {}) },
      ...(err.data ? { details: err.data } : {}),
    },
  };
};

const asApiError = (thrown: unknown, { method }: RequestInfo, log: Log): ApiError => {
  if (thrown instanceof ApiError) return thrown;
  const incidentId = randomUUID();
  if (isUnavailable(thrown)) {
    log.error({ err: thrown, method, incidentId }, 'the database cannot be reached, or does not answer in time');
    return new ApiError(
      'ServiceUnavailable',
      'The database cannot be reached at the moment, or does not answer in time. Send the request again shortly; that does no harm. Incident {{incidentId}}.',
      { incidentId },
      { retryAfterSeconds: 1 },
    );
  }
  log.error({ err: thrown, method, incidentId }, 'a request failed');
  return new ApiError(
    'InternalServerError',
    'Something went wrong in the platform, not in the request. The incident {{incidentId}} is in its log; ask whoever runs it.',
    { incidentId },
  );
};

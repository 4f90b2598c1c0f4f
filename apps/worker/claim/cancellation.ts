import { CallError, type Client, type Credentials, http } from '@taskcluster/client';
import { events, type TaskExceptionMessage } from '@taskcluster/contracts';
import type { Log } from '@taskcluster/log';
import { backOffMs, pause } from '../pause.ts';
import type { Claim } from './claim.ts';
import { followOwnRuns } from './own-runs.ts';
import { serverSentEvents } from './server-sent-events.ts';

export interface CancellationOptions {
  readonly rootUrl: string;
  readonly credentials: Credentials;
  readonly taskQueueId: string;
  readonly workerGroup: string;
  readonly workerId: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The runs that the worker holds now. */
  readonly claims: () => Iterable<Claim>;
}

/**
 * Gives up a run as soon as the platform announces that it has ended without us: canceled, or past its deadline. Without the scope
 * `web:read-pulse`, each run is followed with its own credentials (`own-runs.ts`). Connections that break are made again, from where they broke. Never rejected.
 */
export const followCancellations = async (options: CancellationOptions): Promise<void> => {
  const { log, signal } = options;
  const client = http(events, options);
  let cursor: string | undefined;
  for (let failures = 0; !signal.aborted;) {
    try {
      if (cursor === undefined) await verifyAll(options);
      for await (const id of follow(client, cursor, options)) {
        failures = 0;
        cursor = id ?? cursor;
      }
    } catch (err) {
      if (signal.aborted) return;
      if (err instanceof CallError && [401, 403, 404].includes(err.status)) {
        log.info({ err }, 'the event stream may not be read (scope web:read-pulse): each run is asked about with its own credentials');
        return await followOwnRuns(options);
      }
      // The cursor may be too old to go on from.
      if (err instanceof CallError && err.status >= 400 && err.status < 500) cursor = undefined;
      log.debug({ err }, 'the event stream broke off and will be opened again');
    }
    failures++;
    await pause(backOffMs(failures, { firstMs: 250, maxMs: 15_000 }), signal);
  }
};

/** Without a cursor there may have been cancellations that nobody told us. */
const verifyAll = async ({ claims }: CancellationOptions): Promise<void> => {
  await Promise.all([...claims()].map((claim) => claim.verify()));
};

// The stream says something every 15 seconds, if only where it is.
const silenceMs = 45_000;

async function* follow(
  client: Client<typeof events>,
  cursor: string | undefined,
  options: CancellationOptions,
): AsyncGenerator<string | undefined> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(new Error('the event stream has been silent for too long')), silenceMs);
  try {
    const signal = AbortSignal.any([options.signal, silent.signal]);
    const response = await client.events({ bind: bindings(options), ...(cursor === undefined ? {} : { cursor }) }, undefined, {
      signal,
      retries: 0,
    });
    if (!response.body) return;
    for await (const { id, event, data } of serverSentEvents(response.body)) {
      timer.refresh();
      if (event === 'message' && data !== '') loseEnded(data, options);
      yield id;
    }
  } finally {
    clearTimeout(timer);
    silent.abort();
  }
}

const exchange = 'exchange/taskcluster-queue/v1/task-exception';
/** Messages about runs on this worker; and, should a message not name one, about any run of the queue that has none. */
const bindings = ({ taskQueueId, workerGroup, workerId }: CancellationOptions): string => {
  const queue = taskQueueId.replace('/', '.');
  return [`${exchange}:primary.*.*.${workerGroup}.${workerId}.#`, `${exchange}:primary.*.*._._.${queue}.#`].join(',');
};

const loseEnded = (data: string, { claims, log }: CancellationOptions): void => {
  let message: { readonly payload?: TaskExceptionMessage };
  try {
    message = JSON.parse(data) as typeof message;
  } catch (err) {
    log.warn({ err }, 'an event is not JSON and was ignored');
    return;
  }
  const status = message.payload?.status;
  for (const claim of claims()) {
    const run = claim.taskId === status?.taskId ? status.runs[claim.runId] : undefined;
    if (run && run.state !== 'running' && run.state !== 'pending') claim.lose(run.reasonResolved ?? run.state);
  }
};

import { CallError } from '@taskcluster/client/client';
import { eventReader, type ServerEvent } from './sse.ts';

/** What the stream carries: a message of the platform. */
export interface Message {
  readonly exchange: string;
  readonly routingKey: string;
  readonly payload: unknown;
}

export interface Following {
  /** Opens the stream after a cursor, or from now on. */
  readonly open: (cursor: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly cursor: string | undefined;
  readonly onMessage: (message: Message) => void;
  /** Told of each cursor: everything before it has arrived. */
  readonly onPlace: (cursor: string) => void;
  readonly signal: AbortSignal;
}

/** The server says something every 15 seconds at least; after twice that and a bit the connection counts as lost. */
const silenceMs = 35_000;

/** Follows the event stream until it breaks or `signal` fires. Throws what went wrong. */
export const followOnce = async ({ open, cursor, onMessage, onPlace, signal }: Following): Promise<void> => {
  const quiet = new AbortController();
  const response = await open(cursor, AbortSignal.any([signal, quiet.signal]));
  if (!response.body) throw new CallError('The event stream has no body.', { code: 'UnexpectedAnswer', status: response.status });
  const read = eventReader(({ id, event, data }: ServerEvent) => {
    if (event === 'message' && data !== '') onMessage(JSON.parse(data) as Message);
    if (id !== undefined && id !== '') onPlace(id);
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const timer = setTimeout(() => quiet.abort(new Error(`Nothing was heard for ${silenceMs / 1000} s.`)), silenceMs);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    read(value);
  }
};

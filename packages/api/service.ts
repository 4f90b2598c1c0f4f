import type { Contract, Endpoint, Input, Output, Params, Query } from '@taskcluster/contracts';
import type { Authentication, SignedRequest } from '@taskcluster/hawk';
import type { Readable } from 'node:stream';
import type { Caller } from './caller.ts';
import type { Respond } from './respond.ts';

/** What a handler is given. */
export interface Request<E extends Endpoint> {
  readonly params: Params<E>;
  readonly query: Query<E>;
  /** Validated, with the schema's defaults filled in. */
  readonly body: Input<E>;
  /** What was sent as JSON, also to a method that declares no input: nobody has checked it. */
  readonly uncheckedBody: unknown;
  readonly caller: Caller;
  /** The raw body of a method that declares `input: 'stream'`. */
  readonly stream: Readable;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Aborted when the caller went away or the process stops. */
  readonly signal: AbortSignal;
  /** Calls `work` when the answer could not be handed over because the caller's connection was gone; at once if it is already. */
  readonly onUndelivered: (work: () => void) => void;
  readonly requestId: string;
  /** Checks the request's own signature with another validator than the platform's, for methods that test signatures. */
  readonly authenticate: (validate: Validate) => Authentication;
}
/** Judges a signed request; how it was received (address, payload hash, repetition) is looked after by this package. */
export type Validate = (request: SignedRequest) => Authentication;

/** Answers a request: a JSON value, `undefined` for 204, or `respond(...)` for anything else. Throws ApiError to refuse. */
export type Handler<E extends Endpoint, S> = (service: S, request: Request<E>) => Promise<Output<E> | Respond>;

type Monitoring = 'ping' | 'lbheartbeat' | 'version' | 'heartbeat';
/** A handler for every method of a contract; the monitoring methods are the same everywhere and are built in. */
export type Handlers<C extends Contract, S> = { readonly [K in Exclude<keyof C['endpoints'], Monitoring>]: Handler<C['endpoints'][K], S> };

/** A contract with the handlers that fulfil it and the service that they work on. */
export interface ServiceApi {
  readonly contract: Contract;
  readonly handlers: Readonly<Record<string, Handler<Endpoint, never>>>;
  readonly service: unknown;
  /** Throws when something that the service depends on is not in order. */
  readonly heartbeat?: () => Promise<void>;
}

/** Ties handlers to their contract: a method without a handler, or one that answers something else, does not compile. */
export const serviceApi = <C extends Contract, S>(parts: {
  readonly contract: C;
  readonly handlers: Handlers<C, S>;
  readonly service: S;
  readonly heartbeat?: () => Promise<void>;
}): ServiceApi => parts as unknown as ServiceApi;

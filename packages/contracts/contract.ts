import type { Static, TSchema } from 'typebox';
import type { Metrics } from './metrics.ts';

/**
 * The scope expression of a method, as the references publish it. `<name>` is filled in from the request;
 * the engine that renders it is `@taskcluster/scopes` (structurally the same type: a contract imports nothing).
 */
export type ScopeTemplate = string | AllOf | AnyOf | IfThen;
interface AllOf {
  readonly AllOf: readonly (ScopeTemplate | ForEach)[];
}
interface AnyOf {
  readonly AnyOf: readonly (ScopeTemplate | ForEach)[];
}
interface ForEach {
  readonly for: string;
  readonly in: string;
  readonly each: string;
}
interface IfThen {
  readonly if: string;
  readonly then: ScopeTemplate;
  readonly else?: ScopeTemplate;
}

export type Stability = 'stable' | 'experimental' | 'deprecated';
export type HttpMethod = 'get' | 'post' | 'put' | 'delete';

/** What a method declares besides its verb and its route. */
export interface EndpointOptions {
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly stability?: Stability;
  /** Absent: the method is public and credentials are not looked at. */
  readonly scopes?: ScopeTemplate;
  /**
   * Patterns of the route's parameters that differ from `parameterPatterns` of the contract.
   */
  readonly params?: Readonly<Record<string, RegExp>>;
  /** Query keys, each with the pattern that its value must match. All are optional. */
  readonly query?: Readonly<Record<string, RegExp>>;
  /** The schema of the JSON body, or `'stream'`: the handler reads the raw body itself and no size limit applies. */
  readonly input?: TSchema | 'stream';
  /** A schema, `'blob'` for a reply that is not JSON, or nothing. */
  readonly output?: TSchema | 'blob';
  /** Served, but not listed in the references: methods of our own beside the v1 API. */
  readonly unpublished?: boolean;
  /** The names of input properties that an error must not echo. */
  readonly secretInput?: readonly string[];
}

export interface Endpoint extends EndpointOptions {
  readonly method: HttpMethod;
  /** Express-like: `/task/:taskId/runs/:runId/artifacts/:name(*)`. `(*)` takes the rest of the path, slashes included. */
  readonly route: string;
}

// TypeBox's TSchema is an empty type that words match too, so they are told apart first.
type Body<S> = S extends 'stream' | 'blob' ? undefined : S extends TSchema ? Static<S> : undefined;
/** The JSON body that a caller of this endpoint sends. */
export type Input<E extends Endpoint> = E extends { readonly input: infer S } ? Body<S> : undefined;
/** The JSON body of a successful reply. */
export type Output<E extends Endpoint> = E extends { readonly output: infer S } ? Body<S> : undefined;

type Segments<R extends string> = R extends `${string}:${infer P}/${infer Rest}`
  ? P | Segments<`/${Rest}`>
  : R extends `${string}:${infer P}`
    ? P
    : never;
type Bare<P extends string> = P extends `${infer N}(*)` ? N : P extends `${infer N}?` ? N : P;
/** The names in a route: `'/task/:taskId/runs/:runId'` gives `'taskId' | 'runId'`. */
export type ParamNames<R extends string> = Bare<Segments<R>>;
export type Params<E extends Endpoint> = { readonly [K in ParamNames<E['route']>]: string };
export type Query<E extends Endpoint> = E extends { readonly query: infer Q }
  ? { readonly [K in keyof Q]?: string }
  : Record<never, string>;

const endpoint =
  <M extends HttpMethod>(method: M) =>
  <const R extends string, const O extends EndpointOptions>(route: R, options: O): { readonly method: M; readonly route: R } & O => ({
    method,
    route,
    ...options,
  });

export const get = endpoint('get');
export const post = endpoint('post');
export const put = endpoint('put');
export const del = endpoint('delete');

/** One field of a routing key; its position in the list is its position in the key. */
export interface RoutingKeyField {
  readonly name: string;
  readonly summary: string;
  readonly constant?: string;
  readonly required: boolean;
  readonly multipleWords?: boolean;
  readonly maxSize?: number;
}

/** A topic exchange: one kind of message. */
export interface Exchange {
  /** The last part of the exchange's name, e.g. `task-completed`. */
  readonly exchange: string;
  readonly title: string;
  readonly description: string;
  readonly routingKey: readonly RoutingKeyField[];
  readonly schema: TSchema;
}

/** Everything that a service promises to the outside: data only, so that clients import it without a server. */
export interface Contract {
  readonly service: string;
  readonly version: 'v1';
  readonly title: string;
  readonly description: string;
  /** Patterns of route parameters by name, for all methods of the service. A parameter without one takes any text. */
  readonly parameterPatterns?: Readonly<Record<string, RegExp>>;
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  readonly exchanges?: Readonly<Record<string, Exchange>>;
  /** What the service measures, besides what every process does (`commonMetrics`). */
  readonly metrics?: Metrics;
}

/** Declares a contract and keeps its literal types, from which clients and handlers get theirs. */
export const contract = <const C extends Contract>(definition: C): C => definition;

/**
 * Gives a schema its published name: `named('queue/v1/task-status', …)` is served as `/schemas/queue/v1/task-status.json`,
 * and every other published schema that contains it refers to it by `$ref`.
 */
export const named = <S extends TSchema>(name: string, schema: S): S => ({ ...schema, $id: `/schemas/${name}.json#` });

/** The monitoring methods that every service has (api-conventions, "Monitoring endpoints"). */
export const monitoring = {
  ping: get('/ping', {
    title: 'Ping the service',
    description: 'Answers without doing anything else, so that a client can tell whether the service can be reached.',
    category: 'Monitoring',
    stability: 'stable',
  }),
  lbheartbeat: get('/__lbheartbeat__', {
    title: 'Load balancer heartbeat',
    description: 'Answers 200 as long as the process accepts requests. It looks at nothing that the process depends on.',
    category: 'Monitoring',
    stability: 'stable',
  }),
  version: get('/__version__', {
    title: 'Version',
    description: 'The version, commit and build of the code that is running.',
    category: 'Monitoring',
    stability: 'stable',
  }),
  heartbeat: get('/__heartbeat__', {
    title: 'Heartbeat',
    description: 'Answers 200 when the service and what it depends on are in order.',
    category: 'Monitoring',
    stability: 'stable',
  }),
} as const;

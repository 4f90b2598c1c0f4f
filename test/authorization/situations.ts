import type { ScopeParameters } from '@taskcluster/scopes';
import type { TestPlatform } from '@taskcluster/server/testing';
import { authSituations } from './auth-situations.ts';
import { indexSituations } from './index-situations.ts';
import type { MethodUnderTest } from './methods.ts';
import { objectSituations } from './object-situations.ts';
import { queueSituations } from './queue-situations.ts';
import { type JsonSchema, sampleOf, sampleParams } from './samples.ts';

/** A request that is right in everything, and what its scope expression has to be filled with. */
export interface Situation {
  readonly params: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /**
   * Absent: whatever the handler asks for is taken for right. That is how the deferred methods of a service without
   * situations of its own are judged, until somebody writes down what they have to ask for.
   */
  readonly scopes?: ScopeParameters;
}
/** Stores what the method needs to find, and gives the requests that are made about it. */
export type Arrange = (t: TestPlatform, sample: Situation) => Promise<readonly Situation[]>;

/** Methods whose scopes depend on what is stored or on how the body is read. All others are arranged by their contracts alone. */
const arranged: Readonly<Record<string, Arrange>> = { ...authSituations, ...queueSituations, ...objectSituations, ...indexSituations };

/**
 * Methods that anybody may call, and that show everybody what they may see: there is no request that they refuse for its scopes, so the
 * tests of their services judge what they show.
 */
export const showsByScopes: ReadonlySet<string> = new Set(['queue.searchTasks']);

const isSchema = (input: unknown): input is JsonSchema => typeof input === 'object' && input !== null;

const sampleSituation = (method: MethodUnderTest): Situation => {
  const { id, endpoint, needs } = method;
  const params = sampleParams(method);
  const body = isSchema(endpoint.input) ? sampleOf(endpoint.input, `${id}, body`) : undefined;
  const known: Record<string, unknown> = { ...(body as object | undefined), ...params };
  const scopes = needs.every((need) => need in known) ? { scopes: known } : {};
  return { params, ...(body === undefined ? {} : { body }), ...scopes };
};

/** The requests with which a method is tried, with everything stored that they are about. */
export const arrange = async (t: TestPlatform, method: MethodUnderTest): Promise<readonly Situation[]> => {
  const sample = sampleSituation(method);
  return (await arranged[method.id]?.(t, sample)) ?? [sample];
};

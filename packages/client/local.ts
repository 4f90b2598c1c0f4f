import type { Contract } from '@taskcluster/contracts';
import type { Client } from './client.ts';

/** Performs a method of a service that runs in this process: the same checks, scopes and errors as over HTTP. */
export type Invoke = (call: {
  readonly service: string;
  readonly method: string;
  readonly given: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly caller: LocalCaller;
}) => Promise<unknown>;

/** Who calls, as a hop over HTTP would have found out. */
export interface LocalCaller {
  readonly clientId: string;
  readonly scopes: readonly string[];
}

/** A client of a service in this process: no socket, no signature; everything else is as over HTTP. */
export const local = <C extends Contract>(contract: C, invoke: Invoke, caller: LocalCaller): Client<C> => {
  const methods = Object.keys(contract.endpoints).map((method) => [
    method,
    (given: Readonly<Record<string, string | undefined>> = {}, body?: unknown) =>
      invoke({ service: contract.service, method, given, body, caller }),
  ]);
  return Object.fromEntries(methods) as Client<C>;
};

import type { Contract } from '@taskcluster/contracts';
import { type CallOptions, type Client, pathOf } from './client.ts';

/** Performs a method of a service that runs in this process: the same checks, scopes and errors as over HTTP. */
export type Invoke = (call: {
  readonly service: string;
  readonly method: string;
  readonly given: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly caller: LocalCaller;
  /** Of these, the signal, the content type and the preference matter in a process. */
  readonly options?: CallOptions;
}) => Promise<unknown>;

/** Who calls, as a hop over HTTP would have found out. */
export interface LocalCaller {
  readonly clientId: string;
  readonly scopes: readonly string[];
}

/** A client of a service in this process: no socket, no signature; everything else is as over HTTP. */
export const local = <C extends Contract>(contract: C, invoke: Invoke, caller: LocalCaller): Client<C> => {
  const methods = Object.entries(contract.endpoints).map(([method, endpoint]) => {
    const call = async (given: Readonly<Record<string, string | undefined>> = {}, body?: unknown, options: CallOptions = {}) => {
      // Refuses what could not be written into a URL either: a parameter that is missing or not known.
      pathOf(contract, endpoint, given);
      return invoke({ service: contract.service, method, given, body, caller, options });
    };
    return [method, call];
  });
  return Object.fromEntries(methods) as Client<C>;
};

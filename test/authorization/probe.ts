import type { Caller } from '@taskcluster/api';
import type { Endpoint, ScopeTemplate } from '@taskcluster/contracts';
import type { ScopeParameters } from '@taskcluster/scopes';
import { allServices, type RunnableService } from '@taskcluster/server/testing';

type Api = ReturnType<RunnableService['api']>;
type AnyHandler = (service: unknown, request: { readonly caller: Caller }) => Promise<unknown>;

/** A fault that is put into one method on purpose. */
export interface Mutant {
  readonly id: string;
  readonly label: string;
  /** Another scope expression; `undefined` makes the method public. */
  readonly scopes?: { readonly template: ScopeTemplate | undefined };
  /** What the handler passes to `authorize` instead; `undefined`: it does not ask at all. */
  readonly params?: (params: ScopeParameters) => ScopeParameters | undefined;
}

/** The services of the platform, in which one method at a time can be made faulty, and what handlers ask for can be seen. */
export interface Probe {
  readonly services: readonly RunnableService[];
  /** What the handler of this method has filled its scope expression with since the last call of this function. */
  readonly asked: (id: string) => readonly ScopeParameters[];
  readonly use: (mutant: Mutant | undefined) => void;
}

export const openProbe = (): Probe => {
  const asked = new Map<string, ScopeParameters[]>();
  let mutant: Mutant | undefined;

  const endpointOf = (id: string, endpoint: Endpoint): Endpoint =>
    endpoint.scopes === undefined
      ? endpoint
      : ({
          ...endpoint,
          get scopes() {
            return mutant?.id === id && mutant.scopes ? mutant.scopes.template : endpoint.scopes;
          },
        } as Endpoint);

  /** Reads what is behind it as itself, so that what it keeps to itself stays within its reach. */
  const standIn = <T extends object>(behind: T, own: Partial<T>): T =>
    new Proxy(behind, {
      get: (target, name) => {
        if (Object.hasOwn(own, name)) return own[name as keyof T];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
      },
    });
  const callerOf = (id: string, caller: Caller): Caller => {
    const authorize = (params: ScopeParameters = {}): void => {
      asked.set(id, [...(asked.get(id) ?? []), params]);
      const passed = mutant?.id === id && mutant.params ? mutant.params(params) : params;
      if (passed) caller.authorize(passed);
    };
    return standIn(caller, { authorize });
  };
  const handlerOf =
    (id: string, handler: AnyHandler): AnyHandler =>
    (service, request) =>
      handler(service, standIn(request, { caller: callerOf(id, request.caller) }));

  const watched = (api: Api): Api => {
    const idOf = (name: string) => `${api.contract.service}.${name}`;
    const endpoints = Object.entries(api.contract.endpoints).map(([name, endpoint]) => [name, endpointOf(idOf(name), endpoint)]);
    const handlers = Object.entries(api.handlers).map(([name, handler]) => [name, handlerOf(idOf(name), handler as unknown as AnyHandler)]);
    return {
      ...api,
      contract: { ...api.contract, endpoints: Object.fromEntries(endpoints) as Api['contract']['endpoints'] },
      handlers: Object.fromEntries(handlers) as Api['handlers'],
    };
  };
  return {
    services: allServices().map((service) => ({ ...service, api: (made) => watched(service.api(made)) })),
    asked: (id) => {
      const seen = asked.get(id) ?? [];
      asked.delete(id);
      return seen;
    },
    use: (chosen) => void (mutant = chosen),
  };
};

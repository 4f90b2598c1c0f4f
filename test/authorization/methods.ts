import type { Contract, Endpoint } from '@taskcluster/contracts';
import { templateParameters } from '@taskcluster/scopes';
import { allServices } from '@taskcluster/server/testing';

/** A method of a service of the platform, published or not. */
export interface MethodUnderTest {
  /** `queue.createTask` */
  readonly id: string;
  readonly contract: Contract;
  readonly endpoint: Endpoint;
  /** The names in its route. */
  readonly parameters: readonly string[];
  /** What its scope expression is filled with; none for a public method. */
  readonly needs: readonly string[];
  /** Whether something else than the URL fills the scope expression, so that the handler has to ask. */
  readonly deferred: boolean;
}

const parametersOf = (route: string) => [...route.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');

/** Every method of every service that the composition runs: a new service is in here without a change. */
export const methods: readonly MethodUnderTest[] = allServices().flatMap(({ contract }) =>
  Object.entries(contract.endpoints).map(([name, endpoint]) => {
    const parameters = parametersOf(endpoint.route);
    const needs = endpoint.scopes === undefined ? [] : templateParameters(endpoint.scopes);
    const deferred = needs.some((need) => !parameters.includes(need));
    return { id: `${contract.service}.${name}`, contract, endpoint, parameters, needs, deferred };
  }),
);

/** The path of a request, without a query. */
export const pathOf = ({ contract, endpoint }: MethodUnderTest, params: Readonly<Record<string, string>>): string =>
  `/api/${contract.service}/${contract.version}${endpoint.route.replace(/:(\w+)(?:\(\*\)|\?)?/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  )}`;

import { type Contract, contracts, type Endpoint } from '@taskcluster/contracts';
import { CommandError, exit, wrongUse } from '../../exit.ts';
import { didYouMean } from '../../arguments/suggestion.ts';

/** The services that this program knows, by the name in their addresses. */
export const knownContracts: ReadonlyMap<string, Contract> = new Map(
  Object.values(contracts).map((contract) => [contract.service, contract]),
);

/** One entry of a published API reference; the rest of it is not needed for a call. */
interface ReferenceEntry {
  readonly type: string;
  readonly name: string;
  readonly method: string;
  readonly route: string;
  readonly title?: string;
  readonly query?: readonly string[];
  readonly input?: string;
  readonly output?: string;
}

/**
 * The contract of a service: the one that this program was made with, else the reference that the platform publishes.
 * @throws CommandError when neither knows the service.
 */
export const contractOf = async (service: string, rootUrl: string): Promise<Contract> => {
  const known = knownContracts.get(service) ?? (await publishedContract(service, rootUrl));
  if (known) return known;
  throw wrongUse(
    `There is no service ${JSON.stringify(service)} on ${rootUrl}. ${didYouMean(service, [...knownContracts.keys()], 'List those that are known with "taskcluster api".')}`,
  );
};

/** The contract that a platform publishes about a service; undefined if it publishes none. */
export const publishedContract = async (service: string, rootUrl: string): Promise<Contract | undefined> => {
  const url = `${rootUrl}/references/${encodeURIComponent(service)}/v1/api.json`;
  const reply = await fetch(url).catch((err: unknown) => {
    throw new CommandError(`${rootUrl} cannot be reached. Is the platform running, and is the address right?`, exit.unreachable, err);
  });
  const reference = reply.ok
    ? ((await reply.json().catch(() => undefined)) as { readonly entries?: readonly ReferenceEntry[] } | undefined)
    : undefined;
  return reference?.entries && contractFrom(service, reference.entries);
};

/** Makes a contract from a reference: enough of it for calls, without schemas. */
export const contractFrom = (service: string, entries: readonly ReferenceEntry[]): Contract => ({
  service,
  version: 'v1',
  title: service,
  description: '',
  endpoints: Object.fromEntries(entries.filter(({ type }) => type === 'function').map((entry) => [entry.name, endpointFrom(entry)])),
});

const endpointFrom = ({ method, route, title = '', query, input, output }: ReferenceEntry): Endpoint => ({
  method: method as Endpoint['method'],
  route: route.replace(/<(\w+)>/g, ':$1'),
  title,
  description: '',
  category: '',
  query: Object.fromEntries((query ?? []).map((name) => [name, /^/])),
  // Only whether there is a body counts here; the service checks it.
  ...(input !== undefined && { input: {} }),
  ...(output !== undefined && { output: output === 'blob' ? 'blob' : {} }),
});

/** The names of the parameters in a route, in order. */
export const parametersOf = ({ route }: Endpoint): readonly string[] => [...route.matchAll(/:(\w+)/g)].map(([, name = '']) => name);

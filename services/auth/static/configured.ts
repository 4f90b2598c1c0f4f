import { patterns } from '@taskcluster/contracts';
import { isValidScope } from '@taskcluster/scopes';
import { longestId } from '../input.ts';
import { builtInPrefix, builtInScopes } from './built-in.ts';

/** One entry of `STATIC_CLIENTS`. Scopes and description of the built-in clients are built in. */
export interface StaticClientEntry {
  readonly clientId: string;
  readonly accessToken: string;
  readonly scopes?: readonly string[];
  readonly description?: string;
}

const known = new Set(['clientId', 'accessToken', 'scopes', 'description']);
const clientIds = new RegExp(patterns.clientId);
// Also `+`, `/`, `=` and `.`: what `openssl rand -base64 33` makes. Nothing that a shell would read when credentials.env is sourced.
const tokens = /^[A-Za-z0-9_.+/=-]{22,66}$/;
const longestDescription = 10_240;

/**
 * All that is wrong with the value of `STATIC_CLIENTS`, a sentence without a stop each (auth.md, section 2, "Static clients").
 * No sentence contains a token: entries are named by their client id if it is one, else by their place.
 */
export const staticClientMistakes = (value: unknown): string[] => {
  if (!Array.isArray(value)) return ['a list of {"clientId", "accessToken", "scopes", "description"} was expected'];
  const entries: readonly unknown[] = value;
  return [...entries.flatMap(mistakesOf), ...duplicates(entries), ...incomplete(entries)];
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Whether it can be shown: a token that was put into the wrong place does not begin with `static/`. */
const isStaticId = (id: unknown): id is string =>
  typeof id === 'string' && /^static\/./.test(id) && clientIds.test(id) && id.length <= longestId;
const idsIn = (entries: readonly unknown[]) =>
  entries.flatMap((entry) => (isObject(entry) && isStaticId(entry.clientId) ? [entry.clientId] : []));

const mistakesOf = (entry: unknown, place: number): string[] => {
  if (!isObject(entry)) return [`entry ${place + 1} is not an object`];
  const { clientId, accessToken } = entry;
  const name = isStaticId(clientId) ? clientId : `entry ${place + 1}`;
  const strange = Object.keys(entry).filter((key) => !known.has(key)).length;
  return [
    ...(isStaticId(clientId) ? [] : ['has no clientId that begins with static/']),
    ...(typeof accessToken === 'string' && tokens.test(accessToken)
      ? []
      : ['needs an accessToken of 22 to 66 letters, digits or characters of _.+/=-']),
    ...(strange > 0 ? ['has a property that is none of clientId, accessToken, scopes, description'] : []),
    ...(typeof clientId === 'string' && clientId.startsWith(builtInPrefix) ? builtInMistakes(entry) : ownMistakes(entry)),
  ].map((mistake) => `${name} ${mistake}`);
};

const isDescription = (text: unknown) => typeof text === 'string' && text.length <= longestDescription && !text.includes('\0');

const builtInMistakes = ({ scopes, description }: Readonly<Record<string, unknown>>): string[] => [
  ...(scopes === undefined ? [] : ['must have no scopes, because they are built in']),
  ...(description === undefined || isDescription(description) ? [] : ['has a description that is no text']),
];

const ownMistakes = ({ scopes, description }: Readonly<Record<string, unknown>>): string[] => [
  ...(isDescription(description) ? [] : [`needs a description of at most ${longestDescription} characters`]),
  ...(Array.isArray(scopes) && scopes.every(isValidScope) ? [] : ['needs scopes, a list of printable ASCII']),
  ...(Array.isArray(scopes) && scopes.some((scope) => isValidScope(scope) && scope.endsWith('**'))
    ? ['has a scope that ends in more than one star']
    : []),
];

const duplicates = (entries: readonly unknown[]): string[] => {
  const ids = idsIn(entries);
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) < i))].map((id) => `${id} is there more than once`);
};

/** Whoever configures one of the built-in clients configures all of them. */
const incomplete = (entries: readonly unknown[]): string[] => {
  const given = idsIn(entries).filter((id) => id.startsWith(builtInPrefix));
  if (given.length === 0) return [];
  const wanted = Object.keys(builtInScopes).map((name) => builtInPrefix + name);
  const missing = wanted.filter((id) => !given.includes(id));
  return [
    ...(missing.length === 0 ? [] : [`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`]),
    ...given.filter((id) => !wanted.includes(id)).map((id) => `${id} is not a client of this platform`),
  ];
};

/** Whether the tokens of the built-in clients are configured, instead of derived from the deployment's secret. */
export const namesBuiltIn = (entries: readonly StaticClientEntry[]): boolean =>
  entries.some(({ clientId }) => clientId.startsWith(builtInPrefix));

/** A client that the deployment's configuration defines; it cannot be changed over the API. */
export interface ConfiguredClient {
  readonly clientId: string;
  readonly accessToken: string;
  readonly scopes: readonly string[];
  readonly description: string;
}

/**
 * All static clients of a deployment: the built-in ones with the tokens that are configured for them, or else with those that
 * `derivedToken` gives; and the others that are configured.
 */
export const staticClients = (
  entries: readonly StaticClientEntry[],
  derivedToken: (name: string) => string,
): readonly ConfiguredClient[] => {
  const configured = new Map(entries.map((entry) => [entry.clientId, entry]));
  const builtIn = Object.entries(builtInScopes).map(([name, scopes]) => {
    const clientId = builtInPrefix + name;
    const { accessToken = derivedToken(name), description = describe(name) } = configured.get(clientId) ?? {};
    return { clientId, accessToken, scopes, description };
  });
  const others = entries.filter(({ clientId }) => !clientId.startsWith(builtInPrefix));
  return [...builtIn, ...others.map(({ scopes = [], description = '', ...entry }) => ({ ...entry, scopes, description }))];
};

const describe = (name: string): string => {
  if (name === 'root') return 'This client may do everything.';
  return name === 'built-in-workers'
    ? 'Workers of the queues `built-in/…` act with this client.'
    : `The ${name} service acts with this client.`;
};

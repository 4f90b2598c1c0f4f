import type { Contract, Endpoint, ScopeTemplate } from '../contract.ts';
import { prioritiesAllowing } from '../queue/priorities.ts';

// Imports nothing else than types and a list of words, so that the page can have it without the schemas.

/** A call that is asked about cannot be made as it is. */
export class UnfitCallError extends Error {
  override readonly name = 'UnfitCallError';
  readonly code: 'InputError' | 'InputValidationError';
  constructor(message: string, code: UnfitCallError['code'] = 'InputError') {
    super(message);
    this.code = code;
  }
}

/** A call that is asked about and not made. */
export interface Call {
  /** `queue.createTask` */
  readonly name: string;
  readonly contract: Pick<Contract, 'parameterPatterns'>;
  readonly endpoint: Pick<Endpoint, 'route' | 'scopes' | 'params' | 'input'>;
  readonly params: ReadonlyMap<string, unknown>;
  /** Valid, with its defaults filled in. */
  readonly payload: object | undefined;
}

export type Kind = 'text' | 'list' | 'flag';
/** Values of the parameters of a scope template, by name. */
export type Values = Readonly<Record<string, unknown>>;

const namesIn = (route: string) => new Set([...route.matchAll(/:(\w+)/g)].map((match) => match[1] ?? ''));
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((part) => typeof part === 'string');

const kinds: Readonly<Record<Kind, { readonly what: string; readonly is: (value: unknown) => boolean }>> = {
  text: { what: 'a text', is: (value) => typeof value === 'string' },
  list: { what: 'a list of texts', is: isTexts },
  flag: { what: 'true or false', is: (value) => typeof value === 'boolean' },
};

/**
 * The values that the scope expression of a call is filled with: properties of the payload by their names, what was given in `params`,
 * and what the method makes of both. Throws UnfitCallError for parameters that the method has no use for, or cannot use.
 */
export const valuesOf = (call: Call): Values => {
  const { name, endpoint, payload = {} } = call;
  const given = Object.fromEntries(checkedParams(call));
  const follows = derived.get(name)?.(given, call.payload as Values | undefined) ?? {};
  const wanted = parametersIn(endpoint.scopes ?? '', {});
  const fromPayload = [...wanted].filter(([key, kind]) => Object.hasOwn(payload, key) && kinds[kind].is((payload as Values)[key]));
  return Object.assign(
    Object.create(null) as Record<string, unknown>,
    Object.fromEntries(fromPayload.map(([key]) => [key, (payload as Values)[key]])),
    given,
    Object.fromEntries(Object.entries(follows).filter(([, value]) => value !== undefined)),
  );
};

const checkedParams = ({ name: called, contract, endpoint, params }: Call): ReadonlyMap<string, unknown> => {
  const inRoute = namesIn(endpoint.route);
  const wanted = parametersIn(endpoint.scopes ?? '', {});
  for (const [name, value] of params) {
    const kind = inRoute.has(name) ? 'text' : wanted.get(name);
    if (!kind) {
      const names = [...new Set([...inRoute, ...wanted.keys()])];
      const advice = names.length === 0 ? 'It takes none: leave it out.' : `It takes ${names.join(', ')}.`;
      throw new UnfitCallError(`${called} has no parameter ${JSON.stringify(name.slice(0, 100))}. ${advice}`);
    }
    if (!kinds[kind].is(value))
      throw new UnfitCallError(`The parameter \`${name}\` of ${called} is of another kind. Give ${kinds[kind].what}.`);
    const pattern = inRoute.has(name) ? (endpoint.params?.[name] ?? contract.parameterPatterns?.[name]) : undefined;
    if (pattern && !pattern.test(String(value)))
      throw new UnfitCallError(
        `The parameter \`${name}\` does not match \`${pattern.source}\`, so the call itself would be refused. Correct it.`,
      );
  }
  return params;
};

export interface Need {
  readonly name: string;
  readonly kind: Kind;
  readonly from: string;
}

/** The parameters of the expression that are not known, in the order in which it names them. */
export const needsOf = ({ name, endpoint }: Call, template: ScopeTemplate, known: Values): readonly Need[] => {
  const inRoute = namesIn(endpoint.route);
  const properties = typeof endpoint.input === 'object' ? ((endpoint.input as { properties?: object }).properties ?? {}) : {};
  const source = (need: string) => {
    if (inRoute.has(need)) return 'the address of the call';
    if (Object.hasOwn(properties, need)) return 'the payload';
    if (!derived.has(name)) return 'what is stored';
    return endpoint.input === undefined ? 'the address of the call' : 'the payload';
  };
  return [...parametersIn(template, known)]
    .filter(([need, kind]) => !(need in known) || !kinds[kind].is(known[need]))
    .map(([need, kind]) => ({ name: need, kind, from: source(need) }));
};

/** The parameters of a template with what each has to be. Of a choice that is decided by `known`, only the branch that is taken. */
const parametersIn = (template: unknown, known: Values, found = new Map<string, Kind>(), element?: string): Map<string, Kind> => {
  if (typeof template === 'string') {
    for (const [, name = ''] of template.matchAll(/<([a-zA-Z]\w*)>/g)) if (name !== element && !found.has(name)) found.set(name, 'text');
    return found;
  }
  const node = template as Partial<Record<'AllOf' | 'AnyOf', readonly unknown[]>> & Readonly<Record<string, unknown>>;
  for (const part of node.AllOf ?? node.AnyOf ?? []) parametersIn(part, known, found);
  if (typeof node.in === 'string') {
    found.set(node.in, 'list');
    parametersIn(node.each, known, found, String(node.for));
  }
  if (typeof node.if !== 'string') return found;
  found.set(node.if, 'flag');
  const flag = known[node.if];
  const branches = flag === true ? [node.then] : flag === false ? [node.else] : [node.then, node.else];
  for (const branch of branches) if (branch !== undefined) parametersIn(branch, known, found);
  return found;
};

type Derive = (params: Values, payload: Values | undefined) => Values;

const readOnly: Derive = ({ level }) => (level === undefined ? {} : { levelIsReadOnly: level === 'read-only' });
/** The scope is checked for the name that is asked for; for a link also for what it leads to, which only the call finds out. */
const artifactName: Derive = ({ name }) => (name === undefined ? {} : { names: [name] });

/** What handlers make of a call before they authorise it, where it is not in the request by its own name. */
const derived: ReadonlyMap<string, Derive> = new Map<string, Derive>([
  ['auth.createClient', (_, payload) => (payload ? { scopes: payload.scopes ?? [] } : {})],
  ['auth.awsS3Credentials', readOnly],
  ['auth.azureTableSAS', readOnly],
  ['auth.azureContainerSAS', readOnly],
  [
    'auth.githubRepoToken',
    (params, payload) => ({ ...lowerCase(params), ...(payload ? { repoPerms: repositoryPermissions(payload) } : {}) }),
  ],
  ['queue.createTask', (_, payload) => (payload ? ofTask(payload) : {})],
  ['queue.tasks', (_, payload) => (payload ? { taskIds: payload.taskIds ?? [] } : {})],
  ['queue.statuses', (_, payload) => (payload ? { taskIds: payload.taskIds ?? [] } : {})],
  ['queue.declareWorker', (_, payload) => (payload ? { properties: Object.keys(payload) } : {})],
  ['queue.getArtifact', artifactName],
  ['queue.getLatestArtifact', artifactName],
  ['queue.artifact', artifactName],
  ['queue.latestArtifact', artifactName],
]);

/** queue.md, section 4: a scope for the priority or for any higher one. */
const ofTask = ({ taskQueueId, priority, ...task }: Values): Values => {
  const [provisionerId = task.provisionerId, workerType = task.workerType] = typeof taskQueueId === 'string' ? taskQueueId.split('/') : [];
  return { provisionerId, workerType, priorities: prioritiesAllowing(priority) };
};

const lowerCase = ({ owner }: Values): Values => (typeof owner === 'string' ? { owner: owner.toLowerCase() } : {});
const repositoryPermissions = ({ repositories, permissions }: Values): readonly string[] =>
  [...new Set((repositories as readonly string[]).map((name) => name.toLowerCase()))].flatMap((name) =>
    Object.entries(permissions as object).map(([what, level]) => `${name}:${what}:${String(level)}`),
  );

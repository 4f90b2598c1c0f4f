import { breadthOf } from '@taskcluster/contracts/breadth';
import { needsOf, valuesOf } from '@taskcluster/contracts/call-values';
import { compileTemplate, missing, type ScopeExpression, type ScopeSet, smallestGrant } from '@taskcluster/scopes';
import { queue } from 'virtual:contracts';

/** Methods that the page asks about before it offers them. `vite.config.ts` keeps what these need, by their names in quotes. */
export type Asked = 'cancelTask' | 'createTask' | 'getArtifact' | 'rerunTask' | 'scheduleTask';

export interface Call {
  readonly method: Asked;
  /** The parameters of the route, and what the method looks up itself. */
  readonly params: Readonly<Record<string, string>>;
  readonly payload?: object | undefined;
}

const compiled = new Map<Asked, ReturnType<typeof compileTemplate>>();

/** What a call needs, by the scope template of its method; undefined for nothing, and for a call that says too little about itself. */
const neededFor = ({ method, params, payload }: Call): ScopeExpression | undefined => {
  const endpoint = queue.endpoints[method];
  const template = endpoint.scopes;
  const call = {
    name: `queue.${method}`,
    contract: {},
    endpoint,
    params: new Map(Object.entries(params)),
    payload: payload && { ...defaultsOf(endpoint), ...payload },
  };
  const values = valuesOf(call);
  if (needsOf(call, template, values).length > 0) return undefined;
  const render = compiled.get(method) ?? compileTemplate(template);
  compiled.set(method, render);
  return render(values);
};

const defaultsOf = (endpoint: object): object => {
  const { properties = {} } = ('input' in endpoint ? endpoint.input : {}) as {
    properties?: Readonly<Record<string, { default?: unknown }>>;
  };
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, schema.default]));
};

/**
 * The scopes that somebody lacks for a call: as few as would be enough. Undefined when they hold enough, or when it cannot be said
 * beforehand: the server decides in any case.
 */
export const lackingFor = (held: ScopeSet, call: Call): readonly string[] | undefined => {
  const needed = neededFor(call);
  if (needed === undefined || missing(held, needed) === undefined) return undefined;
  return smallestGrant(held.scopes, needed, breadthOf);
};

import type { ScopeTemplate } from '@taskcluster/contracts';
import type { ScopeParameters } from '@taskcluster/scopes';
import type { MethodUnderTest } from './methods.ts';
import type { Mutant } from './probe.ts';

/** Any part of a scope expression. */
type Node =
  | string
  | { readonly AllOf: readonly Node[] }
  | { readonly AnyOf: readonly Node[] }
  | { readonly for: string; readonly in: string; readonly each: string }
  | { readonly if: string; readonly then: Node; readonly else?: Node };

/** A changed part; `undefined` where it is left out. */
interface Change {
  readonly label: string;
  readonly node: Node | undefined;
}

const listChanges = (key: 'AllOf' | 'AnyOf', items: readonly Node[]): readonly Change[] =>
  items.flatMap((item, i) =>
    changesOf(item).map(({ label, node }) => {
      const [before, after] = [items.slice(0, i), items.slice(i + 1)];
      const changed = node === undefined ? [...before, ...after] : [...before, node, ...after];
      return { label, node: (key === 'AllOf' ? { AllOf: changed } : { AnyOf: changed }) as Node };
    }),
  );

/** Every way to leave out one element of the expression, or one parameter of an element. */
const changesOf = (node: Node): readonly Change[] => {
  const gone = { label: `without ${JSON.stringify(node)}`, node: undefined };
  if (typeof node === 'string') {
    const parameters = [...node.matchAll(/<\w+>/g)].map(([parameter]) => parameter);
    return [gone, ...parameters.map((p) => ({ label: `${node} without ${p}`, node: node.replace(p, '') }))];
  }
  if ('AllOf' in node) return listChanges('AllOf', node.AllOf);
  if ('AnyOf' in node) return listChanges('AnyOf', node.AnyOf);
  if ('for' in node) return [gone];
  const { then: yes, else: no } = node;
  return [
    { label: `always ${JSON.stringify(yes)}`, node: yes },
    ...(no === undefined ? [] : [{ label: `always ${JSON.stringify(no)}`, node: no }]),
    // oxlint-disable-next-line unicorn/no-thenable -- `then` is a property of the format
    ...changesOf(yes).map(({ label, node: changed }) => ({ label, node: { ...node, then: changed ?? { AllOf: [] } } })),
    ...(no === undefined ? [] : changesOf(no)).map(({ label, node: changed }) => ({
      label,
      node: { ...node, else: changed ?? { AllOf: [] } },
    })),
  ];
};

const changedValue = (value: unknown): readonly unknown[] => {
  if (typeof value === 'boolean') return [!value];
  if (Array.isArray(value)) return value.length === 0 ? [['another']] : [[], ['another'], value.slice(1)];
  return ['another'];
};

/** Faults of a handler that has to ask: it forgets to, or asks about something else. */
const handlerMutants = ({ id, needs }: MethodUnderTest, asked: ScopeParameters): readonly Mutant[] => [
  { id, label: 'does not ask', params: () => undefined },
  ...needs.flatMap((name) =>
    changedValue(asked[name]).map((value) => ({
      id,
      label: `asks with ${JSON.stringify(value)} as ${name}`,
      params: (params: ScopeParameters) => ({ ...params, [name]: value }),
    })),
  ),
];

/** Everything that may go wrong in the declaration and in the handler of one method, one fault at a time. */
export const mutantsOf = (method: MethodUnderTest, asked: ScopeParameters | undefined): readonly Mutant[] => {
  const { id, endpoint } = method;
  if (endpoint.scopes === undefined) return [];
  const changes = changesOf(endpoint.scopes as Node).map(({ label, node }) => ({
    id,
    label,
    scopes: { template: node as ScopeTemplate | undefined },
  }));
  return [
    { id, label: 'public', scopes: { template: undefined } },
    { id, label: 'nothing needed', scopes: { template: { AllOf: [] } } },
    ...changes,
    ...(asked ? handlerMutants(method, asked) : []),
  ];
};

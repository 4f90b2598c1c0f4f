import type { ScopeExpression } from './expression.ts';
import { fill, RoleIndex } from './role-index.ts';
import type { Rule } from './role-index.ts';
import { matches } from './scope.ts';

/** One application of a role: whoever holds `assumed` has the role, and the role grants `granted`. */
export interface ProofStep {
  /** A scope held so far that meets the role: it matches `assume:<roleId>`, or is matched by it. */
  readonly assumed: string;
  readonly roleId: string;
  /** The scope as it is written in the role, perhaps with `<..>`. */
  readonly written: string;
  /** What `<..>` stands for here; absent when nothing was filled in. */
  readonly parameter?: string;
  readonly granted: string;
}

/** Why a scope is held: from one that was given, by roles, to the one that matches. */
export interface Proof {
  /** The scope that was asked about. */
  readonly scope: string;
  /** Where the chain begins: one of the scopes that are held without any role. */
  readonly held: string;
  readonly steps: readonly ProofStep[];
  /** Where it ends: what the last step grants, or `held` without any step. It matches `scope`. */
  readonly by: string;
}

interface Origin {
  /** How many roles lead here. */
  readonly depth: number;
  readonly assumed?: string;
  readonly rule?: Rule;
}

/** Everything that some scopes lead to through roles, and how: prepared for questions about single scopes. */
export interface Derivation {
  /** In the order of the number of roles that lead there. */
  readonly origins: ReadonlyMap<string, Origin>;
}

/** The same bound as for an expansion: no checked set of roles comes near it. */
const REACH_LIMIT = 1_000_000;

/**
 * Follows roles from the held scopes, breadth first, so that every scope is reached by as few roles as possible.
 * It costs as much as an expansion that is not cached: with 10,000 roles 20 µs for a few scopes, 20 ms for `assume:*`.
 */
export function derive(index: RoleIndex, held: readonly string[]): Derivation {
  const origins = new Map<string, Origin>(held.map((scope) => [scope, { depth: 0 }]));
  const applied = new Set<Rule>();
  // A Map's iteration reaches what is added meanwhile: the map is also the list of what remains to be looked at.
  for (const [assumed, { depth }] of origins) {
    index.forEachMet(assumed, (rule) => {
      const reach = (scope: string) => {
        if (!origins.has(scope)) origins.set(scope, { depth: depth + 1, assumed, rule });
      };
      if (!applied.has(rule)) {
        applied.add(rule);
        rule.plain.forEach(reach);
      }
      fill(rule, assumed, reach);
    });
    if (origins.size > REACH_LIMIT) throw new Error('The roles grant each other more and more scopes. Remove the cycle among them.');
  }
  return { origins };
}

/**
 * The shortest proof that the scope is held, or undefined exactly when the expansion does not satisfy it (scopes.md, section 4).
 * Among proofs of the same length the one whose last scope is nearest to the question wins.
 */
export function prove({ origins }: Derivation, scope: string): Proof | undefined {
  const by = nearest(origins, scope);
  if (by === undefined) return undefined;
  const steps: ProofStep[] = [];
  let at = by;
  for (let origin = origins.get(at); origin?.rule && origin.assumed !== undefined; origin = origins.get(at)) {
    steps.push(stepOf(origin.rule, origin.assumed, at));
    at = origin.assumed;
  }
  return { scope, held: at, steps: steps.toReversed(), by };
}

function nearest(origins: Derivation['origins'], scope: string): string | undefined {
  let best: string | undefined;
  let depth = Number.POSITIVE_INFINITY;
  const consider = (candidate: string): void => {
    const found = origins.get(candidate)?.depth ?? Number.POSITIVE_INFINITY;
    if (found < depth || (found === depth && best !== undefined && candidate.length > best.length)) [best, depth] = [candidate, found];
  };
  if (scope.length < origins.size) {
    // What matches is the scope itself, or a prefix of it with a star.
    consider(scope);
    for (let n = scope.length; n >= 0; n--) consider(`${scope.slice(0, n)}*`);
  } else {
    for (const candidate of origins.keys()) if (matches(candidate, scope)) consider(candidate);
  }
  return best;
}

/** Which of the role's scopes it was that became `granted`. */
function stepOf(rule: Rule, assumed: string, granted: string): ProofStep {
  const { role } = rule;
  const step = { assumed, roleId: role.roleId, granted };
  if (rule.plain.includes(granted)) return { ...step, written: granted };
  const written = role.scopes.find((scope) => becomes(rule, scope, assumed) === granted) ?? granted;
  return { ...step, written, parameter: parameterOf(rule, assumed) };
}

function becomes(rule: Rule, written: string, assumed: string): string | undefined {
  const hole = rule.holes.find(([before, after]) => written === `${before}<..>${after}`);
  let result: string | undefined;
  if (hole) fill({ ...rule, holes: [hole] }, assumed, (scope) => (result = scope));
  return result;
}

const parameterOf = (rule: Rule, assumed: string): string =>
  assumed.endsWith('*') && assumed.length <= rule.prefixLength ? '*' : assumed.slice(rule.prefixLength);

/**
 * Proofs for the scopes of an expression. Satisfied: one for each scope of an AllOf, and those of the branch of an AnyOf that takes the
 * fewest steps. Not satisfied: for the parts of an AllOf that are.
 */
export function proveExpression(
  derivation: Derivation,
  needed: ScopeExpression,
): { readonly satisfied: boolean; readonly proofs: readonly Proof[] } {
  if (typeof needed === 'string') {
    const proof = prove(derivation, needed);
    return { satisfied: proof !== undefined, proofs: proof ? [proof] : [] };
  }
  if ('AllOf' in needed) {
    const parts = needed.AllOf.map((part) => proveExpression(derivation, part));
    return { satisfied: parts.every((part) => part.satisfied), proofs: parts.flatMap((part) => part.proofs) };
  }
  const branches = needed.AnyOf.map((branch) => proveExpression(derivation, branch)).filter((branch) => branch.satisfied);
  const [shortest] = branches
    .map(({ proofs }) => ({ proofs, steps: proofs.reduce((sum, proof) => sum + proof.steps.length, 0) }))
    .sort((a, b) => a.steps - b.steps);
  return { satisfied: shortest !== undefined, proofs: shortest?.proofs ?? [] };
}

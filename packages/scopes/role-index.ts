import { PatternIndex } from './pattern-index.ts';
import { stem } from './scope.ts';

/** Whoever holds something that meets `assume:<roleId>` also holds `scopes`. */
export interface Role {
  readonly roleId: string;
  readonly scopes: readonly string[];
}

/** What stands for the rest of the assumed name in the scopes of a role whose id ends with a star. */
export const PARAMETER = '<..>';
const ASSUME = 'assume:';

/**
 * Whether a scope can meet a role at all: it begins with `assume:`, or it is a star pattern that covers all such
 * scopes (`*`, `a*`, `as*` ... `assume*`). Nothing else takes part in expansion.
 */
export function isAssuming(scope: string): boolean {
  if (scope.startsWith(ASSUME)) return true;
  return scope.endsWith('*') && ASSUME.startsWith(stem(scope));
}

/** The broadest thing that a granted scope can become: the parameter and all that follows replaced by a star. */
function broadest(scope: string): string {
  const hole = scope.indexOf(PARAMETER);
  return hole < 0 ? scope : `${scope.slice(0, hole)}*`;
}

/**
 * The scopes of a role that can lead to further roles, in their broadest form. The parameter counts as one even in
 * roles without a star, where expansion takes it literally: a rule that reads the same for every role.
 */
export function leads(role: Role): string[] {
  return role.scopes.map(broadest).filter(isAssuming);
}

/** A role, prepared for being applied. */
export interface Rule {
  readonly role: Role;
  readonly pattern: string;
  /** How many characters an assumed scope shares with a role whose id ends with a star, at least. */
  readonly prefixLength: number;
  /** Granted as they are written. */
  readonly plain: readonly string[];
  /** Granted with the parameter filled in: the text in front of it and behind it. */
  readonly holes: readonly (readonly [before: string, after: string])[];
}

const NO_HOLES: Rule['holes'] = [];

function ruleOf(role: Role): Rule {
  const pattern = ASSUME + role.roleId;
  const prefixLength = pattern.length - 1;
  const takesParameter = role.roleId.endsWith('*') && role.scopes.some((scope) => scope.includes(PARAMETER));
  if (!takesParameter) return { role, pattern, prefixLength, plain: role.scopes, holes: NO_HOLES };
  const plain = role.scopes.filter((scope) => !scope.includes(PARAMETER));
  const holes = role.scopes
    .filter((scope) => scope.includes(PARAMETER))
    .map((scope) => {
      const hole = scope.indexOf(PARAMETER);
      return [scope.slice(0, hole), scope.slice(hole + PARAMETER.length)] as const;
    });
  return { role, pattern, prefixLength, plain, holes };
}

/** Grants what the parameterised scopes of a rule become for an assumed scope that meets it. */
export function fill(rule: Rule, assumed: string, grant: (scope: string) => void): void {
  if (rule.holes.length === 0) return;
  if (!assumed.endsWith('*')) {
    const rest = assumed.slice(rule.prefixLength);
    for (const [before, after] of rule.holes) grant(before + rest + after);
    return;
  }
  // What follows the parameter would stand behind a star, where it cannot restrict anything; it is dropped.
  // A scope broader than the role fills in a star.
  const rest = assumed.length > rule.prefixLength ? assumed.slice(rule.prefixLength) : '*';
  for (const [before] of rule.holes) grant(before + rest);
}

const inOrder = (rules: readonly Rule[]): PreparedRoles => {
  const sorted = rules.toSorted((a, b) => (a.pattern < b.pattern ? -1 : 1));
  return { rules: sorted, patterns: new PatternIndex(sorted.map((rule) => rule.pattern)) };
};
/** Rules, and their patterns in the same order. */
interface PreparedRoles {
  readonly rules: readonly Rule[];
  readonly patterns: PatternIndex;
}

/** All roles, prepared for finding those that a scope meets. Immutable: a change of a role makes another index, which shares what it can. */
export class RoleIndex {
  readonly #rules: readonly Rule[];
  readonly #patterns: PatternIndex;

  /** 10,000 roles take a few milliseconds; `changed` is for one of them. Role ids must be distinct. */
  constructor(roles: readonly Role[], { rules, patterns }: PreparedRoles = inOrder(roles.map(ruleOf))) {
    this.#rules = rules;
    this.#patterns = patterns;
  }

  /** With this role in the place of the one with its id, if there is one; without the one with this id when there is no role. */
  changed(roleId: string, role: Role | undefined): RoleIndex {
    const pattern = ASSUME + roleId;
    const place = this.#patterns.placeOf(pattern);
    const isThere = this.#rules[place]?.pattern === pattern;
    const rules = this.#rules.toSpliced(place, isThere ? 1 : 0, ...(role ? [ruleOf(role)] : []));
    return new RoleIndex([], { rules, patterns: isThere === (role !== undefined) ? this.#patterns : this.#patterns.toggled(pattern) });
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  /** Calls `visit` once for each role that the scope meets. */
  forEachMet(scope: string, visit: (rule: Rule) => void): void {
    // Most scopes assume nothing, and need no search.
    if (isAssuming(scope)) this.#patterns.forEachMet(scope, (index) => visit(this.#rules[index]!));
  }

  /** The roles that the scope meets. */
  met(scope: string): Rule[] {
    const found: Rule[] = [];
    this.forEachMet(scope, (rule) => found.push(rule));
    return found;
  }
}

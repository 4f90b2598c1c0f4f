import { mergeNormal, normalize } from './normal.ts';
import { RecentMap } from './recent.ts';
import { fill, isAssuming, RoleIndex } from './role-index.ts';
import type { Role, Rule } from './role-index.ts';

/**
 * How many expansions are kept, and about how many bytes they may take: callers choose what is expanded, and one scope
 * can be megabytes long or grant everything.
 */
const CACHED_EXPANSIONS = 10_000;
const CACHED_BYTES = 64_000_000;
/** No checked set of roles comes near it; a set with a growing cycle would never end. */
const GRANT_LIMIT = 1_000_000;

/** An unambiguous text for a list of scopes, whatever characters they contain. */
const keyOf = (scopes: readonly string[]): string => scopes.map((scope) => `${scope.length} ${scope}`).join('');

/** A generous guess of the bytes behind an expansion: the characters, and a reference for each scope. */
const bytesOf = (key: string, granted: readonly string[]): number => granted.reduce((sum, scope) => sum + scope.length + 8, key.length);

/**
 * Expands scopes through a fixed set of roles: adds what the roles grant that the scopes assume, and what the roles
 * grant that are assumed thereby, until nothing new comes (the least fixed point). Make a new expander when a role
 * changes, on the index that `changed` gives.
 *
 * Results are frozen arrays, and the same array for the same question as long as it is cached. An argument that is
 * frozen is recognised by identity, which makes repeated questions about a client's scopes free.
 */
export class RoleExpander {
  readonly index: RoleIndex;
  readonly #byText = new RecentMap<readonly string[]>({ entries: CACHED_EXPANSIONS, weight: CACHED_BYTES });
  readonly #byArray = new WeakMap<readonly string[], readonly string[]>();

  /** The roles must have been checked with `checkRoles`, and their ids must be distinct. */
  constructor(roles: readonly Role[] | RoleIndex) {
    this.index = roles instanceof RoleIndex ? roles : new RoleIndex(roles);
  }

  /** The scopes and all that they grant through roles, normalised. Never changes its input. */
  expand(scopes: readonly string[]): readonly string[] {
    if (!Object.isFrozen(scopes)) return this.#expand(scopes);
    let expanded = this.#byArray.get(scopes);
    if (!expanded) this.#byArray.set(scopes, (expanded = this.#expand(scopes)));
    return expanded;
  }

  #expand(scopes: readonly string[]): readonly string[] {
    const assuming = normalize(scopes.filter(isAssuming));
    if (assuming[0] === '*') return Object.freeze(['*']);
    if (assuming.length === 0) return Object.freeze(normalize(scopes));
    const key = keyOf(assuming);
    let granted = this.#byText.get(key);
    if (!granted) {
      granted = Object.freeze(normalize(this.#grants(assuming)));
      this.#byText.set(key, granted, bytesOf(key, granted));
    }
    const others = scopes.filter((scope) => !isAssuming(scope));
    return others.length === 0 ? granted : Object.freeze(mergeNormal(normalize(others), granted));
  }

  /** The scopes with everything that they lead to, in no order. */
  #grants(scopes: readonly string[]): string[] {
    // The set is also the list of what remains to be looked at: a Set's iteration reaches what is added meanwhile.
    const found = new Set(scopes);
    const applied = new Set<Rule>();
    for (const scope of found) {
      this.index.forEachMet(scope, (rule) => {
        if (!applied.has(rule)) {
          applied.add(rule);
          for (const granted of rule.plain) found.add(granted);
        }
        fill(rule, scope, (granted) => found.add(granted));
      });
      if (found.size > GRANT_LIMIT) {
        throw new Error('The roles grant each other more and more scopes. Remove the cycle among them; checkRoles names it.');
      }
    }
    return [...found];
  }
}

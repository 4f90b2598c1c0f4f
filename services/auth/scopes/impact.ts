import { ApiError, type Handlers } from '@taskcluster/api';
import type { auth, RoleImpactRequest } from '@taskcluster/contracts';
import type { Database } from '@taskcluster/db';
import {
  checkRoleChange,
  DependencyCycleError,
  InvalidScopeError,
  matches,
  type Role,
  RoleExpander,
  type RoleIndex,
  ScopeSet,
} from '@taskcluster/scopes';
import { encodePlace, pageLimit, textPlace } from '../page.ts';
import type { AuthService } from '../service.ts';
import { clientScopes } from '../store/clients.ts';
import { takeTurns } from './turns.ts';

type Handler = Pick<Handlers<typeof auth, AuthService>, 'roleImpact'>;

/** How many scopes are listed for one client or role; the rest are counted. */
const listed = 100;
/** When a page ends although it is not full: 10,000 clients that hold everything would take a minute. */
const pageMs = 2_000;
const clientsAtATime = 500;

export const impactHandlers: Handler = {
  roleImpact: async ({ db, access }, { body, query, caller }) => {
    caller.authorize();
    const role = intended(body);
    const { index } = access.roles();
    const current = index.rules.map((rule) => rule.role);
    const exists = current.some(({ roleId }) => roleId === body.roleId);
    const problem = role && problemOf(index, role);
    if (problem) return { valid: false, exists, problem, changes: [] };
    const turn = takeTurns();
    const others = current.filter(({ roleId }) => roleId !== body.roleId);
    // Of its own, so that going through all clients does not push out what requests are checked with.
    const before = new RoleExpander(current);
    await turn();
    const after = new RoleExpander(role ? [...others, role] : others);
    await turn();
    const compare = comparer({ before, after, roleId: body.roleId, turn });
    const roleIds = [...new Set([...current.map(({ roleId }) => roleId), body.roleId])].sort();
    const place = textPlace(query.continuationToken);
    const page = await pageOf(candidates(db, roleIds, place), { compare, turn, limit: pageLimit(query.limit) });
    const everybody = place === '' ? await compare(['assume:anonymous']) : undefined;
    return { valid: true, exists, ...(everybody ? { everybody } : {}), ...page };
  },
};

/** The role as it would be; undefined when it is to be deleted. */
const intended = ({ roleId, scopes, delete: gone = false }: RoleImpactRequest): Role | undefined => {
  if (gone === (scopes !== undefined))
    throw new ApiError('InputError', 'Give either `scopes`, the scopes that the role would have, or `delete: true`.');
  return scopes && { roleId, scopes };
};

/** Why the role could not be stored: the same checks as when it is (scopes.md, section 5). */
const problemOf = (index: RoleIndex, role: Role) => {
  const stars = role.scopes.find((scope) => scope.endsWith('**'));
  if (stars !== undefined)
    return { kind: 'scope', message: 'A scope ends in more than one star. Leave one star at the end.', scope: stars } as const;
  try {
    checkRoleChange(index, role);
    return undefined;
  } catch (err) {
    if (err instanceof DependencyCycleError) return { kind: 'cycle', message: err.message, cycle: err.cycle } as const;
    if (err instanceof InvalidScopeError) return { kind: 'scope', message: err.message, scope: err.scope } as const;
    throw err;
  }
};

interface Difference {
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly gainedCount: number;
  readonly lostCount: number;
}
type Compare = (held: readonly string[]) => Promise<Difference | undefined>;
type Turn = () => Promise<void>;

interface Comparison {
  readonly before: RoleExpander;
  readonly after: RoleExpander;
  readonly roleId: string;
  readonly turn: Turn;
}

/**
 * Tells what scopes lead to after a change and did not before, and the other way round; undefined when nothing differs.
 * Others have their turn between its steps: with 10,000 roles somebody who assumes all of them holds 50,000 scopes.
 */
const comparer = ({ before, after, roleId, turn }: Comparison): Compare => {
  const pattern = `assume:${roleId}`;
  return async (held) => {
    const had = before.expand(held);
    // Whoever does not come upon the role on the way is not concerned: most are done here.
    if (!had.some((scope) => matches(scope, pattern) || matches(pattern, scope))) return undefined;
    await turn();
    const has = after.expand(held);
    await turn();
    const gained = await beyond(has, had, turn);
    const lost = await beyond(had, has, turn);
    if (gained.length === 0 && lost.length === 0) return undefined;
    return { gained: gained.slice(0, listed), lost: lost.slice(0, listed), gainedCount: gained.length, lostCount: lost.length };
  };
};

/** What the first scopes grant beyond the others. */
const beyond = async (scopes: readonly string[], others: readonly string[], turn: Turn): Promise<string[]> => {
  const set = ScopeSet.of(others);
  const found: string[] = [];
  for (const [i, scope] of scopes.entries()) {
    if (i % 1_000 === 999) await turn();
    if (!set.has(scope)) found.push(scope);
  }
  return found;
};

interface Candidate {
  readonly kind: 'role' | 'client';
  readonly id: string;
  readonly held: readonly string[];
}

const placeOf = ({ kind, id }: Candidate) => `${kind} ${id}`;

/** All roles and then all clients, in the order of their ids, behind a place. */
async function* candidates(db: Database, roleIds: readonly string[], place: string): AsyncGenerator<Candidate> {
  const [, kind = 'role', behind = ''] = /^(role|client) (.*)$/s.exec(place) ?? [];
  if (kind === 'role') for (const id of roleIds) if (id > behind) yield { kind: 'role', id, held: [`assume:${id}`] };
  let after = kind === 'client' ? behind : '';
  for (;;) {
    const rows = await clientScopes(db, after, clientsAtATime);
    for (const { clientId, scopes } of rows) yield { kind: 'client', id: clientId, held: scopes };
    const last = rows.at(-1);
    if (!last || rows.length < clientsAtATime) return;
    after = last.clientId;
  }
}

/** Goes on until a page is full or has taken long enough. */
const pageOf = async (all: AsyncGenerator<Candidate>, { compare, turn, limit }: { compare: Compare; turn: Turn; limit: number }) => {
  const end = performance.now() + pageMs;
  const changes: (Difference & Pick<Candidate, 'kind' | 'id'>)[] = [];
  for await (const candidate of all) {
    await turn();
    const difference = await compare(candidate.held);
    if (difference) changes.push({ kind: candidate.kind, id: candidate.id, ...difference });
    if (changes.length >= limit || performance.now() > end) return { changes, continuationToken: encodePlace(placeOf(candidate)) };
  }
  return { changes };
};

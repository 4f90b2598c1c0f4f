import { ApiError, checkedToken, encodeToken, type Handlers, pageLimit, textsIn } from '@taskcluster/api';
import type { auth, RoleImpactRequest } from '@taskcluster/contracts';
import type { Database } from '@taskcluster/db';
import {
  type Candidate,
  type Change,
  clientCandidate,
  type Comparison,
  differenceFor,
  EVERYBODY,
  foresee,
  type RoleChange,
} from '@taskcluster/scopes';
import type { AuthService } from '../service.ts';
import { clientScopes } from '../store/clients.ts';
import { type InTurns, takeTurns } from './turns.ts';

type Handler = Pick<Handlers<typeof auth, AuthService>, 'roleImpact'>;

/** When a page ends although it is not full: 10,000 clients that hold everything would take a minute. */
const pageMs = 2_000;
const clientsAtATime = 500;

export const impactHandlers: Handler = {
  roleImpact: async ({ db, access }, { body, query, caller }) => {
    caller.authorize();
    const inTurns = takeTurns();
    const foreseen = await inTurns(foresee(access.roles().index, intended(body)));
    const { exists } = foreseen;
    if ('problem' in foreseen) return { valid: false, exists, problem: foreseen.problem, changes: [] };
    const { comparison, roles } = foreseen;
    const [place = ''] = textsIn(checkedToken(query.continuationToken), 1);
    const page = await pageOf(candidates(db, roles, place), { comparison, inTurns, limit: pageLimit(query.limit) });
    const everybody = place === '' ? await inTurns(differenceFor(comparison, [EVERYBODY])) : undefined;
    return { valid: true, exists, ...(everybody ? { everybody } : {}), ...page };
  },
};

const intended = ({ roleId, scopes, delete: gone = false }: RoleImpactRequest): RoleChange => {
  if (gone === (scopes !== undefined))
    throw new ApiError(
      'InputError',
      'It is not said what is to become of the role. Give either `scopes`, all scopes that it would have, or `delete: true`.',
    );
  return { roleId, scopes };
};

const placeOf = ({ kind, id }: Candidate) => `${kind} ${id}`;

/** All roles and then all clients, in the order of their ids, behind a place. */
async function* candidates(db: Database, roles: readonly Candidate[], place: string): AsyncGenerator<Candidate> {
  const [, kind = 'role', behind = ''] = /^(role|client) (.*)$/s.exec(place) ?? [];
  if (kind === 'role') for (const role of roles) if (role.id > behind) yield role;
  let after = kind === 'client' ? behind : '';
  for (;;) {
    const rows = await clientScopes(db, after, clientsAtATime);
    for (const { clientId, scopes } of rows) yield clientCandidate(clientId, scopes);
    const last = rows.at(-1);
    if (!last || rows.length < clientsAtATime) return;
    after = last.clientId;
  }
}

interface Asked {
  readonly comparison: Comparison;
  readonly inTurns: InTurns;
  readonly limit: number;
}

/** Goes on until a page is full or has taken long enough. */
const pageOf = async (all: AsyncGenerator<Candidate>, { comparison, inTurns, limit }: Asked) => {
  const end = performance.now() + pageMs;
  const changes: Change[] = [];
  for await (const candidate of all) {
    const difference = await inTurns(differenceFor(comparison, candidate.held));
    if (difference) changes.push({ kind: candidate.kind, id: candidate.id, ...difference });
    if (changes.length >= limit || performance.now() > end) return { changes, continuationToken: encodeToken([placeOf(candidate)]) };
  }
  return { changes };
};

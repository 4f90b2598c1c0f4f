import { expect, test } from 'vitest';
import { explain } from './explain.ts';
import { RoleExpander } from './expander.ts';
import { atOnce } from './steps.ts';

const roles = new RoleExpander([
  { roleId: 'everyone', scopes: ['queue:create-task:low:*'] },
  { roleId: 'project:*', scopes: ['assume:everyone', 'queue:route:index.<..>.*'] },
]);
const ask = (held: readonly string[], needed: Parameters<typeof explain>[1]['needed'], offerRoles = true) =>
  atOnce(explain(roles, { held, needed, offerRoles }));

test('what is held comes with a proof, and with nothing that is missing', () => {
  expect(ask(['assume:project:web'], 'queue:create-task:low:p/w')).toEqual({
    satisfied: true,
    proofs: [expect.objectContaining({ held: 'assume:project:web', by: 'queue:create-task:low:*' })],
  });
});

test('what is missing comes with the smallest grant, roles that carry it, and proofs of the rest', () => {
  const needed = { AllOf: ['queue:create-task:low:p/w', 'queue:route:index.api.x'] };
  expect(ask(['assume:project:web'], needed)).toEqual({
    satisfied: false,
    proofs: [expect.objectContaining({ scope: 'queue:create-task:low:p/w' })],
    missing: 'queue:route:index.api.x',
    grant: { scopes: ['queue:route:index.api.x'], roles: [{ roleId: 'project:*', assume: 'assume:project:api', gives: 4 }] },
  });
});

test('roles are offered only if asked for, and nothing is when nothing would help', () => {
  expect(ask([], 'a', false).grant).toEqual({ scopes: ['a'] });
  expect(ask([], { AnyOf: [] })).toEqual({ satisfied: false, proofs: [], missing: { AnyOf: [] } });
});

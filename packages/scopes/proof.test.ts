import { expect, test } from 'vitest';
import { derive, prove, proveExpression, RoleIndex } from './index.ts';
import type { Role } from './index.ts';

const roles: readonly Role[] = [
  { roleId: 'repo:github.com/*', scopes: ['assume:project:<..>', 'queue:route:index.<..>.*'] },
  { roleId: 'project:org/*', scopes: ['queue:create-task:low:*', 'assume:everyone'] },
  { roleId: 'everyone', scopes: ['queue:create-task:*', 'literal:<..>'] },
  { roleId: 'secrets:*', scopes: ['secrets:get:<..>/shared'] },
];
const proofOf = (held: readonly string[], scope: string) => prove(derive(new RoleIndex(roles), held), scope);

test('a scope that is held itself needs no role', () => {
  expect(proofOf(['a*', 'b'], 'ab')).toEqual({ scope: 'ab', held: 'a*', steps: [], by: 'a*' });
});

test('a chain of roles is told step by step, with what the parameter stands for', () => {
  expect(proofOf(['x', 'assume:repo:github.com/org/r'], 'queue:create-task:low:x')).toEqual({
    scope: 'queue:create-task:low:x',
    held: 'assume:repo:github.com/org/r',
    steps: [
      {
        assumed: 'assume:repo:github.com/org/r',
        roleId: 'repo:github.com/*',
        written: 'assume:project:<..>',
        parameter: 'org/r',
        granted: 'assume:project:org/r',
      },
      {
        assumed: 'assume:project:org/r',
        roleId: 'project:org/*',
        written: 'queue:create-task:low:*',
        granted: 'queue:create-task:low:*',
      },
    ],
    by: 'queue:create-task:low:*',
  });
});

test('the shortest chain wins, and of equally short ones the nearest scope', () => {
  expect(proofOf(['assume:everyone', 'assume:repo:github.com/org/r'], 'queue:create-task:low:x')?.steps.map((s) => s.roleId)).toEqual([
    'everyone',
  ]);
  expect(proofOf(['q*', 'queue:*', 'assume:everyone'], 'queue:create-task:low:x')).toMatchObject({ held: 'queue:*', steps: [] });
});

test('a pattern that covers a role fills in a star and loses what follows the parameter', () => {
  expect(proofOf(['assume:sec*'], 'secrets:get:a/b')?.steps).toEqual([
    {
      assumed: 'assume:sec*',
      roleId: 'secrets:*',
      written: 'secrets:get:<..>/shared',
      parameter: '*',
      granted: 'secrets:get:*',
    },
  ]);
  expect(proofOf(['assume:secrets:a*'], 'secrets:get:a/b')?.steps[0]).toMatchObject({ parameter: 'a*', granted: 'secrets:get:a*' });
});

test('in a role without a star the parameter is ordinary text', () => {
  expect(proofOf(['assume:everyone'], 'literal:<..>')?.steps).toEqual([
    { assumed: 'assume:everyone', roleId: 'everyone', written: 'literal:<..>', granted: 'literal:<..>' },
  ]);
});

test('what is not held has no proof', () => {
  expect(proofOf(['assume:nobody', 'a'], 'b')).toBeUndefined();
  expect(proofOf([], '')).toBeUndefined();
  expect(proofOf(['*'], '')).toMatchObject({ held: '*' });
});

test('a question of a million characters is answered', () => {
  const long = 'queue:create-task:low:'.padEnd(1_000_000, 'x');
  expect(proofOf(['assume:everyone'], long)?.by).toBe('queue:create-task:*');
  expect(proofOf(['assume:project:org/r'], `${long}*`)?.by).toBe('queue:create-task:low:*');
});

test('an expression is proven scope by scope: all of an AllOf, the easiest branch of an AnyOf', () => {
  const derivation = derive(new RoleIndex(roles), ['assume:repo:github.com/org/r', 'a']);
  const proven = (needed: Parameters<typeof proveExpression>[1]) => {
    const { satisfied, proofs } = proveExpression(derivation, needed);
    return [satisfied, ...proofs.map((p) => `${p.scope} ${p.steps.length}`)];
  };
  expect(proven({ AllOf: ['a', 'queue:create-task:x'] })).toEqual([true, 'a 0', 'queue:create-task:x 3']);
  expect(proven({ AnyOf: ['queue:create-task:x', 'queue:create-task:low:x', 'nothing'] })).toEqual([true, 'queue:create-task:low:x 2']);
  expect(proven({ AllOf: ['a', 'nothing', { AnyOf: ['nothing', 'b'] }] })).toEqual([false, 'a 0']);
  expect(proven({ AllOf: [] })).toEqual([true]);
  expect(proven({ AnyOf: [] })).toEqual([false]);
});

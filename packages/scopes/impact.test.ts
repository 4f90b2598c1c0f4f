import { expect, test } from 'vitest';
import { candidatesOf, changesOf, clientCandidate, differenceFor, foresee, roleProblem } from './impact.ts';
import { RoleExpander } from './expander.ts';
import { RoleIndex } from './role-index.ts';
import { atOnce } from './steps.ts';

const roles = [
  { roleId: 'base', scopes: ['base:a', 'base:b'] },
  { roleId: 'team:*', scopes: ['assume:base', 'team:<..>:*'] },
  { roleId: 'other', scopes: ['base:*'] },
];
const index = new RoleIndex(roles);
const clients = [clientCandidate('c/apart', ['assume:other']), clientCandidate('c/team', ['assume:team:x'])];

const lines = (change: Parameters<typeof foresee>[1]) => {
  const foreseen = atOnce(foresee(index, change));
  if ('problem' in foreseen) return foreseen.problem.message;
  return atOnce(changesOf(foreseen.comparison, [...foreseen.roles, ...clients])).map(({ kind, id, gained, lost }) =>
    [kind, id, ...gained.map((scope) => `+${scope}`), ...lost.map((scope) => `-${scope}`)].join(' '),
  );
};

test('a change concerns the roles and clients that come upon the role, and nobody else', () => {
  expect(lines({ roleId: 'base', scopes: ['base:a', 'new:*'] })).toEqual([
    'role base +new:* -base:b',
    'role team:* +new:* -base:b',
    'client c/team +new:* -base:b',
  ]);
  expect(lines({ roleId: 'team:*' })).toEqual([
    'role team:* -assume:base -base:a -base:b -team:*',
    'client c/team -assume:base -base:a -base:b -team:x:*',
  ]);
});

test('a role that there is not gives to those who assume it already, and is among the roles', () => {
  expect(atOnce(foresee(index, { roleId: 'team:x', scopes: ['q'] }))).toMatchObject({ exists: false });
  expect(lines({ roleId: 'team:x', scopes: ['q'] })).toEqual(['role team:* +q', 'role team:x +q', 'client c/team +q']);
});

test('a change that would be refused says why', () => {
  expect(lines({ roleId: 'base', scopes: ['assume:team:x'] })).toBe(
    'The roles grant each other in a circle: base -> team:* -> base. Remove the scope by which one of them grants the next.',
  );
  expect(roleProblem(index, { roleId: 'base', scopes: ['a**'] })).toMatchObject({ kind: 'scope', scope: 'a**' });
  expect(roleProblem(index, { roleId: 'x*', scopes: ['<..>a<..>'] })).toMatchObject({ kind: 'scope', scope: '<..>a<..>' });
});

test('whole sets of roles can be compared, whichever of them differ', () => {
  const after = new RoleExpander([{ roleId: 'base', scopes: ['base:a'] }, ...roles.slice(1, 2)]);
  const comparison = { before: new RoleExpander(roles), after };
  const ids = candidatesOf(['other', 'base', 'team:*', 'base']);
  expect(ids.map(({ id }) => id)).toEqual(['base', 'other', 'team:*']);
  expect(atOnce(changesOf(comparison, ids)).map(({ id, lost }) => [id, ...lost])).toEqual([
    ['base', 'base:b'],
    ['other', 'base:*'],
    ['team:*', 'base:b'],
  ]);
});

test('of a long list a hundred scopes are listed, and all are counted', () => {
  const many = Array.from({ length: 2_500 }, (_, i) => `many:${i}`);
  const comparison = { before: new RoleExpander([]), after: new RoleExpander([{ roleId: 'r', scopes: many }]) };
  const difference = atOnce(differenceFor(comparison, ['assume:r']));
  expect(difference?.gained).toHaveLength(100);
  expect(difference).toMatchObject({ gainedCount: 2_500, lostCount: 0 });
});

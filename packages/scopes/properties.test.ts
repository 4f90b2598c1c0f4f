/**
 * The engine against a literal reading of the rules, on random sets of roles over a tiny alphabet, where everything
 * collides with everything. SCOPES_RUNS sets the number of sets (2,000 unless told, 100,000 in CI; 1,000,000 before a release).
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import {
  checkRoleChange,
  checkRoles,
  DependencyCycleError,
  InvalidScopeError,
  matches,
  normalize,
  RoleExpander,
  RoleIndex,
  satisfies,
} from './index.ts';
import type { Role } from './index.ts';

const runs = Number(process.env['SCOPES_RUNS'] ?? (process.env['CI'] ? 100_000 : 2_000));
// 100,000 take half a minute of processor time, all tests together.
vi.setConfig({ testTimeout: 60_000 + 6 * runs });

const word = fc.array(fc.constantFrom('a', 'b', '*', 'a', 'b'), { maxLength: 4 }).map((letters) => letters.join(''));
const roleId = word.filter((id) => id !== '');
const holed = fc.tuple(word, fc.constantFrom('', '', '<..>', '<..>', '<..><..>'), word).map((parts) => parts.join(''));
const roleScope = fc.oneof(
  { weight: 6, arbitrary: holed.map((text) => `assume:${text}`) },
  { weight: 3, arbitrary: holed },
  { weight: 1, arbitrary: fc.constantFrom('*', 'as*', 'assume*', 'assume:*', 'assume', ':*') },
);
const role = fc.record({ roleId, scopes: fc.array(roleScope, { maxLength: 3 }) });
const roleSet = fc.uniqueArray(role, { minLength: 1, maxLength: 8, selector: (r) => r.roleId });

/** The rules of expansion, word by word: every role against every held scope, until nothing changes. */
function expandNaively(roles: readonly Role[], input: readonly string[]): string[] {
  const held = new Set(input);
  for (const scope of held) {
    for (const { roleId, scopes } of roles) {
      const pattern = `assume:${roleId}`;
      if (!matches(pattern, scope) && !matches(scope, pattern)) continue;
      const prefix = pattern.slice(0, -1);
      // The remainder of the scope, or a star where the scope is a pattern that covers the whole role.
      const covers = scope.endsWith('*') && prefix.startsWith(scope.slice(0, -1));
      const rest = covers ? '*' : scope.slice(prefix.length);
      for (const granted of scopes) {
        const hole = granted.indexOf('<..>');
        if (!roleId.endsWith('*') || hole < 0) held.add(granted);
        else if (scope.endsWith('*')) held.add(granted.slice(0, hole) + rest);
        else held.add(granted.replace('<..>', () => rest));
      }
    }
  }
  return normalize([...held]);
}

/** Whether any role reaches itself, by the transitive closure of all dependencies. */
function hasCycle(roles: readonly Role[]): boolean {
  const depends = roles.map(({ scopes }) =>
    roles.map((other) =>
      scopes.some((scope) => {
        const broad = scope.replace(/<\.\.>.*$/, '*');
        return matches(broad, `assume:${other.roleId}`) || matches(`assume:${other.roleId}`, broad);
      }),
    ),
  );
  for (const k of roles.keys())
    for (const i of roles.keys()) for (const j of roles.keys()) depends[i]![j] ||= depends[i]![k]! && depends[k]![j]!;
  return roles.some((_, i) => depends[i]![i]!);
}

const hasInvalidScope = (roles: readonly Role[]): boolean =>
  roles.some((r) => r.roleId.endsWith('*') && r.scopes.some((s) => /<\.\.>.*<\.\.>/.test(s) || s.endsWith('*<..>')));

/** Removes what is refused, role by role, so that most sets are worth expanding. */
function accepted(roles: readonly Role[]): Role[] {
  const kept: Role[] = [];
  for (const candidate of roles) if (!hasInvalidScope([candidate]) && !hasCycle([...kept, candidate])) kept.push(candidate);
  return kept;
}

/** Every prefix of every pattern, with what may follow; a few of them, drawn by `seed`. */
function questions(roles: readonly Role[], seed: number): string[] {
  const prefixes = roles.flatMap((r) => Array.from({ length: r.roleId.length + 1 }, (_, n) => `assume:${r.roleId.slice(0, n)}`));
  const all = [...prefixes.flatMap((p) => ['', '*', '**', '$', '<', '.'].map((end) => p + end)), 'a*', 'assum*', '*', 'b'];
  return Array.from({ length: 6 }, (_, i) => all[(seed + i * 7919) % all.length]!);
}

test('the verdict on a set equals brute force, in any order and whichever role comes last', () => {
  const seen = { runs: 0, invalid: 0, cycles: 0, fine: 0 };
  fc.assert(
    fc.property(fc.oneof(roleSet, roleSet.map(accepted)), (roles) => {
      seen.runs++;
      const expected = hasInvalidScope(roles) ? InvalidScopeError : hasCycle(roles) ? DependencyCycleError : undefined;
      seen[expected === undefined ? 'fine' : expected === InvalidScopeError ? 'invalid' : 'cycles']++;
      const check = (verify: () => void) => (expected ? expect(verify).toThrow(expected) : expect(verify).not.toThrow());
      check(() => checkRoles(roles));
      check(() => checkRoles(roles.toReversed()));
      const [last, ...others] = roles;
      if (!last || hasInvalidScope(others) || hasCycle(others)) return;
      check(() => checkRoleChange(new RoleIndex(others), last));
      check(() => checkRoleChange(new RoleIndex([...others, { roleId: last.roleId, scopes: ['former'] }]), last));
    }),
    { numRuns: runs },
  );
  expect(seen.runs).toBe(runs);
  for (const count of [seen.invalid, seen.cycles, seen.fine]) expect(count).toBeGreaterThan(runs / 20);
});

test('expansion equals the naive fixed point; it is idempotent, monotone and keeps its input', () => {
  const seen = { runs: 0, questions: 0, grants: 0 };
  fc.assert(
    fc.property(roleSet.map(accepted), fc.nat(), word, (roles, seed, more) => {
      seen.runs++;
      const expander = new RoleExpander(roles);
      for (const question of questions(roles, seed)) {
        seen.questions++;
        const result = expander.expand([question]);
        expect(result).toEqual(expandNaively(roles, [question]));
        if (result.length > 1) seen.grants++;
        expect(satisfies(result, question)).toBe(true);
        expect(expander.expand(result)).toEqual(result);
        const larger = expander.expand([more, `assume:${more}`, question]);
        expect(larger).toEqual(expandNaively(roles, [question, more, `assume:${more}`]));
        expect(satisfies(larger, { AllOf: result })).toBe(true);
        expect(expander.expand([question])).toEqual(result);
      }
    }),
    { numRuns: runs },
  );
  expect(seen.runs).toBe(runs);
  expect(seen.questions).toBe(6 * runs);
  expect(seen.grants).toBeGreaterThan(runs);
});

test('a broader assumption never grants less, without double stars', () => {
  let count = 0;
  const single = roleSet.map((roles) =>
    accepted(roles).map(({ roleId, scopes }) => ({ roleId, scopes: scopes.filter((s) => !/\*\*$|\*<\.\.>/.test(s)) })),
  );
  fc.assert(
    fc.property(single, word, word, (roles, start, end) => {
      count++;
      const expander = new RoleExpander(roles);
      const narrow = `assume:${start}${end}`;
      const broad = `assume:${start}*`;
      if (narrow.endsWith('**') || broad.endsWith('**')) return;
      const granted = expander.expand([broad]);
      for (const scope of expander.expand([narrow])) expect(satisfies(granted, scope)).toBe(true);
    }),
    { numRuns: runs },
  );
  expect(count).toBe(runs);
});

/**
 * Proofs against a literal reading of scopes.md, section 4, on random sets of roles over a tiny alphabet. SCOPES_RUNS sets the number
 * of sets (2,000 unless told).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { carriersOf, checkRoles, derive, matches, missing, normalize, prove, RoleExpander, satisfies, smallestGrant } from './index.ts';
import type { Proof, ProofStep, Role, ScopeExpression } from './index.ts';

const runs = Number(process.env['SCOPES_RUNS'] ?? 2000);

const word = fc.array(fc.constantFrom('a', 'b', '*', 'a', 'b'), { maxLength: 4 }).map((letters) => letters.join(''));
const holed = fc.tuple(word, fc.constantFrom('', '', '<..>'), word).map((parts) => parts.join(''));
const roleScope = fc.oneof({ weight: 3, arbitrary: holed.map((text) => `assume:${text}`) }, { weight: 2, arbitrary: holed });
const role = fc.record({ roleId: word.filter((id) => id !== ''), scopes: fc.array(roleScope, { maxLength: 3 }) });
const valid = (roles: readonly Role[]): boolean => {
  try {
    checkRoles(roles);
    return true;
  } catch {
    return false;
  }
};
const roleSet = fc.uniqueArray(role, { minLength: 1, maxLength: 8, selector: (r) => r.roleId }).map((roles) => {
  const kept: Role[] = [];
  for (const next of roles) if (valid([...kept, next])) kept.push(next);
  return kept;
});
const someScope = fc.oneof(
  word,
  word.map((text) => `assume:${text}`),
  fc.constantFrom('', '*', 'as*', 'assume*', 'assume:'),
);
const expression: fc.Arbitrary<ScopeExpression> = fc.letrec<{ e: ScopeExpression }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    someScope,
    fc.record({ AllOf: fc.array(tie('e'), { maxLength: 3 }) }),
    fc.record({ AnyOf: fc.array(tie('e'), { maxLength: 3 }) }),
  ),
})).e;

/** What one role grants to one held scope for one of its scopes, word by word. */
function applied({ roleId }: Role, written: string, assumed: string): string | undefined {
  const pattern = `assume:${roleId}`;
  const covered = matches(pattern, assumed);
  if (!covered && !matches(assumed, pattern)) return undefined;
  const hole = written.indexOf('<..>');
  if (!roleId.endsWith('*') || hole < 0) return written;
  const stem = pattern.slice(0, -1);
  const rest =
    covered && assumed.length >= stem.length && !(assumed.endsWith('*') && assumed.length <= stem.length)
      ? assumed.slice(stem.length)
      : '*';
  return assumed.endsWith('*') ? written.slice(0, hole) + rest : written.slice(0, hole) + rest + written.slice(hole + 4);
}

function replay(roles: readonly Role[], held: readonly string[], proof: Proof): void {
  expect(held).toContain(proof.held);
  let at = proof.held;
  for (const step of proof.steps) {
    expect(step.assumed).toBe(at);
    const rule = roles.find((r) => r.roleId === step.roleId);
    expect(rule?.scopes).toContain(step.written);
    expect(applied(rule!, step.written, at)).toBe(step.granted);
    expect(step.parameter === undefined).toBe(!(step.roleId.endsWith('*') && step.written.includes('<..>')));
    expect(filledIn(step)).toBe(step.granted);
    at = step.granted;
  }
  expect(proof.by).toBe(at);
  expect(matches(at, proof.scope)).toBe(true);
}

/** The step alone tells what happened: its parameter in the place of `<..>`, and nothing behind it if it ends with a star that was assumed. */
const filledIn = ({ written, parameter, assumed }: ProofStep): string => {
  if (parameter === undefined) return written;
  const [before = '', after = ''] = written.split('<..>');
  return before + parameter + (assumed.endsWith('*') ? '' : after);
};

/** The number of roles of the shortest chain, by trying all of them in rounds. */
function shortest(roles: readonly Role[], held: readonly string[], scope: string): number | undefined {
  const known = new Set(held);
  for (let round = 0; ; round++) {
    if ([...known].some((s) => matches(s, scope))) return round;
    const size = known.size;
    for (const s of Array.from(known)) for (const r of roles) for (const w of r.scopes) known.add(applied(r, w, s) ?? s);
    if (known.size === size) return undefined;
  }
}

/** Scopes that roles have something to do with, drawn by `seed`: names of roles with what may follow them, and what roles grant. */
function drawn(roles: readonly Role[], seed: number, count: number): string[] {
  const all = [
    'a',
    ...roles.flatMap(({ roleId, scopes }) => [
      ...['', '*', 'a', 'ab*'].map((end) => `assume:${roleId.replace(/\*$/, '')}${end}`),
      `assume:${roleId.slice(0, 1)}*`,
      ...scopes,
    ]),
  ];
  return Array.from({ length: count }, (_, i) => all[(seed + i * 7919) % all.length]!);
}

test('there is a proof exactly when the expansion satisfies the scope; it replays step by step and is as short as can be', () => {
  const seen = { proofs: 0, long: 0, none: 0 };
  fc.assert(
    fc.property(
      roleSet,
      fc.nat(),
      fc.array(someScope, { maxLength: 1 }),
      fc.array(someScope, { minLength: 3, maxLength: 3 }),
      (roles, seed, some, more) => {
        const held = [...some, ...drawn(roles, seed, 2)];
        const expander = new RoleExpander(roles);
        const derivation = derive(expander.index, held);
        const expanded = expander.expand(held);
        for (const scope of [...expanded, ...more]) {
          const proof = prove(derivation, scope);
          expect(proof !== undefined).toBe(satisfies(expanded, scope));
          if (proof === undefined) seen.none++;
          else {
            seen.proofs++;
            if (proof.steps.length > 1) seen.long++;
            replay(roles, held, proof);
          }
          expect(proof?.steps.length).toBe(shortest(roles, held, scope));
        }
      },
    ),
    { numRuns: runs },
  );
  expect(seen.proofs).toBeGreaterThan(runs);
  expect(seen.long).toBeGreaterThan(runs / 50);
  expect(seen.none).toBeGreaterThan(runs);
});

/** Every choice of one branch for each AnyOf, as the scopes that it asks for. */
const choices = (e: ScopeExpression): string[][] => {
  if (typeof e === 'string') return [[e.replace(/\*+$/, '*')]];
  if ('AnyOf' in e) return e.AnyOf.flatMap(choices);
  let ways: string[][] = [[]];
  for (const part of e.AllOf) ways = choices(part).flatMap((more) => ways.map((way) => [...way, ...more]));
  return ways;
};

test('a grant satisfies when it is added, is as small as can be, and is there exactly when anything would help', () => {
  const seen = { grants: 0, several: 0, hopeless: 0 };
  fc.assert(
    fc.property(fc.array(someScope, { maxLength: 3 }), expression, (held, needed) => {
      const grant = smallestGrant(held, needed);
      if (grant === undefined) {
        seen.hopeless++;
        expect(satisfies(['*'], needed)).toBe(false);
        return;
      }
      expect(grant.length === 0).toBe(missing(held, needed) === undefined);
      expect(satisfies([...held, ...grant], needed)).toBe(true);
      for (const scope of grant) expect(scope).not.toMatch(/\*\*$/);
      if (grant.length > 0) seen.grants++;
      if (grant.length > 1) seen.several++;
      const ways = choices(missing(held, needed) ?? { AllOf: [] });
      if (ways.length <= 64) expect(grant.length).toBe(Math.min(...ways.map((way) => normalize(way).length)));
    }),
    { numRuns: runs },
  );
  expect(seen.grants).toBeGreaterThan(runs / 4);
  expect(seen.several).toBeGreaterThan(runs / 50);
  expect(seen.hopeless).toBeGreaterThan(runs / 50);
});

test('a role that is offered carries the scopes', () => {
  let offered = 0;
  fc.assert(
    fc.property(roleSet, fc.nat(), fc.integer({ min: 1, max: 2 }), (roles, seed, count) => {
      const scopes = drawn(roles, seed, count);
      const expander = new RoleExpander(roles);
      for (const { assume, roleId, gives } of carriersOf(expander, scopes)) {
        offered++;
        expect(satisfies(expander.expand([assume]), { AllOf: scopes })).toBe(true);
        expect(matches(`assume:${roleId}`, assume)).toBe(true);
        expect(expander.expand([assume])).toHaveLength(gives);
      }
    }),
    { numRuns: runs },
  );
  expect(offered).toBeGreaterThan(runs / 10);
});

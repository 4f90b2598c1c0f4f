import { RoleExpander } from '@taskcluster/scopes';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAccessState } from './access-state.ts';
import { createTokenCipher } from './token-cipher.ts';

const change = fc.record({ id: fc.stringMatching(/^[ab*]{1,3}$/), removed: fc.boolean() });
const questions = ['assume:a', 'assume:ab', 'assume:b*', 'assume:*', 'assume:aab', 'assume:ba'];
const batch = fc.record({ whole: fc.constantFrom(false, false, false, true), changes: fc.array(change, { maxLength: 4 }) });

test('however roles come and go, those that are left are known, in order, with their newest scopes', () => {
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
      const state = createAccessState(createTokenCipher(randomBytes(32)), () => {});
      const expected = new Map<string, readonly string[]>();
      for (const [n, { whole, changes }] of batches.entries()) {
        const version = n + 1;
        const last = new Map(changes.map((c) => [c.id, c]));
        if (whole) expected.clear();
        const there = [...last.values()]
          .filter((c) => !c.removed || whole)
          .map((c) => ({ roleId: c.id, scopes: [`s${version}`], version }));
        const removed = whole ? [] : [...last.values()].filter((c) => c.removed).map((c) => ({ kind: 'role', id: c.id, version }));
        for (const { roleId, scopes } of there) expected.set(roleId, scopes);
        for (const { id } of removed) expected.delete(id);
        state.apply({ version, whole, clients: [], roles: there, removed });
        const rules = state.roles().index.rules.map((rule) => [rule.role.roleId, rule.role.scopes]);
        expect(rules).toEqual([...expected].sort(([a], [b]) => (a < b ? -1 : 1)));
        const anew = new RoleExpander([...expected].map(([roleId, scopes]) => ({ roleId, scopes })));
        for (const asked of questions) expect(state.roles().expand([asked])).toEqual(anew.expand([asked]));
      }
    }),
  );
});

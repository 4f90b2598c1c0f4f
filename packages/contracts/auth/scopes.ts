import type { Static } from 'typebox';

import { named } from '../contract.ts';
import { ScopeText } from '../identifiers.ts';
import { closed, list } from '../schema.ts';

export const ScopeList = list(ScopeText, { title: 'Scopes', description: 'A set of scopes: no text twice.', uniqueItems: true });

export const ScopeSet = named(
  'auth/v1/scopeset',
  closed({ scopes: ScopeList }, { title: 'Scope set', description: 'Scopes, as a request or as a reply.' }),
);
export type ScopeSet = Static<typeof ScopeSet>;

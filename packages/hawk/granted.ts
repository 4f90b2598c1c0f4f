import { missing, ScopeSet } from '@taskcluster/scopes';
import type { ScopeExpression } from '@taskcluster/scopes';
import type { Authority, HawkClient } from './authority.ts';
import type { Bearer } from './bearer.ts';
import type { Certificate } from './certificate.ts';
import { Refusal } from './refusal.ts';

/** The role that everybody has, whoever they are. */
const ANONYMOUS = 'assume:anonymous';
export const ONLY_ANONYMOUS: readonly string[] = Object.freeze([ANONYMOUS]);
/** No more scopes than these are listed in a message. */
const LISTED = 50;

const joined = new WeakMap<readonly string[], readonly string[]>();

/** The scopes and the anonymous role, as the same frozen array for the same frozen array. */
function withAnonymous(scopes: readonly string[]): readonly string[] {
  let both = joined.get(scopes);
  if (!both) joined.set(scopes, (both = Object.freeze([...scopes, ANONYMOUS])));
  return both;
}

const own = new WeakMap<HawkClient, { readonly stored: readonly string[]; readonly frozen: readonly string[] }>();

/** A client's scopes as a frozen array that stays the same as long as the client does. */
function scopesOf(client: HawkClient): readonly string[] {
  if (Object.isFrozen(client.scopes)) return client.scopes;
  let entry = own.get(client);
  if (entry?.stored !== client.scopes) {
    entry = { stored: client.scopes, frozen: Object.freeze([...client.scopes]) };
    own.set(client, entry);
  }
  return entry.frozen;
}

function list(scopes: readonly string[]): string {
  const more = scopes.length - LISTED;
  return scopes.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const lacking = (held: ScopeSet, needed: ScopeExpression): string => JSON.stringify(missing(held, needed));

/** The name and the scopes of temporary credentials must be the issuer's to give. What only the anonymous role grants is not. */
function checkDelegation({ clientId, client }: Bearer, certificate: Certificate, authority: Authority): void {
  const held = ScopeSet.of(authority.expand(scopesOf(client)));
  const name = `auth:create-client:${clientId}`;
  if (certificate.issuer !== undefined && !held.has(name)) {
    throw new Refusal(`Client ${client.clientId} may not name temporary credentials ${clientId}. It needs the scope ${name}.`);
  }
  const all = { AllOf: certificate.scopes };
  if (!held.satisfies(all)) {
    throw new Refusal(
      `The certificate lists scopes that its issuer ${client.clientId} does not have: ${lacking(held, all)}. ` +
        'Create new temporary credentials without them.',
    );
  }
}

/** The scopes of a request whose MAC is proven, expanded. Throws a Refusal when it claims more than it has. */
export function grantedScopes(bearer: Bearer, authority: Authority): readonly string[] {
  const { certificate, authorizedScopes } = bearer.ext;
  if (certificate) checkDelegation(bearer, certificate, authority);
  const granted = authority.expand(withAnonymous(certificate?.scopes ?? scopesOf(bearer.client)));
  if (!authorizedScopes) return granted;
  const held = ScopeSet.of(granted);
  const all = { AllOf: authorizedScopes };
  if (!held.satisfies(all)) {
    throw new Refusal(
      `ext.authorizedScopes asks for scopes that the credentials do not have: ${lacking(held, all)}. ` +
        `Asked for: ${list(authorizedScopes)}. The credentials have: ${list(granted)}.`,
    );
  }
  return authority.expand(withAnonymous(authorizedScopes));
}

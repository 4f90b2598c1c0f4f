import { ApiError } from '@taskcluster/api';
import type { ClientRecord, NewClient, StoredClient } from '../store/clients.ts';
import type { TokenCipher } from '../token-cipher.ts';

type Wanted = Omit<NewClient, 'encryptedToken'>;

/**
 * A repeated request to create a client answers the stored one, with its token, for 15 minutes and as long as nothing differs;
 * `deleteOnExpiration` is not compared (auth.md, section 2).
 */
export const conflictUnlessSame = (
  stored: StoredClient | undefined,
  wanted: Wanted,
  cipher: TokenCipher,
): { client: ClientRecord; accessToken: string } => {
  const differs = stored ? differences(stored, wanted) : ['existence'];
  if (!stored || differs.length > 0)
    throw new ApiError(
      'RequestConflict',
      'There is a client {{clientId}} already, and it differs: {{differs}}. Choose another name, or update the client.',
      { clientId: wanted.clientId, differs: differs.join(', ') },
    );
  return { client: stored, accessToken: cipher.decrypt(stored.clientId, stored.encryptedToken) };
};

const differences = (stored: StoredClient, wanted: Wanted): string[] => {
  const sameScopes = stored.scopes.length === wanted.scopes.length && stored.scopes.every((scope, i) => scope === wanted.scopes[i]);
  return [
    ...(sameScopes ? [] : ['scopes']),
    ...(stored.expires === wanted.expires ? [] : ['expires']),
    ...(stored.description === wanted.description ? [] : ['description']),
    ...(stored.disabled ? ['it is disabled'] : []),
    ...(stored.isNew ? [] : ['it was created more than 15 minutes ago']),
  ];
};

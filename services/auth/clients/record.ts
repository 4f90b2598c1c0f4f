import { createPublisher } from '@taskcluster/bus';
import { auth } from '@taskcluster/contracts';
import { ApiError } from '@taskcluster/api';
import type { AuthService } from '../service.ts';
import type { ClientRecord } from '../store/clients.ts';

export const publish = createPublisher(auth);

/** A client as the API shows it. */
export const shown = ({ access }: Pick<AuthService, 'access'>, client: ClientRecord): ClientRecord & { expandedScopes: string[] } => {
  const { clientId, description, expires, created, lastModified, lastDateUsed, lastRotated, scopes, disabled, deleteOnExpiration } = client;
  return {
    ...{ clientId, description, expires, created, lastModified, lastDateUsed, lastRotated, scopes, disabled, deleteOnExpiration },
    expandedScopes: [...access.authority.expand(scopes)],
  };
};

/** What the history keeps of a client: never its token. */
export const kept = ({ description, scopes, expires, disabled, deleteOnExpiration }: ClientRecord) => ({
  description,
  scopes,
  expires,
  disabled,
  deleteOnExpiration,
});

/** Static clients belong to the configuration. */
export const refuseStatic = (clientId: string): void => {
  if (!clientId.startsWith('static/')) return;
  throw new ApiError('InputError', 'Client {{clientId}} is defined by the configuration of the deployment. Change it there.', { clientId });
};

export const notFound = (clientId: string) =>
  new ApiError('ResourceNotFound', 'There is no client {{clientId}}. Was it deleted, or did it expire?', { clientId });

import type { Config, ConfigPart } from '@taskcluster/config';
import { authSettings, namesBuiltIn } from '@taskcluster/service-auth';
import { rootClientId } from './credentials-file.ts';
import { settings } from './settings.ts';

const both = { rootAccessToken: settings.rootAccessToken, staticClients: authSettings.staticClients };

/** The token of the root client can be given in two settings, which have to agree. The mistake shows no token. */
export const rootTokenPart: ConfigPart = {
  settings: both,
  mistakes: ({ rootAccessToken, staticClients }: Config<typeof both>) => {
    if (rootAccessToken === '' || !namesBuiltIn(staticClients)) return [];
    const configured = staticClients.find(({ clientId }) => clientId === rootClientId);
    if (configured?.accessToken === rootAccessToken) return [];
    return [`ROOT_ACCESS_TOKEN and STATIC_CLIENTS give ${rootClientId} different access tokens. Leave out ROOT_ACCESS_TOKEN.`];
  },
};

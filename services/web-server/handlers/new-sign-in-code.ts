import type { Handler } from '@taskcluster/api';
import type { webServer } from '@taskcluster/contracts';
import { createSignInCode, type WebServer } from '../service.ts';

export const newSignInCode: Handler<typeof webServer.endpoints.newSignInCode, WebServer> = async (service) => ({
  code: await createSignInCode(service),
});

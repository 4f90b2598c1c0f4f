import { ApiError, type Handlers, requireScopes } from '@taskcluster/api';
import type { auth } from '@taskcluster/contracts';
import { authenticate, type Authority } from '@taskcluster/hawk';
import { auditHandlers } from './audit.ts';
import { clientHandlers } from './clients/handlers.ts';
import { delegatedHandlers } from './delegated/handlers.ts';
import { roleHandlers } from './roles/handlers.ts';
import { questionHandlers } from './scopes/handlers.ts';
import type { AuthService } from './service.ts';

const hourMs = 3_600_000;

/** Client `tester` with token `no-secret`, known only to the two methods for tests of client libraries (auth.md, section 5). */
const testAuthority = (scopes: readonly string[], now: () => number): Authority => ({
  findClient: (clientId) =>
    clientId === 'tester' ? { clientId, accessToken: 'no-secret', scopes, expires: new Date(now() + hourMs), disabled: false } : undefined,
  expand: (set) => set,
  now,
});

export const handlers: Handlers<typeof auth, AuthService> = {
  ...clientHandlers,
  ...roleHandlers,
  ...auditHandlers,
  ...delegatedHandlers,
  ...questionHandlers,

  authenticateHawk: async ({ access }, { body }) => {
    const { method, resource, host, port, authorization } = body;
    const answer = authenticate({ method, resource, host, port, authorization }, access.authority);
    if (answer.status === 'auth-failed') return answer;
    const { status, scheme, scopes, expires } = answer;
    if (status === 'no-auth') return { status, scheme, scopes: [...scopes], expires: expires.toISOString() };
    return {
      status,
      scheme,
      scopes: [...scopes],
      clientId: answer.clientId,
      expires: expires.toISOString(),
      ...(answer.hash === undefined ? {} : { hash: answer.hash }),
    };
  },

  currentScopes: async (_, { caller }) => ({ scopes: [...caller.scopes()] }),

  expandScopes: async ({ access }, { body }) => ({ scopes: [...access.authority.expand(body.scopes)] }),

  testAuthenticate: async ({ now }, { body, authenticate: check }) =>
    tested(check, testAuthority(body.clientScopes ?? [], now), body.requiredScopes ?? []),

  testAuthenticateGet: async ({ now }, { authenticate: check }) =>
    tested(check, testAuthority(['test:*', 'auth:create-client:test:*'], now), ['test:authenticate-get']),
};

type Check = Parameters<Handlers<typeof auth, AuthService>['testAuthenticate']>[1]['authenticate'];

const tested = (check: Check, authority: Authority, required: readonly string[]) => {
  const answer = check((request) => authenticate(request, authority));
  requireScopes(answer, { AllOf: required });
  if (answer.status !== 'auth-success')
    throw new ApiError('AuthenticationFailed', 'The request is not signed. Sign it as client `tester` with access token `no-secret`.');
  return { clientId: answer.clientId, scopes: [...answer.scopes] };
};

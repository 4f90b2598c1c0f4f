import { contract, get, monitoring, post } from '../contract.ts';
import { patterns } from '../identifiers.ts';

import { clientEndpoints } from './client-endpoints.ts';
import { credentialEndpoints } from './credential-endpoints.ts';
import { AuthenticateHawkRequest, AuthenticateHawkResponse, TestAuthenticateRequest, TestAuthenticateResponse } from './hawk.ts';
import { exchanges } from './messages.ts';
import { questionEndpoints } from './question-endpoints.ts';
import { roleEndpoints } from './roles.ts';
import { ScopeSet } from './scopes.ts';

/** The auth service: who a caller is, and what a caller may do. */
export const auth = contract({
  service: 'auth',
  version: 'v1',
  title: 'Auth',
  description:
    'Checks signatures, and says which scopes come with them. A role gives further scopes to everyone who holds `assume:` and its name.',
  parameterPatterns: {
    clientId: new RegExp(patterns.clientId),
    roleId: new RegExp(patterns.printable),
    account: /^[a-z0-9]{3,24}$/,
    table: /^[A-Za-z][A-Za-z0-9]{2,62}$/,
    container: /^(?!.*[-]{2})[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    level: /^(?:read-write|read-only)$/,
    bucket: /^[a-z0-9][a-z0-9-]{1,62}[a-z0-9]$/,
    prefix: /^/,
    project: /^[a-zA-Z0-9_-]{1,64}$/,
    projectId: /^/,
    serviceAccount: /^/,
    entityType: /^(?:client|role|secret|hook|worker-pool)$/,
    // A NUL cannot be stored, so nothing has one in its name.
    entityId: /^[^\0]*$/,
    wstAudience: /^[a-zA-Z0-9_-]{1,38}$/,
    wstClient: /^[a-zA-Z0-9_~.%-]+$/,
    appName: /^[a-zA-Z0-9_-]+$/,
    owner: /^[A-Za-z0-9._-]+$/,
  },
  endpoints: {
    ...clientEndpoints,
    ...roleEndpoints,
    ...credentialEndpoints,
    ...questionEndpoints,
    authenticateHawk: post('/authenticate-hawk', {
      title: 'Check a signed request',
      description:
        'Checks the signature of a request that another service received. It answers 200 whatever the outcome, and needs no credentials. ' +
        'The body of the request is not covered: compare the returned hash.',
      category: 'Scopes and Auth',
      stability: 'stable',
      input: AuthenticateHawkRequest,
      output: AuthenticateHawkResponse,
      secretInput: ['authorization', 'resource'],
    }),
    currentScopes: get('/scopes/current', {
      title: 'Scopes of the caller',
      description: 'Everything that the caller may do, with all roles expanded and those of `anonymous` included.',
      category: 'Scopes and Auth',
      stability: 'stable',
      scopes: 'auth:current-scopes',
      output: ScopeSet,
    }),
    expandScopes: post('/scopes/expand', {
      title: 'Expand scopes',
      description: 'Adds to a set of scopes everything that the roles in it give, and leaves out what is implied by the rest.',
      category: 'Scopes and Auth',
      stability: 'stable',
      scopes: 'auth:expand-scopes',
      input: ScopeSet,
      output: ScopeSet,
    }),
    testAuthenticate: post('/test-authenticate', {
      title: 'Test a client’s signature',
      description:
        'For the tests of client libraries. Sign the request as client `tester` with access token `no-secret`: ' +
        'the body says which scopes this client holds and which it needs.',
      category: 'Scopes and Auth',
      stability: 'stable',
      input: TestAuthenticateRequest,
      output: TestAuthenticateResponse,
    }),
    testAuthenticateGet: get('/test-authenticate-get/', {
      title: 'Test a client’s signature with GET',
      description:
        'For the tests of client libraries. Sign the request as client `tester` with access token `no-secret`; it holds `test:*` and ' +
        '`auth:create-client:test:*`, and needs `test:authenticate-get`. Signed URLs work as well.',
      category: 'Scopes and Auth',
      stability: 'stable',
      output: TestAuthenticateResponse,
    }),
    ...monitoring,
  },
  exchanges,
});

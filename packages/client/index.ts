import type { Contract } from '@taskcluster/contracts';
import { authorizationHeader } from '@taskcluster/hawk';
import { type HttpOptions, http as httpWith } from './http.ts';
import type { Client } from './client.ts';

export { createTemporaryCredentials, signedUrl } from '@taskcluster/hawk';
export { type Arguments, CallError, type CallOptions, type Client, type Method, pathOf, type RawBody } from './client.ts';
export type { Credentials, HttpOptions } from './http.ts';
export { type Invoke, local, type LocalCaller } from './local.ts';
export { pages } from './pages.ts';

/** A client over HTTP that signs with Node's own cryptography. A browser uses `@taskcluster/client/http` with a signer of its own. */
export const http = <C extends Contract>(contract: C, options: Omit<HttpOptions, 'sign'>): Client<C> =>
  httpWith(contract, { ...options, sign: authorizationHeader });

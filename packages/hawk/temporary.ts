import { randomBytes } from 'node:crypto';
import { isValidScope } from '@taskcluster/scopes';
import { LONGEST_LIFE, signatureOf, temporaryToken } from './certificate.ts';
import { isClientId } from './client-id.ts';
import type { Credentials } from './sign.ts';

/** What temporary credentials are made of. */
export interface TemporaryRequest {
  /** Those of the client that issues them. */
  readonly credentials: Credentials;
  /** A name for them; it needs the scope `auth:create-client:<name>`. Without it they bear the issuer's name. */
  readonly clientId?: string | undefined;
  readonly scopes: readonly string[];
  readonly start: Date;
  /** At most 31 days after the start. */
  readonly expiry: Date;
}

/** Credentials for a while; `certificate` is JSON text. */
export interface TemporaryCredentials {
  readonly clientId: string;
  readonly accessToken: string;
  readonly certificate: string;
}

function check({ credentials, clientId, scopes, start, expiry }: TemporaryRequest): void {
  if (credentials.certificate) {
    throw new TypeError('Temporary credentials cannot issue further ones. Use the credentials of a client.');
  }
  if (clientId !== undefined && (!isClientId(clientId) || clientId === credentials.clientId)) {
    throw new TypeError('The name of temporary credentials must be a clientId other than the issuer. Choose another one, or none.');
  }
  if (!scopes.every(isValidScope)) throw new TypeError('Scopes are printable ASCII. Correct the list of scopes.');
  const life = expiry.getTime() - start.getTime();
  if (!(life > 0 && life <= LONGEST_LIFE)) {
    throw new RangeError('Temporary credentials last at most 31 days. Choose an expiry after the start and within that time.');
  }
}

/** Makes temporary credentials, without any request. Throws a TypeError or RangeError for what no server would accept. */
export function createTemporaryCredentials(request: TemporaryRequest): TemporaryCredentials {
  check(request);
  const { credentials, clientId, scopes } = request;
  const unsigned = {
    version: 1,
    scopes,
    start: request.start.getTime(),
    expiry: request.expiry.getTime(),
    // 33 random bytes are the 44 characters that a seed has.
    seed: randomBytes(33).toString('base64url'),
    issuer: clientId === undefined ? undefined : credentials.clientId,
  } as const;
  const name = clientId ?? credentials.clientId;
  const certificate = { ...unsigned, signature: signatureOf(unsigned, name, credentials.accessToken) };
  return {
    clientId: name,
    accessToken: temporaryToken(credentials.accessToken, unsigned.seed),
    certificate: JSON.stringify(certificate),
  };
}

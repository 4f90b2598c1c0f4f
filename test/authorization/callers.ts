import { createTemporaryCredentials, type Credentials, signedUrl } from '@taskcluster/client';
import { authorizationHeader } from '@taskcluster/hawk';
import type { TestPlatform } from '@taskcluster/server/testing';
import { inHours, slugid } from './samples.ts';
import type { Outgoing } from './send.ts';

/** A request with the credentials that it carries. */
export interface Signed {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
/** Puts credentials, or what looks like some, on a request. */
export type Sign = (request: Outgoing) => Signed;

export interface Callers {
  /** All scopes: what everybody else's are narrowed down from. */
  readonly star: Credentials;
  readonly none: Credentials;
  readonly disabled: Credentials;
  readonly expired: Credentials;
  /** A client with these scopes and no others. */
  readonly client: (scopes: readonly string[]) => Promise<Credentials>;
  /** A client whose only scope is a role with these. */
  readonly roleHolder: (scopes: readonly string[]) => Promise<Credentials>;
}

const description = 'For the authorization tests.';

export const openCallers = async ({ clients: { auth } }: TestPlatform): Promise<Callers> => {
  const made = async (scopes: readonly string[], expires = inHours(24)): Promise<Credentials> => {
    const { clientId, accessToken } = await auth.createClient(
      { clientId: `authorization/${slugid()}` },
      { description, expires, scopes: [...scopes] },
    );
    return { clientId, accessToken };
  };
  const disabled = await made(['*']);
  await auth.disableClient({ clientId: disabled.clientId });
  return {
    star: await made(['*']),
    none: await made([]),
    disabled,
    expired: await made(['*'], inHours(-1)),
    client: (scopes) => made(scopes),
    roleHolder: async (scopes) => {
      const roleId = `authorization:${slugid()}`;
      await auth.createRole({ roleId }, { description, scopes: [...scopes] });
      return made([`assume:${roleId}`]);
    },
  };
};

export const unsigned: Sign = ({ url }) => ({ url, headers: {} });

interface Signing {
  readonly authorizedScopes?: readonly string[];
  readonly hash?: string;
  /** Minutes by which the signer's clock is off. */
  readonly clockOff?: number;
}
export const by =
  (credentials: Credentials, { authorizedScopes, hash, clockOff = 0 }: Signing = {}): Sign =>
  ({ method, url }) => {
    const now = Date.now() + clockOff * 60_000;
    return { url, headers: { authorization: authorizationHeader({ credentials, method, url, authorizedScopes, hash, now }) } };
  };

export const withHeader =
  (authorization: string): Sign =>
  ({ url }) => ({ url, headers: { authorization } });

/** With a bewit, valid for an hour unless told; `more` signs the request with a header as well. */
export const byUrl =
  (credentials: Credentials, { hours = 1, more }: { readonly hours?: number; readonly more?: Sign } = {}): Sign =>
  (request) => {
    const url = signedUrl({ credentials, url: request.url, expiresAt: Date.now() + hours * 3_600_000 });
    return { url, headers: more ? more({ ...request, url }).headers : {} };
  };

interface TemporaryOptions {
  readonly clientId?: string;
  /** Hours from now. */
  readonly from?: number;
  readonly to?: number;
}
export const temporary = (
  issuer: Credentials,
  scopes: readonly string[],
  { clientId, from = -0.01, to = 1 }: TemporaryOptions = {},
): Credentials =>
  createTemporaryCredentials({
    credentials: issuer,
    clientId,
    scopes,
    start: new Date(Date.now() + from * 3_600_000),
    expiry: new Date(Date.now() + to * 3_600_000),
  });

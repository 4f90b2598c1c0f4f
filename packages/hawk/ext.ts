import { isValidScope } from '@taskcluster/scopes';
import { readCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { Refusal } from './refusal.ts';

/** What a signature says beyond who signed. */
export interface Ext {
  readonly certificate?: Certificate | undefined;
  /** The only scopes that the request may use. */
  readonly authorizedScopes?: readonly string[] | undefined;
}

function decode(text: string): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64').toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below: what the parser says would repeat parts of the input.
  }
  throw new Refusal('Failed to parse ext. It must be a JSON object in base64.');
}

/** Reads the `ext` of a header or bewit that the client `bearer` sends. Unknown keys are ignored. */
export function readExt(text: string, bearer: string): Ext {
  const { certificate, authorizedScopes } = decode(text) as Record<string, unknown>;
  if (authorizedScopes !== undefined && !(Array.isArray(authorizedScopes) && authorizedScopes.every(isValidScope))) {
    throw new Refusal('ext.authorizedScopes is not a list of scopes. Leave it out or correct it.');
  }
  return {
    certificate: certificate === undefined ? undefined : readCertificate(certificate, bearer),
    authorizedScopes: authorizedScopes && Object.freeze(authorizedScopes),
  };
}

import { isValidScope } from '@taskcluster/scopes';
import { isClientId } from './client-id.ts';
import { equalInConstantTime } from './equal.ts';
import { hmac } from './mac.ts';
import { Refusal } from './refusal.ts';

const MINUTE = 60_000;
/** How far the clocks of whoever issues and whoever checks may be apart. */
const TOLERANCE = 5 * MINUTE;
/** The longest life of temporary credentials. */
export const LONGEST_LIFE = 31 * 24 * 60 * MINUTE;
/** Two slugids. */
export const SEED_LENGTH = 44;

/** What makes credentials temporary: scopes and times, signed with the access token of the client that issued them. */
export interface Certificate {
  readonly version: 1;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly expiry: number;
  readonly seed: string;
  /** Only of named credentials: the client that issued them. */
  readonly issuer?: string | undefined;
  readonly signature: string;
}

const bad = (problem: string): Refusal => new Refusal(`The certificate is invalid: ${problem} Create new temporary credentials.`);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function checkIssuer(issuer: unknown, bearer: string, certificate: object): void {
  if (issuer === undefined) {
    if (Object.hasOwn(certificate, 'clientId')) throw bad('clientId must only be used with an issuer.');
    return;
  }
  if (!isClientId(issuer)) throw bad('issuer is not a clientId.');
  if (issuer === bearer) throw bad('issuer and clientId are the same.');
}

/**
 * Reads a certificate that the client `bearer` presents. Everything that needs no knowledge about any client is checked
 * here, so that what is wrong can be told to everybody. Unknown fields are ignored.
 */
export function readCertificate(value: unknown, bearer: string): Certificate {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('it is not an object.');
  const { version, scopes, start, expiry, seed, issuer, signature } = value as Record<string, unknown>;
  if (version !== 1) throw bad('its version is not 1.');
  if (typeof seed !== 'string' || seed.length !== SEED_LENGTH) throw bad(`seed is not a text of ${SEED_LENGTH} characters.`);
  if (!isNumber(start)) throw bad('start is not a number.');
  if (!isNumber(expiry)) throw bad('expiry is not a number.');
  if (!Array.isArray(scopes) || !scopes.every(isValidScope)) throw bad('scopes is not a list of scopes.');
  if (typeof signature !== 'string') throw bad('signature is not a text.');
  checkIssuer(issuer, bearer, value);
  return { version, scopes: Object.freeze(scopes), start, expiry, seed, issuer: issuer as string | undefined, signature };
}

/** Refuses a certificate that is not valid yet or any more, or for longer than 31 days. `now` in milliseconds. */
export function checkTimes({ start, expiry }: Certificate, now: number): void {
  if (start > now + TOLERANCE) throw bad('it starts in the future.');
  if (expiry < now - TOLERANCE) throw bad('it has expired.');
  if (expiry - start > LONGEST_LIFE) throw bad('it is valid for longer than 31 days.');
}

/** The lines that the issuer signs. `bearer` is the name of the credentials, which is a line only if they are named. */
function signedLines(certificate: Omit<Certificate, 'signature'>, bearer: string): string {
  const { issuer, seed, start, expiry, scopes } = certificate;
  const named = issuer === undefined ? [] : [`clientId:${bearer}`, `issuer:${issuer}`];
  return ['version:1', ...named, `seed:${seed}`, `start:${start}`, `expiry:${expiry}`, 'scopes:', ...scopes].join('\n');
}

/** The signature of a certificate by the issuer's access token. */
export const signatureOf = (certificate: Omit<Certificate, 'signature'>, bearer: string, accessToken: string): string =>
  hmac(accessToken, signedLines(certificate, bearer));

/** Whether the issuer signed the certificate for this bearer. */
export function isSigned(certificate: Certificate, bearer: string, accessToken: string): boolean {
  const lines = signedLines(certificate, bearer);
  if (equalInConstantTime(certificate.signature, hmac(accessToken, lines))) return true;
  // The JavaScript client ends the lines of a certificate without scopes with a line break, the others do not.
  return certificate.scopes.length === 0 && equalInConstantTime(certificate.signature, hmac(accessToken, `${lines}\n`));
}

/** The access token of temporary credentials. */
export const temporaryToken = (accessToken: string, seed: string): string => hmac(accessToken, seed, 'base64url');

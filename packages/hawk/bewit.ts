import { Refusal } from './refusal.ts';

/** Longer URLs with a bewit are refused. */
export const LONGEST_SIGNED_URL = 4096;

const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** Any length of validity is legal, but it must be a number: what cannot be compared would be valid for ever. */
const SECONDS = /^[0-9]{1,15}$/;

/** A `bewit` parameter in a URL: the signature of a GET that whoever has the URL may send. */
export interface BewitParameter {
  readonly token: string;
  /** The path and query without the parameter: this is what was signed. */
  readonly resource: string;
}

/** What a bewit says. */
export interface Bewit {
  readonly id: string;
  /** Seconds since 1970. */
  readonly exp: string;
  readonly mac: string;
  readonly ext: string;
}

/** Where a query parameter named bewit begins, from a position on; -1 if there is none. */
function findParameter(resource: string, query: number, from: number): number {
  if (from === query + 1 && resource.startsWith('bewit=', from)) return from;
  const at = resource.indexOf('&bewit=', from);
  return at < 0 ? -1 : at + 1;
}

/** Finds the bewit in a path with a query. Linear in the length of the URL. Two of them are refused. */
export function findBewit(resource: string): BewitParameter | undefined {
  const query = resource.indexOf('?');
  if (query < 0) return undefined;
  const start = findParameter(resource, query, query + 1);
  if (start < 0) return undefined;
  if (findParameter(resource, query, start + 5) >= 0) throw new Refusal('Bad Request: The URL has two bewits. Send one of them.');
  const next = resource.indexOf('&', start);
  const token = resource.slice(start + 'bewit='.length, next < 0 ? undefined : next);
  const rest = next < 0 ? '' : resource.slice(next + 1);
  const before = resource.slice(0, start - 1);
  return { token, resource: rest === '' ? before : `${before}${resource[start - 1]}${rest}` };
}

const broken = (): Refusal => new Refusal('Bad Request: Invalid bewit structure. Make a new signed URL.');

/** Reads the token of a bewit. Throws a Refusal for anything that is not exactly one. */
export function parseBewit(token: string): Bewit {
  if (token === '') throw new Refusal('Unauthorized: Empty bewit. Make a new signed URL.');
  if (!BASE64URL.test(token)) throw new Refusal('Bad Request: Invalid bewit encoding. Make a new signed URL.');
  const parts = Buffer.from(token, 'base64url').toString().split('\\');
  const [id, exp, mac, ext] = parts;
  if (parts.length !== 4 || !id || !exp || !mac || ext === undefined || !SECONDS.test(exp)) throw broken();
  return { id, exp, mac, ext };
}

/**
 * For tests: clients, an authority, and a second, independent and permissive way to sign, with which anything can be
 * signed wrongly on purpose. Written from the description of the scheme, not with the modules under test.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { RoleExpander } from '@taskcluster/scopes';
import type { Role } from '@taskcluster/scopes';
import type { Authentication, Authority, HawkClient, SignedRequest } from './index.ts';

export const NOW = Date.parse('2026-09-01T12:00:00Z');
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const TOKEN = 'correct-horse-battery-staple-correct-horse-batt';

export const client = (clientId: string, scopes: readonly string[], more: Partial<HawkClient> = {}): HawkClient => ({
  clientId,
  accessToken: TOKEN,
  scopes,
  expires: new Date(NOW + 300 * DAY),
  disabled: false,
  ...more,
});

/** An authority over these clients and roles whose clock stands at NOW, unless told. */
export function authorityOf(clients: readonly HawkClient[], roles: readonly Role[] = [], now = NOW): Authority {
  const byId = new Map(clients.map((entry) => [entry.clientId, entry]));
  const expander = new RoleExpander(roles);
  return { findClient: (id) => byId.get(id), expand: (scopes) => expander.expand(scopes), now: () => now };
}

export const base64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

const hmac = (key: string, text: string, encoding: 'base64' | 'base64url' = 'base64'): string =>
  createHmac('sha256', key).update(text).digest(encoding);

/** How a request differs from a correct one. */
export interface Twist {
  readonly id?: string;
  readonly key?: string;
  readonly ts?: string;
  readonly nonce?: string;
  readonly mac?: string;
  readonly hash?: string;
  /** The text as it is, or an object to be encoded. */
  readonly ext?: string | object;
  readonly app?: string;
  readonly dlg?: string;
  readonly method?: string;
  readonly resource?: string;
  readonly host?: string;
  readonly port?: number;
  /** Left out of the header after signing. */
  readonly omit?: readonly string[];
  /** Appended to the header. */
  readonly extra?: string;
  readonly scheme?: string;
  /** Of a bewit. */
  readonly exp?: string;
  readonly parts?: readonly string[];
}

export const ADDRESS = { host: 'tc.example.com', port: 443 } as const;
const encoded = (ext: string | object | undefined): string => (ext === undefined || typeof ext === 'string' ? (ext ?? '') : base64(ext));

/** A Hawk header for GET /x?y=z, twisted as told. */
export function header(id: string, twist: Twist = {}): string {
  const ext = encoded(twist.ext);
  const values = { id, ts: String(NOW / 1000), nonce: 'n0nce', hash: '', app: undefined, dlg: undefined, ...twist, ext };
  const { method = 'GET', resource = '/x?y=z', host = ADDRESS.host, port = ADDRESS.port } = twist;
  const lines = ['hawk.1.header', values.ts, values.nonce, method, resource, host, String(port), values.hash, ext];
  if (values.app !== undefined) lines.push(values.app, values.dlg ?? '');
  const mac = twist.mac ?? hmac(twist.key ?? TOKEN, `${lines.join('\n')}\n`);
  const attributes = { id: values.id, ts: values.ts, nonce: values.nonce, hash: values.hash, ext, app: values.app, dlg: values.dlg, mac };
  const text = Object.entries(attributes).filter(([name, value]) => value && !twist.omit?.includes(name));
  return `${twist.scheme ?? 'Hawk'} ${text.map(([name, value]) => `${name}="${value}"`).join(', ')}${twist.extra ?? ''}`;
}

/** The request that `header` signs. */
export const request = (authorization: string | undefined, more: Partial<SignedRequest> = {}): SignedRequest => ({
  method: 'get',
  resource: '/x?y=z',
  ...ADDRESS,
  authorization,
  ...more,
});

/** A path with a bewit, valid for 10 minutes, twisted as told. */
export function bewit(id: string, twist: Twist = {}): string {
  const { key = TOKEN, resource = '/x?y=z', host = ADDRESS.host, port = ADDRESS.port, exp = String(NOW / 1000 + 600) } = twist;
  const ext = encoded(twist.ext);
  const mac = twist.mac ?? hmac(key, `hawk.1.bewit\n${exp}\n\n${twist.method ?? 'GET'}\n${resource}\n${host}\n${port}\n\n${ext}\n`);
  const token = Buffer.from((twist.parts ?? [twist.id ?? id, exp, mac, ext]).join('\\')).toString('base64url');
  return `${resource}${resource.includes('?') ? '&' : '?'}bewit=${token}`;
}

/** How a certificate differs from a correct one. */
export interface CertificateTwist {
  readonly name?: string;
  readonly token?: string;
  /** Changed before signing. */
  readonly before?: object;
  /** Changed after signing. */
  readonly after?: object;
  readonly drop?: readonly string[];
  /** A line that the signature leaves out. */
  readonly unsigned?: string;
  readonly trailing?: string;
}

/** Temporary credentials by `issuer`, valid from a minute ago for an hour: the `ext` and the key to sign with. */
export function temporary(
  issuer: string,
  scopes: unknown,
  twist: CertificateTwist = {},
): { readonly ext: { certificate: object }; readonly key: string } {
  const { name, token = TOKEN } = twist;
  const certificate: Record<string, unknown> = {
    version: 1,
    scopes,
    start: NOW - MINUTE,
    expiry: NOW + 60 * MINUTE,
    seed: randomBytes(33).toString('base64url'),
    ...(name === undefined ? {} : { issuer }),
    ...twist.before,
  };
  // Values of the wrong type are signed as something, no matter what.
  const text = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'));
  const lines = [`version:${text(certificate['version'])}`];
  if (name !== undefined) lines.push(`clientId:${name}`, `issuer:${issuer}`);
  lines.push(`seed:${text(certificate['seed'])}`, `start:${text(certificate['start'])}`, `expiry:${text(certificate['expiry'])}`);
  lines.push('scopes:', ...(Array.isArray(certificate['scopes']) ? certificate['scopes'].map(text) : []));
  const signed = lines.filter((line) => twist.unsigned === undefined || !line.startsWith(twist.unsigned));
  certificate['signature'] = hmac(token, signed.join('\n') + (twist.trailing ?? ''));
  Object.assign(certificate, twist.after);
  for (const key of twist.drop ?? []) delete certificate[key];
  return { ext: { certificate }, key: hmac(token, text(certificate['seed']), 'base64url') };
}

/** The successful answer, or an error that shows the other one. */
export function granted(answer: Authentication): Extract<Authentication, { status: 'auth-success' }> {
  if (answer.status !== 'auth-success') throw new Error(`expected success, got ${JSON.stringify(answer)}`);
  return answer;
}

/** The message of a refusal, or an error that shows the other answer. */
export function refused(answer: Authentication): string {
  if (answer.status !== 'auth-failed') throw new Error(`expected a refusal, got ${JSON.stringify(answer)}`);
  return answer.message;
}

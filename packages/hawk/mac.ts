import { createHmac } from 'node:crypto';

/** What a signature covers. */
export interface Signed {
  readonly type: 'header' | 'bewit';
  /** Seconds since 1970; of a bewit, when it ends. */
  readonly ts: string;
  readonly nonce: string;
  readonly method: string;
  /** Path and query, exactly as they are sent. */
  readonly resource: string;
  readonly host: string;
  readonly port: number;
  readonly hash?: string | undefined;
  readonly ext?: string | undefined;
  readonly app?: string | undefined;
  readonly dlg?: string | undefined;
}

/** HMAC-SHA256 of a text, in base64. */
export const hmac = (key: string, text: string, encoding: 'base64' | 'base64url' = 'base64'): string =>
  createHmac('sha256', key).update(text).digest(encoding);

/** Keeps a value on its line. The headers that this package reads and writes contain neither character. */
const oneLine = (text: string): string => (/[\\\n]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n') : text);

/** The MAC of a request: HMAC-SHA256 over one line per item, as version 1 of the Hawk scheme defines it. */
export function macOf(key: string, signed: Signed): string {
  const { type, ts, nonce, resource, port, hash = '', ext = '', app, dlg = '' } = signed;
  const method = signed.method.toUpperCase();
  const host = signed.host.toLowerCase();
  const base = `hawk.1.${type}\n${ts}\n${nonce}\n${method}\n${resource}\n${host}\n${port}\n${hash}\n${oneLine(ext)}\n`;
  return hmac(key, app === undefined ? base : `${base}${app}\n${dlg}\n`);
}

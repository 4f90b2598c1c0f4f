/** The host and port that a signature covers. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** IncomingHeaders as Node gives them: names in lower case. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** DNS allows 253 characters; anything longer than this is not worth reading. */
const LONGEST_HOST = 4096;
const DIGITS = /^[0-9]{1,5}$/;

const one = (value: string | readonly string[] | undefined): string => (typeof value === 'string' ? value : (value?.[0] ?? ''));
/** The value that the first proxy on the way has put into a header. */
const first = (value: string | readonly string[] | undefined): string => one(value).slice(0, LONGEST_HOST).split(',', 1)[0]!.trim();

/** Splits a Host header. The brackets of an IPv6 address belong to the name; only what follows them can be a port. */
function parseHost(text: string): { readonly host: string; readonly port: number | undefined } | undefined {
  const host = text.length > LONGEST_HOST ? '' : text.trim();
  const colon = host.indexOf(':', host.startsWith('[') ? host.indexOf(']') : 0);
  if (host === '' || colon === 0) return undefined;
  if (colon < 0) return { host, port: undefined };
  const port = host.slice(colon + 1);
  return DIGITS.test(port) ? { host: host.slice(0, colon), port: Number(port) } : undefined;
}

/**
 * The address that the caller of a request signed: the host of the Host header, and the port of `X-Forwarded-Port`; without
 * it 443 if `X-Forwarded-Proto` is https; without both the port of the Host header, or 80 (`encrypted`: 443).
 *
 * The forwarded headers decide nothing but what must have been signed, so they need not come from a trusted proxy.
 * A malformed Host gives an empty one, which no signature fits.
 */
export function signedAddress(headers: IncomingHeaders, encrypted = false): Address {
  const parsed = parseHost(one(headers['host']));
  if (!parsed) return { host: '', port: 0 };
  const forwarded = first(headers['x-forwarded-port']);
  if (DIGITS.test(forwarded)) return { host: parsed.host, port: Number(forwarded) };
  if (first(headers['x-forwarded-proto']).toLowerCase() === 'https') return { host: parsed.host, port: 443 };
  return { host: parsed.host, port: parsed.port ?? (encrypted ? 443 : 80) };
}

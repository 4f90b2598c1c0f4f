import { Refusal } from './refusal.ts';

/** Longer headers are refused. This bounds certificates and scope lists, too. */
export const LONGEST_HEADER = 4096;

const ATTRIBUTES = ['id', 'ts', 'nonce', 'hash', 'ext', 'mac', 'app', 'dlg'] as const;
type Attribute = (typeof ATTRIBUTES)[number];
/** Printable ASCII without the quote and the backslash. */
const VALUE = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;
/** Without this a clock like `never` could not be compared, and the header would be valid for ever. */
const SECONDS = /^[0-9]{1,12}$/;

/** The attributes of a Hawk header. */
export interface HawkHeader {
  readonly id: string;
  readonly ts: string;
  readonly nonce: string;
  readonly mac: string;
  readonly hash?: string;
  readonly ext?: string;
  readonly app?: string;
  readonly dlg?: string;
}

const bad = (problem: string): Refusal => new Refusal(`Bad Request: ${problem} Sign the request with a Taskcluster client library.`);

const isAttribute = (name: string): name is Attribute => (ATTRIBUTES as readonly string[]).includes(name);

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

/** Reads `name="value", ...` from one position on. One pass, each character at most twice. */
function readAttributes(header: string, from: number): Map<Attribute, string> {
  const found = new Map<Attribute, string>();
  let at = from;
  for (;;) {
    const equals = header.indexOf('="', at);
    const end = equals < 0 ? -1 : header.indexOf('"', equals + 2);
    if (end < 0) throw bad('The Authorization header is not a list of name="value".');
    const name = header.slice(at, equals);
    const value = header.slice(equals + 2, end);
    if (!isAttribute(name)) throw bad('The Authorization header has an unknown attribute.');
    if (found.has(name)) throw bad(`The Authorization header has the attribute ${name} twice.`);
    if (!VALUE.test(value)) throw bad(`The attribute ${name} of the Authorization header has no proper value.`);
    found.set(name, value);
    at = skipSpaces(header, end + 1);
    if (at === header.length) return found;
    if (header[at] !== ',') throw bad('The Authorization header is not a list of name="value".');
    at = skipSpaces(header, at + 1);
  }
}

/** Reads a Hawk `Authorization` header. Throws a Refusal for anything that is not exactly one. */
export function parseHeader(header: string): HawkHeader {
  if (header.length > LONGEST_HEADER) {
    throw new Refusal(`Bad Request: The Authorization header is longer than ${LONGEST_HEADER} characters. Use fewer or shorter scopes.`);
  }
  const start = skipSpaces(header, 4);
  if (header.slice(0, 4).toLowerCase() !== 'hawk' || (start === 4 && header.length > 4)) {
    throw new Refusal(
      'Unauthorized: The Authorization header is not of the scheme Hawk. Sign the request with a Taskcluster client library.',
    );
  }
  if (start >= header.length) throw bad('The Authorization header has no attributes.');
  const found = readAttributes(header, start);
  const { id, ts, nonce, mac, ...others } = Object.fromEntries(found);
  if (id === undefined || ts === undefined || nonce === undefined || mac === undefined) {
    throw bad('The Authorization header lacks one of id, ts, nonce and mac.');
  }
  if (!SECONDS.test(ts)) throw bad('The timestamp ts is not a number of seconds.');
  if (others['dlg'] !== undefined && others['app'] === undefined) throw bad('The attribute dlg needs app, because nothing else covers it.');
  return { id, ts, nonce, mac, ...others };
}

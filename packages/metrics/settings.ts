import type { Setting } from '@taskcluster/config';
import { isIP } from 'node:net';

/** Where metrics go to (deploy.md, section 13). With neither `server` nor `push` they are off. */
export interface MetricsConfig {
  /** Comes before the name of every metric, with `_` between. */
  readonly prefix: string;
  /** An HTTP server of its own for who reads them. */
  readonly server?: { readonly ip: string; readonly port: number };
  readonly push?: MetricsPush;
}

/** A Pushgateway that they are sent to. */
export interface MetricsPush {
  readonly gateway: string;
  readonly jobName: string;
  readonly groupings: Readonly<Record<string, string>>;
}

type Given = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => string | undefined;

const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null && !Array.isArray(value);
const isName = (text: string) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(text);
const isFullText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isGateway = (value: unknown): boolean => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') return false;
  return !/%(?![0-9a-f]{2})/i.test(url.username + url.password);
};
const isGroupings = (value: unknown): boolean =>
  isObject(value) && Object.entries(value).every(([name, text]) => isName(name) && name !== 'job' && isFullText(text));

/** Says what is expected of a value that may be left out. */
const optional =
  (expected: string, fits: (value: unknown) => boolean): Check =>
  (value) =>
    value === undefined || fits(value) ? undefined : `must be ${expected}`;
const needed =
  (expected: string, fits: (value: unknown) => boolean): Check =>
  (value) =>
    fits(value) ? undefined : `is needed: ${expected}`;

const parts: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  '': {
    enabled: optional('true or false', (value) => typeof value === 'boolean'),
    prefix: optional('letters, digits and _, beginning with a letter', (value) => value === '' || (isFullText(value) && isName(value))),
    server: optional('an object', isObject),
    push: optional('an object', isObject),
  },
  server: {
    ip: optional('an IP address', (value) => typeof value === 'string' && isIP(value) !== 0),
    port: optional('a whole number from 1 to 65535', (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535),
  },
  push: {
    gateway: needed('an address such as http://pushgateway:9091', isGateway),
    jobName: needed('a text', isFullText),
    groupings: optional('an object of names and texts, and job is no name', isGroupings),
  },
};

const mistakesIn = (part: string, given: Given): string[] => {
  const checks = parts[part] ?? {};
  const name = (key: string) => (part === '' ? key : `${part}.${key}`);
  return [
    ...Object.keys(given)
      .filter((key) => !Object.hasOwn(checks, key))
      .map((key) => `${name(key).slice(0, 60)} is not known`),
    ...Object.entries(checks).flatMap(([key, check]) => {
      const mistake = check(Object.hasOwn(given, key) ? given[key] : undefined);
      return mistake === undefined ? [] : [`${name(key)} ${mistake}`];
    }),
  ];
};

const parse = (text: string): MetricsConfig | undefined => {
  const given = parsed(text);
  const mistakes = [
    ...mistakesIn('', given),
    ...['server', 'push'].flatMap((part) => (isObject(given[part]) ? mistakesIn(part, given[part]) : [])),
  ];
  if (mistakes.length > 0) throw new Error(mistakes.join('; '));
  const { enabled = true, prefix = '', server, push } = given;
  if (!enabled || !(server ?? push)) return undefined;
  return {
    prefix: prefix as string,
    ...(isObject(server) ? { server: { ip: '127.0.0.1', port: 9100, ...server } } : {}),
    ...(isObject(push) ? { push: { groupings: {}, ...(push as unknown as Omit<MetricsPush, 'groupings'>) } } : {}),
  };
};

const parsed = (text: string): Given => {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below: the error of JSON.parse would show the text, and with it the password of a gateway.
  }
  throw new Error('a JSON object was expected');
};

/** The setting of a process. It is never shown: the address of the gateway may hold a password. */
export const metricsSetting: Setting<MetricsConfig | undefined> = {
  env: 'PROMETHEUS_CONFIG',
  description:
    'Where metrics go to, as JSON: {"prefix", "server": {"ip", "port"}, "push": {"gateway", "jobName", "groupings"}}. ' +
    '"server": {} serves them on 127.0.0.1:9100. Off unless set; see running.md.',
  default: undefined,
  secret: true,
  parse,
};

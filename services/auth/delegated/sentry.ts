import type { Config } from '@taskcluster/config';
import type { settings } from '../settings.ts';
import { ask, type Exchange, notConfigured } from './not-configured.ts';

const hourMs = 3_600_000;
const reuseMs = 25 * hourMs;
const lifetimeMs = 48 * hourMs;

interface Key {
  readonly id: string;
  readonly label: string;
  readonly dsn: { readonly public: string; readonly secret: string };
}
type SentryConfig = Config<typeof settings>;

const call = async (config: SentryConfig, path: string, exchange: Exchange = {}) => {
  const root = config.sentryHost.includes('://') ? config.sentryHost : `https://${config.sentryHost}`;
  const headers = { authorization: `Bearer ${config.sentryAuthToken}`, 'content-type': 'application/json' };
  return ask(`${root.replace(/\/+$/, '')}/api/0${path}`, { ...exchange, headers });
};

/** Whether Sentry is configured. Throws when only a part of it is. */
export const sentryConfigured = (config: SentryConfig): boolean => {
  const { sentryHost, sentryOrganization, sentryTeam, sentryKeyPrefix, sentryAuthToken } = config;
  const given = [sentryHost, sentryOrganization, sentryTeam, sentryKeyPrefix, sentryAuthToken].filter((s) => s !== '').length;
  if (given > 0 && given < 5)
    throw new Error(
      'Only some of the settings for Sentry are given. Set SENTRY_HOST, _ORGANIZATION, _TEAM, _KEY_PREFIX and _AUTH_TOKEN, or none.',
    );
  return given > 0;
};

/** The expiry is kept in the name of a key: `<prefix>2026-01-01T00:00:00.000Z`. */
const expiryOf = ({ sentryKeyPrefix }: SentryConfig, { label }: Key) =>
  label.startsWith(sentryKeyPrefix) ? Date.parse(label.slice(sentryKeyPrefix.length)) : NaN;

/** Where a project's reports are sent to: a key that lasts for more than 25 hours, or a new one for 48 (auth.md, section 8). */
export const sentryDsn = async (config: SentryConfig, project: string, nowMs: number) => {
  if (!sentryConfigured(config)) throw notConfigured('Sentry');
  const { sentryOrganization: organization, sentryTeam: team } = config;
  const keys = `/projects/${organization}/${project}/keys/`;
  let listed = await call(config, keys);
  if (listed.status === 404) {
    const made = await call(config, `/teams/${organization}/${team}/projects/`, {
      method: 'POST',
      body: JSON.stringify({ name: project, slug: project }),
    });
    // 409: somebody else has just made it.
    if (made.status >= 300 && made.status !== 409) throw new Error(`Sentry answered ${made.status} to a new project.`);
    listed = await call(config, keys);
  }
  if (listed.status !== 200) throw new Error(`Sentry answered ${listed.status} to a list of keys.`);
  const known = (listed.json as readonly Key[]).find((key) => expiryOf(config, key) > nowMs + reuseMs);
  const key = known ?? (await newKey(config, keys, nowMs));
  return { project, dsn: { public: key.dsn.public, secret: key.dsn.secret }, expires: new Date(expiryOf(config, key)).toISOString() };
};

const newKey = async (config: SentryConfig, keys: string, nowMs: number): Promise<Key> => {
  const name = `${config.sentryKeyPrefix}${new Date(nowMs + lifetimeMs).toISOString()}`;
  const made = await call(config, keys, { method: 'POST', body: JSON.stringify({ name }) });
  if (made.status !== 201) throw new Error(`Sentry answered ${made.status} to a new key.`);
  return made.json as Key;
};

const overdueMs = 15 * 60_000;

/** Deletes the managed keys that expired more than 15 minutes ago, in all projects. Answers how many. */
export const deleteExpiredKeys = async (config: SentryConfig, nowMs: number): Promise<number> => {
  const projects = await call(config, `/organizations/${config.sentryOrganization}/projects/`);
  if (projects.status !== 200) throw new Error(`Sentry answered ${projects.status} to a list of projects.`);
  let deleted = 0;
  for (const { slug } of projects.json as readonly { readonly slug: string }[]) {
    const keys = `/projects/${config.sentryOrganization}/${slug}/keys/`;
    const listed = await call(config, keys);
    // A project that was deleted meanwhile has no keys.
    if (listed.status !== 200) continue;
    for (const key of (listed.json as readonly Key[]).filter((k) => expiryOf(config, k) < nowMs - overdueMs)) {
      await call(config, `${keys}${key.id}/`, { method: 'DELETE' });
      deleted++;
    }
  }
  return deleted;
};

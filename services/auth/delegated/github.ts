import { ApiError } from '@taskcluster/api';
import { SignJWT } from 'jose';
import { createPrivateKey } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuthService } from '../service.ts';
import type { GithubApp } from '../settings.ts';
import type { Installation } from './github-installations.ts';
import { type Answer, ask, type Exchange, notConfigured } from './not-configured.ts';

export interface RepoTokenRequest {
  readonly appName: string;
  /** In lower case, as the repositories. */
  readonly owner: string;
  readonly repositories: readonly string[];
  readonly permissions: Readonly<Record<string, string>>;
}

const longestWaitSeconds = 10;

/** A token of a GitHub app for some repositories of one owner (auth.md, section 8). */
export const repoToken = async (service: AuthService, request: RepoTokenRequest) => {
  const { appName, owner, repositories, permissions } = request;
  const app = Object.hasOwn(service.config.githubApps, appName) ? service.config.githubApps[appName] : undefined;
  if (!app) throw notConfigured(`GitHub app ${appName}`);
  const bearer = await appToken(app);
  const call = (path: string, exchange: Exchange = {}) => unthrottled(`${service.config.githubEndpoint}${path}`, bearer, exchange);
  const installation = service.installations.get(appName, owner) ?? (await findInstallation(call, request));
  if (installation.owner !== owner)
    throw new ApiError('InputError', 'The app is installed for {{installed}}, not for {{owner}}. Ask with the present name of the owner.', {
      installed: installation.owner,
      owner,
    });
  service.installations.set(appName, owner, installation);
  const answer = await call(`/app/installations/${installation.id}/access_tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ repositories, permissions }),
  });
  if (answer.status === 404) {
    service.installations.drop(appName, owner);
    throw notInstalled(request);
  }
  if (answer.status === 422)
    throw new ApiError('InputError', 'GitHub refuses these repositories or permissions. Check that the app has both: {{reason}}', {
      reason: messageOf(answer),
    });
  if (answer.status !== 201) throw new Error(`GitHub answered ${answer.status} to a request for a token.`);
  const { token, expires_at: expires } = answer.json as { token: string; expires_at: string };
  return { token, expires };
};

/** Signs in as the app, for at most ten minutes; a minute is taken off for clocks that differ. */
const appToken = async ({ appId, privateKey }: GithubApp): Promise<string> => {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ iat: now - 60, exp: now + 540, iss: appId }).setProtectedHeader({ alg: 'RS256' }).sign(createPrivateKey(privateKey));
};

const messageOf = ({ json }: Answer): string => {
  const { message } = json as { message?: unknown };
  return typeof message === 'string' ? message : '';
};

type Call = (path: string) => Promise<Answer>;
const notInstalled = ({ appName, owner }: RepoTokenRequest) =>
  new ApiError('ResourceNotFound', 'GitHub app {{appName}} is not installed for {{owner}}. Install it there.', { appName, owner });

const findInstallation = async (call: Call, request: RepoTokenRequest): Promise<Installation> => {
  for (const kind of ['orgs', 'users']) {
    const { status, json } = await call(`/${kind}/${encodeURIComponent(request.owner)}/installation`);
    if (status === 404) continue;
    const { id, account } = json as { id?: number; account?: { login?: string } };
    if (status !== 200 || id === undefined) throw new Error(`GitHub answered ${status} to a question about an installation.`);
    return { id, owner: account?.login?.toLowerCase() ?? '' };
  }
  throw notInstalled(request);
};

/** Asks once more when GitHub says to wait for less than ten seconds; a longer wait is left to the caller. */
const unthrottled = async (url: string, bearer: string, exchange: Exchange): Promise<Answer> => {
  const headers = { ...exchange.headers, accept: 'application/vnd.github+json', authorization: `Bearer ${bearer}` };
  const first = await ask(url, { ...exchange, headers });
  const wait = throttledFor(first);
  if (wait === undefined) return first;
  if (wait >= longestWaitSeconds) throw tooMany(wait);
  await pause(wait * 1_000);
  const second = await ask(url, { ...exchange, headers });
  const again = throttledFor(second);
  if (again !== undefined) throw tooMany(again);
  return second;
};

const tooMany = (seconds: number) =>
  new ApiError(
    'TooManyRequests',
    'GitHub takes no more requests of this app for now. Try again in {{seconds}} seconds.',
    { seconds: String(seconds) },
    {
      retryAfterSeconds: seconds,
    },
  );

/** How many seconds GitHub asks to wait; undefined when it does not. */
const throttledFor = (answer: Answer): number | undefined => {
  const { status, headers } = answer;
  if (status !== 429 && status !== 403) return undefined;
  const text = messageOf(answer);
  const after = headers.get('retry-after');
  const limited = status === 429 || after !== null || headers.get('x-ratelimit-remaining') === '0' || /secondary rate limit/i.test(text);
  if (!limited) return undefined;
  const reset = Number(headers.get('x-ratelimit-reset') ?? 0) - Date.now() / 1_000;
  return Math.max(0, Math.ceil(Number(after ?? (reset > 0 ? reset : 60))));
};

import { render, type ScopeExpression } from '@taskcluster/scopes';
import type { Credentials } from '@taskcluster/client';
import { by, byUrl, type Callers, type Sign, temporary, unsigned, withHeader } from './callers.ts';
import type { MethodUnderTest } from './methods.ts';
import { holds, waysToSatisfy } from './requirement.ts';
import type { Situation } from './situations.ts';

/** `allowed`: anything but a refusal or a fault of the platform. */
export type Outcome = 'allowed' | 401 | 403;

/** One way of asking, and what has to come of it. */
export interface Case {
  readonly label: string;
  readonly sign: Sign;
  readonly expected: Outcome;
  /** The very same signed request again: what has to come of that. */
  readonly again?: Outcome;
}

/** What would be needed if one of the choices in the scope expression had gone the other way. */
export const otherRequirements = ({ endpoint }: MethodUnderTest, { scopes = {} }: Situation): readonly ScopeExpression[] =>
  Object.entries(scopes).flatMap(([name, value]) => {
    if (typeof value !== 'boolean' || endpoint.scopes === undefined) return [];
    return render(endpoint.scopes, { ...scopes, [name]: !value }) ?? [];
  });

/** What a situation needs; undefined when nothing says so but the handler. */
export const requirementOf = ({ endpoint }: MethodUnderTest, { scopes }: Situation): ScopeExpression | undefined =>
  endpoint.scopes === undefined || scopes === undefined ? undefined : render(endpoint.scopes, scopes);

const unlike = (scope: string): readonly string[] => (scope.length > 1 ? [`${scope}x`, scope.slice(0, -1)] : [`${scope}x`]);

/** By scopes alone: exactly those that are needed, and every one of them taken away or changed. Nothing has to be stored for these. */
export const scopeCases = (
  { star }: Pick<Callers, 'star'>,
  needed: ScopeExpression,
  others: readonly ScopeExpression[] = [],
): readonly Case[] => {
  const judged = (label: string, scopes: readonly string[]): Case => ({
    label: `${label}: ${scopes.join(' ')}`,
    sign: by(star, { authorizedScopes: scopes }),
    expected: holds(scopes, needed) ? 'allowed' : 403,
  });
  return [
    judged('none', []),
    ...others.flatMap(waysToSatisfy).map((way) => judged('enough for something else', way)),
    ...waysToSatisfy(needed).flatMap((way) => [
      judged('exact', way),
      ...way.flatMap((scope) => {
        const others = way.filter((s) => s !== scope);
        return [judged(`without ${scope}`, others), ...unlike(scope).map((other) => judged(`not quite ${scope}`, [...others, other]))];
      }),
      judged(
        'patterns',
        way.map((scope) => `${scope.slice(0, -1)}*`),
      ),
    ]),
  ];
};

/** The same by clients, roles, certificates and signed URLs: every way in which scopes come to a request. */
export const holderCases = async (callers: Callers, { endpoint }: MethodUnderTest, needed: ScopeExpression): Promise<readonly Case[]> => {
  const inUrl: Outcome = endpoint.method === 'get' ? 'allowed' : 401;
  const cases: Case[] = [];
  for (const way of waysToSatisfy(needed)) {
    const [client, holder] = [await callers.client(way), await callers.roleHolder(way)];
    const certified = temporary(callers.star, way);
    const [, ...less] = way;
    const without: Outcome = holds(less, needed) ? 'allowed' : 403;
    cases.push(
      { label: `client with ${way.join(' ')}`, sign: by(client), expected: 'allowed' },
      { label: `role with ${way.join(' ')}`, sign: by(holder), expected: 'allowed' },
      { label: 'temporary credentials', sign: by(certified), expected: 'allowed' },
      { label: 'named temporary credentials', sign: by(temporary(callers.star, way, { clientId: 'sample/named' })), expected: 'allowed' },
      { label: 'temporary credentials of the client', sign: by(temporary(client, way)), expected: 'allowed' },
      { label: 'temporary credentials with less', sign: by(temporary(callers.star, less)), expected: without },
      { label: 'temporary credentials, narrowed', sign: by(certified, { authorizedScopes: less }), expected: without },
      { label: 'URL signed by the client', sign: byUrl(client), expected: inUrl },
      { label: 'URL signed by temporary credentials', sign: byUrl(certified), expected: inUrl },
    );
  }
  return cases;
};

const replaced = (credentials: Credentials, accessToken: string): Credentials => ({ ...credentials, accessToken });

/** Credentials that prove nothing, or not enough, whatever scopes they speak of. */
const badCredentials = ({ star, none, disabled, expired }: Callers): Readonly<Record<string, Sign>> => ({
  'a disabled client': by(disabled),
  'an expired client': by(expired),
  'temporary credentials of a disabled client': by(temporary(disabled, ['*'])),
  'temporary credentials of an expired client': by(temporary(expired, ['*'])),
  'an unknown client': by({ clientId: 'authorization/nobody', accessToken: star.accessToken }),
  'a wrong token': by(replaced(star, none.accessToken)),
  'an empty token': by(replaced(star, 'x')),
  'a clock an hour behind': by(star, { clockOff: -60 }),
  'a clock an hour ahead': by(star, { clockOff: 60 }),
  'another method signed': (request) => by(star)({ ...request, method: request.method === 'PUT' ? 'POST' : 'PUT' }),
  'another path signed': (request) => ({ ...by(star)({ ...request, url: `${request.url}x` }), url: request.url }),
  'another host signed': (request) => ({ ...by(star)({ ...request, url: 'https://elsewhere.example.com/' }), url: request.url }),
  'another body signed': by(star, { hash: 'bm90IHRoZSBoYXNoIG9mIGFueSBib2R5IGF0IGFsbCE=' }),
  'a hash of another length': by(star, { hash: 'short' }),
  'temporary credentials that have ended': by(temporary(star, ['*'], { from: -3, to: -2 })),
  'temporary credentials that have not begun': by(temporary(star, ['*'], { from: 2, to: 3 })),
  'temporary credentials with more than their issuer has': by(temporary(none, ['*'])),
  'temporary credentials that their issuer may not name': by(temporary(none, [], { clientId: 'sample/named' })),
  'a forged certificate': by({ ...temporary(star, ['*']), certificate: temporary(none, ['*']).certificate }),
  'a certificate of temporary credentials': by(temporary({ ...temporary(star, ['*']), certificate: undefined }, ['*'])),
  'authorizedScopes that the client has not': by(none, { authorizedScopes: ['*'] }),
  'a URL that has expired': byUrl(star, { hours: -1 }),
  'a URL and a header': byUrl(star, { more: by(star) }),
  'a URL of a disabled client': byUrl(disabled),
  'a header without anything': withHeader('Hawk'),
  'a header of another scheme': withHeader(`Bearer ${star.accessToken}`),
  'a token as it is': withHeader(star.accessToken),
});

/** What holds for every method that needs scopes, whichever they are. */
export const callerCases = (callers: Callers, { endpoint }: MethodUnderTest, needed: ScopeExpression): readonly Case[] => {
  const { star, none } = callers;
  const reads = endpoint.method === 'get';
  const withNothing: Outcome = holds([], needed) ? 'allowed' : 403;
  return [
    { label: 'anonymous', sign: unsigned, expected: withNothing },
    { label: 'no scopes', sign: by(none), expected: withNothing },
    { label: 'no scopes, in the URL', sign: byUrl(none), expected: reads ? withNothing : 401 },
    ...Object.entries(badCredentials(callers)).map(([label, sign]) => ({ label, sign, expected: 401 as const })),
    { label: 'star', sign: by(star), expected: 'allowed', again: reads ? 'allowed' : 401 },
    { label: 'star by temporary credentials', sign: by(temporary(star, ['*'])), expected: 'allowed', again: reads ? 'allowed' : 401 },
    { label: 'star, in the URL', sign: byUrl(star), expected: reads ? 'allowed' : 401 },
  ];
};

/** For a public method: everybody with credentials, good or bad. */
export const publicCases = (callers: Callers): readonly Omit<Case, 'expected'>[] => [
  { label: 'no scopes', sign: by(callers.none) },
  { label: 'star', sign: by(callers.star) },
  ...Object.entries(badCredentials(callers)).map(([label, sign]) => ({ label, sign })),
];

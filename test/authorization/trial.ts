import type { TestPlatform } from '@taskcluster/server/testing';
import type { Case, Outcome } from './cases.ts';
import { type MethodUnderTest, pathOf } from './methods.ts';
import { type Answer, type Outgoing, send } from './send.ts';
import type { Situation } from './situations.ts';

export const requestOf = (rootUrl: string, method: MethodUnderTest, { params, query, body }: Situation): Outgoing => {
  const search = query ? `?${new URLSearchParams(query).toString()}` : '';
  const url = `${rootUrl}${pathOf(method, params)}${search}`;
  return { method: method.endpoint.method.toUpperCase(), url, ...(body === undefined ? {} : { body }) };
};

export const outcomeOf = ({ status }: Answer): Outcome | 'a fault' => {
  if (status === 401 || status === 403) return status;
  return status >= 500 ? 'a fault' : 'allowed';
};

/** Tries one case; answers what is not as it should be. */
export const deviationOf = async (
  { rootUrl }: Pick<TestPlatform, 'rootUrl'>,
  method: MethodUnderTest,
  situation: Situation,
  { label, sign, expected, again }: Case,
): Promise<string | undefined> => {
  const request = requestOf(rootUrl, method, situation);
  const { url, headers } = sign(request);
  for (const [which, wanted] of [
    ['', expected],
    [', again', again],
  ] as const) {
    if (wanted === undefined) continue;
    const answer = await send({ ...request, url }, headers);
    const outcome = outcomeOf(answer);
    if (outcome !== wanted)
      return `${method.id} by ${label}${which}: expected ${wanted}, was ${outcome} (${answer.status} ${answer.text.replaceAll(/\s+/g, ' ').slice(0, 120)})`;
  }
  return undefined;
};

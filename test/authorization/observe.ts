import type { TestPlatform } from '@taskcluster/server/testing';
import { by, type Callers } from './callers.ts';
import type { MethodUnderTest } from './methods.ts';
import type { Probe } from './probe.ts';
import { send } from './send.ts';
import type { Situation } from './situations.ts';
import { requestOf } from './trial.ts';

interface Watched {
  readonly t: TestPlatform;
  readonly probe: Probe;
  readonly callers: Callers;
}

/** What the handler of a deferred method asks for when it may do everything. */
export const askedBy = async ({ t, probe, callers }: Watched, method: MethodUnderTest, situation: Situation) => {
  const request = requestOf(t.rootUrl, method, situation);
  probe.asked(method.id);
  await send(request, by(callers.star)(request).headers);
  return probe.asked(method.id);
};

/** A situation of a method that nobody has described needs what its handler asks for. */
export const described = async (watched: Watched, method: MethodUnderTest, situation: Situation): Promise<Situation> =>
  situation.scopes || !method.deferred
    ? situation
    : { ...situation, scopes: Object.assign({}, ...(await askedBy(watched, method, situation))) as NonNullable<Situation['scopes']> };

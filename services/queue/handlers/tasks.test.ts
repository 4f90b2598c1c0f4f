import { encodeToken } from '@taskcluster/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTask, openTestQueue, refusal, slugid, type TestQueue } from '../fixture.ts';

let t: TestQueue;
beforeAll(async () => {
  t = await openTestQueue();
});
afterAll(() => t.close());

interface Paging {
  readonly limit?: string;
  readonly continuationToken?: string;
}
interface Page {
  readonly taskIds: readonly string[];
  readonly token: string | undefined;
}
const methods = {
  tasks: async (paging: Paging, taskIds: readonly string[]): Promise<Page> => {
    const { tasks, continuationToken: token } = await t.client.tasks(paging, { taskIds: [...taskIds] });
    return { taskIds: tasks.map(({ taskId }) => taskId), token };
  },
  statuses: async (paging: Paging, taskIds: readonly string[]): Promise<Page> => {
    const { statuses, continuationToken: token } = await t.client.statuses(paging, { taskIds: [...taskIds] });
    return { taskIds: statuses.map(({ taskId }) => taskId), token };
  },
} as const;

describe.each(['tasks', 'statuses'] as const)('several tasks at once (%s)', (method) => {
  const ask = methods[method];

  /** The ids on each page until there is no token. */
  const pages = async (limit: string, taskIds: readonly string[]) => {
    const seen: (readonly string[])[] = [];
    let page = await ask({ limit }, taskIds);
    for (seen.push(page.taskIds); page.token !== undefined && seen.length < 20; seen.push(page.taskIds))
      page = await ask({ limit, continuationToken: page.token }, taskIds);
    return seen;
  };

  test('come once each, in the order in which they were first asked for', async () => {
    const [a, b, c] = [await createTask(t), await createTask(t), await createTask(t)];
    for (const known of [
      [a, b, c],
      [c, b, a],
      [b, a, c],
    ]) {
      const asked = [slugid(), ...known.flatMap((taskId) => [taskId, slugid()]), ...known.toReversed()];
      expect(await ask({}, asked)).toEqual({ taskIds: known, token: undefined });
      expect(await pages('1', asked)).toEqual(known.map((taskId) => [taskId]));
      expect(await pages('2', asked)).toEqual([known.slice(0, 2), known.slice(2)]);
      expect(await pages('3', asked)).toEqual([known]);
    }
  });

  test('have a next page only when there is a task on it', async () => {
    const a = await createTask(t);
    const unknown = slugid();
    for (const asked of [[a], [a, unknown], [unknown, a], [a, a]]) expect(await pages('1', asked)).toEqual([[a]]);
    for (const asked of [[], [unknown], [unknown, unknown]]) expect(await pages('1', asked)).toEqual([[]]);
  });

  test('begin at the start with a token that stands for nothing, and are refused with what cannot be one', async () => {
    const [a, b] = [await createTask(t), await createTask(t)];
    for (const continuationToken of ['AAAA', encodeToken(['1']), encodeToken([1, 1]), encodeToken([0])])
      expect((await ask({ continuationToken }, [a, b])).taskIds).toEqual([a, b]);
    expect((await ask({ continuationToken: encodeToken([Number.MAX_SAFE_INTEGER]) }, [a, b])).taskIds).toEqual([]);
    for (const continuationToken of ['!', 'a b', '\u00e9', '/'])
      expect(await refusal(ask({ continuationToken }, [a, b])), continuationToken).toBe('InputError');
  });
});

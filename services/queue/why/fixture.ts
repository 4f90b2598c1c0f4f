import type { WhyCause } from '@taskcluster/contracts';
import type { TestQueue } from '../fixture.ts';

/** What `why` answers about a task of this queue, for the tests beside this file. */
export const asking = (queue: () => TestQueue) => {
  const why = (taskId: string, client = queue().client) => client.why({ taskId });
  return {
    why,
    kinds: async (taskId: string) => (await why(taskId)).causes.map((c) => c.kind),
    cause: async <K extends WhyCause['kind']>(taskId: string, kind: K) => {
      const found = (await why(taskId)).causes.find((c) => c.kind === kind);
      if (!found) throw new Error(`There is no cause ${kind}.`);
      return found as Extract<WhyCause, { kind: K }>;
    },
  };
};

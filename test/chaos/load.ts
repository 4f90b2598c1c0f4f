import { http } from '@taskcluster/client';
import { queue as contract } from '@taskcluster/contracts';
import type { LoadOptions, Memory, Shared } from './attempt.ts';
import { create } from './create.ts';
import { type History, total } from './history.ts';
import { meddle, search } from './meddle.ts';
import { work } from './work.ts';

/** Clients that create, claim, report, cancel, rerun, seal and search until they are stopped, whatever happens to the server. */
export interface Load {
  /** The tasks whose creation nobody knows the outcome of are sent again, as a client would that wants to be sure. */
  stop(): Promise<void>;
}

const memories = new WeakMap<History, Memory>();
const memoryOf = (history: History): Memory => {
  const memory: Memory = memories.get(history) ?? { recent: [], groups: [], unsure: new Map() };
  memories.set(history, memory);
  // Nobody adds to a group for long.
  memory.groups.length = 0;
  return memory;
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts the load. It goes on while the server is away: requests fail then, and what they were about is asked again. */
export const startLoad = (options: LoadOptions): Load => {
  const { rootUrl, credentials, history } = options;
  const stop = new AbortController();
  const shared: Shared = {
    ...options,
    queue: http(contract, { rootUrl, credentials }),
    stopping: stop.signal,
    memory: memoryOf(history),
  };
  const until = async (step: () => Promise<void>, pauseMs: number) => {
    while (!stop.signal.aborted) {
      const failures = total(history, 'unknown');
      await step();
      const failed = failures !== total(history, 'unknown');
      // Nobody asks a server that is away as often as one that answers.
      if (pauseMs > 0 || failed) await pause(failed ? 20 : pauseMs);
    }
  };
  const all = [
    ...Array.from({ length: 4 }, () => until(() => create(shared), 0)),
    ...Array.from({ length: 6 }, (_, i) => until(() => work(shared, `worker-${i}`), 0)),
    until(() => meddle(shared), 5),
    until(() => search(shared), 25),
  ];
  return {
    stop: async () => {
      stop.abort();
      await Promise.all(all);
    },
  };
};

/** What a worker asks for. */
export interface ClaimRequest {
  readonly taskQueueId: string;
  readonly workerGroup: string;
  readonly workerId: string;
  /** Most tasks to claim, 1 to 32. */
  readonly tasks: number;
  /** How long the claims last unless they are prolonged, in milliseconds. */
  readonly claimMs: number;
}

/**
 * Claims for requests of one queue, in one transaction: answers each request's tasks, in the order of the requests, and
 * `undefined` for a worker that may not claim.
 */
export type Claim<T> = (taskQueueId: string, requests: readonly ClaimRequest[]) => Promise<readonly (readonly T[] | undefined)[]>;

/** A claimWork request that waits. */
interface Waiting<T> {
  readonly request: ClaimRequest;
  readonly resolve: (claimed: readonly T[]) => void;
  readonly reject: (error: unknown) => void;
  /** A transaction is claiming for it: it stays until that is over, or a claim would be made that nobody gets. */
  served: boolean;
  /** It may not claim: it waits for its time to be over, in nobody's way. */
  barred: boolean;
  /** Looked for work at least once: before that its time cannot be over. */
  tried: boolean;
  /** Its time is over, or its caller has gone. */
  over: boolean;
}

// As many as one transaction claims; more waiting requests are served by the next one.
const maxTasksAtOnce = 64;

/** The requests that wait for tasks of one queue: first come, first served, and served together. */
export class ClaimLine<T> {
  readonly #taskQueueId: string;
  readonly #claim: Claim<T>;
  readonly #waiting = new Set<Waiting<T>>();
  #serving = false;
  #again = false;

  constructor(taskQueueId: string, claim: Claim<T>) {
    this.#taskQueueId = taskQueueId;
    this.#claim = claim;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Waits for tasks until `waitMs` have passed or the signal is aborted; then the answer is an empty list. Always tries once. */
  join(request: ClaimRequest, waitMs: number, signal: AbortSignal): Promise<readonly T[]> {
    return new Promise((resolve, reject) => {
      const finish = (answer: () => void) => {
        clearTimeout(limit);
        signal.removeEventListener('abort', stop);
        answer();
      };
      const waiting: Waiting<T> = {
        request,
        resolve: (tasks) => finish(() => resolve(tasks)),
        reject: (err) => finish(() => reject(err as Error)),
        served: false,
        barred: false,
        tried: false,
        over: false,
      };
      const stop = () => {
        waiting.over = true;
        if (waiting.served || (!waiting.tried && !signal.aborted)) return;
        this.#waiting.delete(waiting);
        waiting.resolve([]);
      };
      const limit = setTimeout(stop, waitMs);
      if (signal.aborted) return stop();
      signal.addEventListener('abort', stop);
      this.#waiting.add(waiting);
    });
  }

  /** Claims for those who wait, until there is nothing left to claim or nobody left to claim for. */
  async serve(): Promise<void> {
    this.#again = true;
    if (this.#serving) return;
    this.#serving = true;
    try {
      while (this.#again) {
        this.#again = false;
        if (await this.#serveOnce()) this.#again = true;
      }
    } finally {
      this.#serving = false;
    }
  }

  /** Answers whether it is worth looking again at once. */
  async #serveOnce(): Promise<boolean> {
    const chosen = this.#choose();
    if (chosen.length === 0) return false;
    try {
      const claimed = await this.#claim(
        this.#taskQueueId,
        chosen.map((w) => w.request),
      );
      for (const [i, waiting] of chosen.entries()) {
        waiting.barred = claimed[i] === undefined;
        this.#settle(waiting, claimed[i] ?? []);
      }
      // Nothing was left for somebody in front: there is nothing for those behind either.
      if (claimed.some((tasks) => tasks?.length === 0)) for (const waiting of this.#waiting) this.#settle(waiting, []);
      return claimed.some((tasks) => tasks?.length !== 0) && !this.isEmpty;
    } catch (err) {
      for (const waiting of chosen) {
        this.#waiting.delete(waiting);
        waiting.reject(err);
      }
      return !this.isEmpty;
    }
  }

  #choose(): Waiting<T>[] {
    const chosen: Waiting<T>[] = [];
    let wanted = 0;
    for (const waiting of this.#waiting) {
      if (waiting.barred) continue;
      if (chosen.length > 0 && wanted + waiting.request.tasks > maxTasksAtOnce) break;
      waiting.served = true;
      chosen.push(waiting);
      wanted += waiting.request.tasks;
    }
    return chosen;
  }

  #settle(waiting: Waiting<T>, tasks: readonly T[]): void {
    waiting.served = false;
    waiting.tried = true;
    if (tasks.length === 0 && !waiting.over) return;
    this.#waiting.delete(waiting);
    waiting.resolve(tasks);
  }
}

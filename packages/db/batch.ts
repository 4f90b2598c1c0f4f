import { isUnavailable } from './errors.ts';

/** The answer to one caller of a batch: its value, or the error that it alone gets. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

export interface BatchOptions<K, T> {
  /**
   * Answers each item, in order. When it throws, the items are tried again one by one, so that a bad one fails alone; but not when
   * the database was lost, because then nobody knows whether the batch was committed.
   */
  readonly run: (items: readonly K[]) => Promise<readonly Outcome<T>[]>;
  /** Most items in one run; 64 unless told. */
  readonly max?: number;
  /** Most runs at a time; 2 unless told: while one waits for the disk the next is filled. */
  readonly inFlight?: number;
  /** Fewest items that are worth another run beside one that is under way; fewer wait for it to end. A quarter of `max` unless told. */
  readonly worthwhile?: number;
}

interface Waiting<K, T> {
  readonly item: K;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

// Several times what a run takes on two busy cores.
const patienceMs = 20;

/**
 * Requests that arrive together share one transaction: a commit costs a disk write however many rows it holds.
 * A lone request waits for nothing but the turn of the event loop; under load a batch fills while earlier ones commit.
 */
export const batched = <K, T>({ run, max = 64, inFlight = 2, worthwhile = max / 4 }: BatchOptions<K, T>): ((item: K) => Promise<T>) => {
  const queue: Waiting<K, T>[] = [];
  let running = 0;
  let scheduled = false;
  let impatient = false;
  let patience: NodeJS.Timeout | undefined;

  const settle = (waiting: Waiting<K, T>, outcome: Outcome<T> | undefined) => {
    if (outcome === undefined) waiting.reject(new Error('A batch gave fewer answers than it had items. This is a bug.'));
    else if ('error' in outcome) waiting.reject(outcome.error);
    else waiting.resolve(outcome.value);
  };
  const perform = async (batch: readonly Waiting<K, T>[]) => {
    try {
      const outcomes = await run(batch.map((w) => w.item));
      for (const [i, waiting] of batch.entries()) settle(waiting, outcomes[i]);
    } catch (error) {
      if (batch.length === 1 || isUnavailable(error)) for (const waiting of batch) settle(waiting, { error });
      else for (const waiting of batch) await perform([waiting]);
    }
  };
  // Two half-empty transactions cost more than one that is full: what a transaction costs by itself is several times what an item costs.
  const mayRun = () => queue.length > 0 && (running === 0 || (running < inFlight && (impatient || queue.length >= worthwhile)));
  const flush = () => {
    scheduled = false;
    while (mayRun()) {
      running++;
      void perform(queue.splice(0, max)).finally(() => {
        running--;
        if (queue.length > 0) schedule();
      });
    }
    impatient = false;
    clearTimeout(patience);
    patience = undefined;
    // A run that waits for a lock that somebody holds does not hold up those who came later.
    if (queue.length > 0 && running < inFlight) wait();
  };
  const wait = () => {
    patience ??= setTimeout(() => {
      impatient = true;
      flush();
    }, patienceMs);
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  };
  return (item) =>
    new Promise<T>((resolve, reject) => {
      queue.push({ item, resolve, reject });
      if (mayRun()) schedule();
      else if (running < inFlight) wait();
    });
};

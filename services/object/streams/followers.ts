import type { Database } from '@taskcluster/db';
import { readPage, streamGrew, type StreamPage } from '../store/streams.ts';

/** Those who read streams in this process. They share one ear for wake-ups, and the reads that they make at the same time. */
export interface Followers {
  /** Calls `wake` whenever the stream may have grown. Answers a function that ends this. */
  on(id: number, wake: () => void): () => void;
  /** What is stored from an offset on; undefined when the stream is gone. */
  read(id: number, offset: number): Promise<StreamPage | undefined>;
  /** How many there are. */
  count(): number;
  close(): void;
}

interface Followed {
  readonly wakes: Set<() => void>;
  /** Reads under way by offset. A hundred readers at the end of a log ask the database once. */
  readonly reads: Map<number, Promise<StreamPage | undefined>>;
}

export const createFollowers = (db: Database): Followers => {
  const streams = new Map<number, Followed>();
  const wake = ({ wakes, reads }: Followed) => {
    // Whoever asks from now on must see what was committed now: not the answer to a question that was asked before.
    reads.clear();
    for (const w of wakes) w();
  };
  const off = db.wakeups.on(streamGrew, (key) => {
    const one = streams.get(Number(key));
    if (one) wake(one);
    else if (key === '') for (const followed of streams.values()) wake(followed);
  });
  return {
    on(id, listener) {
      const followed = streams.get(id) ?? { wakes: new Set(), reads: new Map() };
      streams.set(id, followed);
      followed.wakes.add(listener);
      return () => {
        followed.wakes.delete(listener);
        if (followed.wakes.size === 0 && streams.get(id) === followed) streams.delete(id);
      };
    },
    read(id, offset) {
      const reads = streams.get(id)?.reads;
      const underWay = reads?.get(offset);
      if (underWay) return underWay;
      const read = readPage(db, id, offset);
      const forget = () => {
        if (reads?.get(offset) === read) reads.delete(offset);
      };
      reads?.set(offset, read);
      read.then(forget, forget);
      return read;
    },
    count: () => [...streams.values()].reduce((sum, { wakes }) => sum + wakes.size, 0),
    close: off,
  };
};

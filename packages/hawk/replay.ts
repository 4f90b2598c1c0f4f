import { hash } from 'node:crypto';

const FIRST_SLOTS = 1024;

/**
 * Many 64-bit fingerprints by open addressing, in 13 to 27 bytes each with the free slots. A JavaScript Set of the
 * keys would take about 200 bytes each: 360 MB for an hour of 500 requests a second, instead of 50 MB at most.
 */
class Fingerprints {
  #slots = new Uint32Array(2 * FIRST_SLOTS);
  #count = 0;

  /** The index of the fingerprint, or of the free slot where it belongs. */
  #place(low: number, high: number): number {
    const last = this.#slots.length / 2 - 1;
    let slot = low & last;
    for (;;) {
      const a = this.#slots[2 * slot];
      const b = this.#slots[2 * slot + 1];
      if ((a === low && b === high) || (a === 0 && b === 0)) return slot;
      slot = (slot + 1) & last;
    }
  }

  has(low: number, high: number): boolean {
    const slot = this.#place(low, high);
    return this.#slots[2 * slot] === low && this.#slots[2 * slot + 1] === high;
  }

  add(low: number, high: number): void {
    // Open addressing is slow when it gets full.
    if (this.#count * 10 > this.#slots.length * 3) this.#grow();
    const slot = this.#place(low, high);
    this.#slots[2 * slot] = low;
    this.#slots[2 * slot + 1] = high;
    this.#count++;
  }

  #grow(): void {
    const former = this.#slots;
    this.#slots = new Uint32Array(2 * former.length);
    this.#count = 0;
    for (let i = 0; i < former.length; i += 2) if (former[i] !== 0 || former[i + 1] !== 0) this.add(former[i]!, former[i + 1]!);
  }
}

interface Generation {
  readonly start: number;
  readonly keys: Fingerprints;
}

/** A window is remembered in this many parts, of which a whole one is forgotten at a time. */
const PARTS = 4;

/**
 * Remembers which signed headers were used, for as long as a header can be valid: with clocks 15 minutes off either way,
 * that is 30 minutes. A key is remembered for at least `windowMs` and at most a quarter longer. Two different keys are
 * taken for the same in one of 10^12 requests while ten million are remembered.
 */
export class ReplayGuard {
  readonly #windowMs: number;
  readonly #now: () => number;
  /** The oldest first. */
  #generations: readonly Generation[] = [];

  /** `windowMs` in milliseconds; `now` gives milliseconds since 1970. */
  constructor({ windowMs, now }: { readonly windowMs: number; readonly now: () => number }) {
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** Whether this key was asked about before, within the window. Asking counts as using. */
  seen(key: string): boolean {
    const digest = hash('sha256', key, 'buffer');
    const low = digest.readUInt32LE(0);
    // Zero and zero mark a free slot.
    const high = digest.readUInt32LE(4) || 1;
    const newest = this.#current();
    if (this.#generations.some(({ keys }) => keys.has(low, high))) return true;
    newest.keys.add(low, high);
    return false;
  }

  /** The generation of this moment; forgets those that ended a window ago. */
  #current(): Generation {
    const now = this.#now();
    const newest = this.#generations.at(-1);
    if (newest && now < newest.start + this.#windowMs / PARTS) return newest;
    const fresh = { start: now, keys: new Fingerprints() };
    const since = now - this.#windowMs - this.#windowMs / PARTS;
    this.#generations = [...this.#generations.filter(({ start }) => start > since), fresh];
    return fresh;
  }
}

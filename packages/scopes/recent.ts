interface Entry<V> {
  readonly value: V;
  readonly weight: number;
}

/**
 * A map that keeps what was used last: at most `entries` entries whose weights sum up to at most `weight`.
 * The weight bounds memory where one entry can be a thousand times as large as another.
 */
export class RecentMap<V> {
  readonly #map = new Map<string, Entry<V>>();
  readonly #entries: number;
  readonly #weight: number;
  #total = 0;

  constructor(limits: { readonly entries: number; readonly weight?: number }) {
    this.#entries = limits.entries;
    this.#weight = limits.weight ?? Number.POSITIVE_INFINITY;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: string): V | undefined {
    const entry = this.#map.get(key);
    if (entry === undefined) return undefined;
    // A Map remembers the order of insertion: the one in front is the one unused for longest.
    this.#map.delete(key);
    this.#map.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V, weight = 1): void {
    this.delete(key);
    this.#map.set(key, { value, weight });
    this.#total += weight;
    for (const oldest of this.#map.keys()) {
      if (this.#map.size <= this.#entries && this.#total <= this.#weight) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#map.get(key);
    if (entry === undefined) return;
    this.#map.delete(key);
    this.#total -= entry.weight;
  }
}

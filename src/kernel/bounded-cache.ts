/**
 * A map that never holds more than twice its capacity: when the young generation is full it becomes the old one, and
 * what nobody asked for since is gone. Every operation is O(1), and a flood of new keys costs no more than a miss.
 */
export class BoundedCache<V, K extends string | number = string> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();

  /** @param capacity - keys of one generation; 1 or more */
  constructor(private readonly capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`capacity must be 1 or more, not ${capacity}`);
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.capacity && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** Keys held, at most twice the capacity. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}

/**
 * Buckets of the embedded store. An absent bucket is a full one, so that a bucket may be forgotten as soon as
 * it is full again: every write looks at two more entries and drops those, which keeps memory in proportion
 * to the keys that spent something lately.
 */
const SWEEP_PER_WRITE = 2;

export class MemoryBuckets {
  readonly #arrivals = new Map<string, number>();
  #cursor = this.#arrivals.entries();

  get size(): number {
    return this.#arrivals.size;
  }

  /** @returns the theoretical arrival time; before all times for a full bucket */
  read(key: string): number {
    return this.#arrivals.get(key) ?? Number.NEGATIVE_INFINITY;
  }

  write(key: string, tat: number, nowNs: number): void {
    if (tat > nowNs) this.#arrivals.set(key, tat);
    else this.#arrivals.delete(key);
    for (let step = 0; step < SWEEP_PER_WRITE; step++) {
      const next = this.#cursor.next();
      if (next.done) {
        this.#cursor = this.#arrivals.entries();
        return;
      }
      if (next.value[1] <= nowNs) this.#arrivals.delete(next.value[0]);
    }
  }
}

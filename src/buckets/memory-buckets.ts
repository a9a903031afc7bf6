/**
 * Buckets of the embedded store. An absent bucket is a full one, so that a bucket may be forgotten as soon as
 * it is full again: every write looks at two more rows and drops what is full there, which keeps memory in proportion
 * to the keys that spent something lately.
 */
import { TextNumbers } from '../kernel/text-numbers.js';

const SWEEP_PER_WRITE = 2;

export class MemoryBuckets {
  readonly #arrivals = new TextNumbers();

  get size(): number {
    return this.#arrivals.size;
  }

  /** @returns the theoretical arrival time; before all times for a full bucket */
  read(key: string): number {
    return this.#arrivals.get(key) ?? Number.NEGATIVE_INFINITY;
  }

  write(key: string, tat: number, nowNs: number): void {
    const arrivals = this.#arrivals;
    if (tat > nowNs) arrivals.set(key, tat);
    else arrivals.delete(key);
    for (let step = 0; step < SWEEP_PER_WRITE; step++) {
      const row = arrivals.nextRow();
      if (row >= 0 && arrivals.numberIn(row) <= nowNs) arrivals.delete(arrivals.nameIn(row));
    }
  }
}

/** What asks are charged, in the embedded store: all of a claim's limits, or none. */
import { charged, remaining, waitNs } from '../buckets/gcra.js';
import type { MemoryBuckets } from '../buckets/memory-buckets.js';
import type { Ask, AskResult, Remaining } from './ask.js';

const NO_LIMITS: Remaining = [];

export class MemoryCharges {
  /** Arrival times of the buckets of the ask that was looked at last: each is read once. */
  #of: Ask | null = null;
  #tats: number[] = [];

  constructor(
    private readonly buckets: MemoryBuckets,
    private readonly nowNs: number,
  ) {}

  /** The limit that stands in the way, if one does. */
  limited(ask: Ask): AskResult | null {
    const tats = this.#look(ask);
    for (let limit = 0; limit < ask.limits.length; limit++) {
      if ((ask.buckets[limit] ?? null) === null) continue;
      const wait = waitNs(tats[limit]!, this.nowNs, ask.limits[limit]!);
      if (wait > 0) return { kind: 'limited', limit, waitMs: Math.ceil(wait / 1e6), remaining: this.left(ask) };
    }
    return null;
  }

  /** @param cost - negative: given back */
  charge(ask: Ask, cost = 1): Remaining {
    const tats = this.#look(ask);
    for (let limit = 0; limit < tats.length; limit++) {
      const bucket = ask.buckets[limit]!;
      if (bucket === null) continue;
      tats[limit] = charged(tats[limit]!, this.nowNs, ask.limits[limit]!, cost);
      this.buckets.write(bucket, tats[limit]!, this.nowNs);
    }
    return this.left(ask);
  }

  left(ask: Ask): Remaining {
    if (ask.buckets.length === 0) return NO_LIMITS;
    const tats = this.#look(ask);
    return ask.buckets.map((bucket, limit) =>
      bucket === null ? null : remaining(tats[limit]!, this.nowNs, ask.limits[limit]!),
    );
  }

  /** @returns NaN where a limit does not apply */
  #look(ask: Ask): number[] {
    if (this.#of === ask) return this.#tats;
    this.#of = ask;
    this.#tats = ask.buckets.map((bucket) => (bucket === null ? Number.NaN : this.buckets.read(bucket)));
    return this.#tats;
  }
}

/** What asks are charged, in the embedded store: all of a claim's limits, or none. */
import { charged, remaining, waitNs } from '../buckets/gcra.js';
import type { MemoryBuckets } from '../buckets/memory-buckets.js';
import type { Ask, AskResult, Remaining } from './ask.js';

export class MemoryCharges {
  constructor(
    private readonly buckets: MemoryBuckets,
    private readonly nowNs: number,
  ) {}

  /** The limit that stands in the way, if one does. */
  limited(ask: Ask): AskResult | null {
    for (let limit = 0; limit < ask.limits.length; limit++) {
      const bucket = ask.buckets[limit];
      if (bucket === null || bucket === undefined) continue;
      const wait = waitNs(this.buckets.read(bucket), this.nowNs, ask.limits[limit]!);
      if (wait > 0) return { kind: 'limited', limit, waitMs: Math.ceil(wait / 1e6), remaining: this.left(ask) };
    }
    return null;
  }

  /** @param cost - negative: given back */
  charge(ask: Ask, cost = 1): Remaining {
    ask.buckets.forEach((bucket, limit) => {
      if (bucket === null) return;
      const tat = charged(this.buckets.read(bucket), this.nowNs, ask.limits[limit]!, cost);
      this.buckets.write(bucket, tat, this.nowNs);
    });
    return this.left(ask);
  }

  left(ask: Ask): Remaining {
    return ask.buckets.map((bucket, limit) =>
      bucket === null ? null : remaining(this.buckets.read(bucket), this.nowNs, ask.limits[limit]!),
    );
  }
}

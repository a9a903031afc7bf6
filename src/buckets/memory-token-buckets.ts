/** Token buckets inside this process, on its monotonic clock. Memory grows with the buckets that are not full. */
import type { Clock } from '../kernel/clock.js';
import { type BucketRate, charged } from './gcra.js';
import { MemoryBuckets } from './memory-buckets.js';
import { affordable, checkOrder, levelAfter, levelOf, takeResult } from './orders.js';
import type { BucketLevel, Charge, TakeResult, TokenBuckets } from './token-buckets.js';

export class MemoryTokenBuckets implements TokenBuckets {
  readonly #buckets = new MemoryBuckets();
  readonly #originUs: number;

  constructor(private readonly clock: Clock) {
    this.#originUs = clock.monotonicUs();
  }

  /** Buckets kept: those that are not full, and some that were full again a moment ago. */
  get size(): number {
    return this.#buckets.size;
  }

  async take(charges: readonly Charge[]): Promise<TakeResult> {
    checkOrder({ kind: 'take', charges });
    const nowNs = this.#nowNs();
    const fullInNs = charges.map(({ bucket }) => this.#fullInNs(bucket, nowNs));
    const done = charges.every((charge, i) => affordable(charge, fullInNs[i]!));
    if (done) for (const charge of charges) this.#charge(charge, nowNs);
    return takeResult(charges, { done, fullInNs });
  }

  async penalize(charge: Charge): Promise<BucketLevel> {
    checkOrder({ kind: 'penalty', charges: [charge] });
    const nowNs = this.#nowNs();
    const level = levelAfter(charge, this.#fullInNs(charge.bucket, nowNs));
    this.#charge(charge, nowNs);
    return level;
  }

  async put(bucket: string, rate: BucketRate, fullInNs: number): Promise<BucketLevel> {
    checkOrder({ kind: 'put', charges: [{ bucket, rate, cost: fullInNs }] });
    const nowNs = this.#nowNs();
    const before = levelOf(this.#fullInNs(bucket, nowNs), rate);
    this.#buckets.write(bucket, nowNs + fullInNs, nowNs);
    return before;
  }

  #charge({ bucket, rate, cost }: Charge, nowNs: number): void {
    if (cost !== 0) this.#buckets.write(bucket, charged(this.#buckets.read(bucket), nowNs, rate, cost), nowNs);
  }

  #fullInNs(bucket: string, nowNs: number): number {
    return Math.max(0, this.#buckets.read(bucket) - nowNs);
  }

  #nowNs(): number {
    return (this.clock.monotonicUs() - this.#originUs) * 1000;
  }
}

/**
 * Buckets that were found empty a moment ago, so that a client who hammers costs no store call. Bounded: the oldest
 * entry makes room. An entry holds until its tokens are there, and never for longer than a second.
 */
import type { Clock } from '../kernel/clock.js';

const LONGEST_MS = 1000;

export class RefusalCache {
  readonly #untilUs = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly most = 50_000,
  ) {}

  remember(bucket: string, waitMs: number): void {
    if (this.#untilUs.size >= this.most) this.#untilUs.delete(this.#untilUs.keys().next().value!);
    this.#untilUs.set(bucket, this.clock.monotonicUs() + Math.min(waitMs, LONGEST_MS) * 1000);
  }

  /** Milliseconds, rounded up, for which the bucket is known to be empty; 0: not known to be. */
  waitMs(bucket: string): number {
    const untilUs = this.#untilUs.get(bucket);
    if (untilUs === undefined) return 0;
    const leftUs = untilUs - this.clock.monotonicUs();
    if (leftUs > 0) return Math.ceil(leftUs / 1000);
    this.#untilUs.delete(bucket);
    return 0;
  }
}

/**
 * Buckets that were found empty a moment ago, so that a client who hammers costs no store call. Bounded: the oldest
 * entry makes room. An entry holds until its tokens are there, and never for longer than a second, because tokens may
 * be given back meanwhile. The wait it tells is the whole one: a client who obeys it is never early.
 */
import type { Clock } from '../kernel/clock.js';

const LONGEST_US = 1_000_000;

interface Refusal {
  /** When the tokens are there, on the clock's monotonic scale, in microseconds. */
  readonly readyUs: number;
  readonly forgottenUs: number;
}

export class RefusalCache {
  readonly #refusals = new Map<string, Refusal>();

  /** @param most - entries held; 1 or more */
  constructor(
    private readonly clock: Clock,
    private readonly most = 50_000,
  ) {}

  get size(): number {
    return this.#refusals.size;
  }

  /** @param waitMs - from now until the tokens are there, in milliseconds */
  remember(bucket: string, waitMs: number): void {
    const nowUs = this.clock.monotonicUs();
    const readyUs = nowUs + waitMs * 1000;
    if (!this.#refusals.delete(bucket) && this.#refusals.size >= this.most) {
      this.#refusals.delete(this.#refusals.keys().next().value!);
    }
    this.#refusals.set(bucket, { readyUs, forgottenUs: Math.min(readyUs, nowUs + LONGEST_US) });
  }

  /** Milliseconds, rounded up, until the bucket has tokens; 0: it is not known to be empty. */
  waitMs(bucket: string): number {
    const refusal = this.#refusals.get(bucket);
    if (refusal === undefined) return 0;
    const nowUs = this.clock.monotonicUs();
    if (nowUs < refusal.forgottenUs) return Math.ceil((refusal.readyUs - nowUs) / 1000);
    this.#refusals.delete(bucket);
    return 0;
  }
}

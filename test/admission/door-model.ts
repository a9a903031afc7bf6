/** What would be remembered of the door: P1 over all that entered. */
import { expect } from '@jest/globals';
import { type BucketRate, bucketRate } from '../../src/buckets/gcra.js';
import { excessOverBound } from './measures.js';

export class DoorModel {
  /** Tokens that the rate has brought since the beginning, at each entry: so the rate may change on the way. */
  readonly #entries: number[] = [];
  #tokens = 0;

  constructor(
    private readonly burst: number,
    public ratePerSecond: number,
  ) {}

  get bucket(): BucketRate {
    return bucketRate(this.burst, this.ratePerSecond);
  }

  advance(ms: number): void {
    this.#tokens += (this.ratePerSecond * ms) / 1000;
  }

  enter(): void {
    this.#entries.push(this.#tokens * 1e6);
    this.check();
  }

  check(): void {
    expect(excessOverBound(this.#entries, 1, this.burst)).toBeLessThanOrEqual(1e-3);
  }
}

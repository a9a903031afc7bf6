/**
 * How long a target takes, twice: a peak-sensitive average to choose by, which jumps up and comes down slowly, and a
 * plain one to judge by, which a single slow answer does not move.
 * @see Twitter Finagle, PeakEwma
 */
const DECAY_US = 10_000_000;
const WEIGHT = 0.2;
/** So many answers must have been seen to judge. */
const LEAST_ANSWERS = 5;
/** A target that has requests and no answer yet is taken for this slow. */
const UNKNOWN_US = 1_000_000;

export class TargetLatency {
  #peakUs = 0;
  #meanUs = 0;
  #answers = 0;
  #atUs = 0;

  /** Mean, in microseconds; null: too few were seen. */
  get meanUs(): number | null {
    return this.#answers < LEAST_ANSWERS ? null : this.#meanUs;
  }

  observe(latencyUs: number, nowUs: number): void {
    const keep = Math.exp((this.#atUs - nowUs) / DECAY_US);
    this.#peakUs = latencyUs > this.#peakUs ? latencyUs : this.#peakUs * keep + latencyUs * (1 - keep);
    this.#meanUs = this.#answers === 0 ? latencyUs : this.#meanUs + WEIGHT * (latencyUs - this.#meanUs);
    this.#answers++;
    this.#atUs = nowUs;
  }

  /** No answer came: whoever still may choose, chooses another. */
  fail(nowUs: number): void {
    this.#peakUs = Math.max(this.#peakUs, UNKNOWN_US);
    this.#atUs = nowUs;
  }

  /** Begins anew: what was known is of another time. */
  forget(): void {
    this.#peakUs = this.#meanUs = this.#answers = 0;
  }

  /** What one more request would meet. */
  cost(inFlight: number): number {
    if (this.#peakUs === 0) return inFlight === 0 ? 0 : UNKNOWN_US * inFlight;
    return this.#peakUs * (inFlight + 1);
  }
}

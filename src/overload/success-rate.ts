/**
 * Success-rate admission: the worse a service answers, the fewer requests it gets. What latency cannot show, since a
 * failure is often quick. The share that stays away is (all − successes / threshold) / (all + 1).
 * @see Envoy, admission control filter; Google SRE book, Handling overload, client-side throttling
 */
export interface SuccessRateSettings {
  /** From this share of successes on, everything goes. */
  readonly threshold: number;
  /** Never more than this share stays away, so that recovery is seen. */
  readonly maxRejectShare: number;
}

const SECONDS = 10;
const SECOND_US = 1_000_000;
/** Fewer requests a second, in the mean of the window, say nothing. */
const LEAST_PER_SECOND = 5;

export class SuccessRate {
  readonly #all = new Uint32Array(SECONDS);
  readonly #good = new Uint32Array(SECONDS);
  #second = 0;
  #allSum = 0;
  #goodSum = 0;

  constructor(private readonly settings: SuccessRateSettings) {}

  count(good: boolean, nowUs: number): void {
    this.#turnTo(Math.floor(nowUs / SECOND_US));
    const at = this.#second % SECONDS;
    this.#all[at]!++;
    this.#allSum++;
    if (!good) return;
    this.#good[at]!++;
    this.#goodSum++;
  }

  /** Share of requests to keep away now, 0 to 1. */
  rejectShare(nowUs: number): number {
    if (this.#allSum === this.#goodSum) return 0;
    this.#turnTo(Math.floor(nowUs / SECOND_US));
    if (this.#allSum < LEAST_PER_SECOND * SECONDS) return 0;
    const { threshold, maxRejectShare } = this.settings;
    const share = (this.#allSum - this.#goodSum / threshold) / (this.#allSum + 1);
    return Math.min(maxRejectShare, Math.max(0, share));
  }

  #turnTo(second: number): void {
    for (let gone = Math.min(SECONDS, second - this.#second); gone > 0; gone--) {
      const at = (second - gone + 1) % SECONDS;
      this.#allSum -= this.#all[at]!;
      this.#goodSum -= this.#good[at]!;
      this.#all[at] = this.#good[at] = 0;
    }
    this.#second = Math.max(this.#second, second);
  }
}

/** How fast people join, over all gateways: how many numbers must be left out after the store lost its data. */
import type { Clock } from '../kernel/clock.js';
import type { StoreView } from './exchange.js';

/** Numbers left out after a loss: two seconds of the fastest joining seen, and never fewer than this. */
const LEAST_SKIP = 1000;
const SKIP_SECONDS = 2;

export class JoinPace {
  #tail = 0;
  #atUs = 0;
  #perSecond = 0;

  constructor(private readonly clock: Clock) {}

  observe(view: StoreView): void {
    const nowUs = this.clock.monotonicUs();
    const sinceUs = nowUs - this.#atUs;
    if (sinceUs < 1_000_000) return;
    if (this.#atUs > 0 && !view.loss && view.tails[0] > this.#tail) {
      this.#perSecond = Math.max(this.#perSecond, ((view.tails[0] - this.#tail) * 1e6) / sinceUs);
    }
    this.#tail = view.tails[0];
    this.#atUs = nowUs;
  }

  skip(): number {
    return Math.max(LEAST_SKIP, Math.ceil(this.#perSecond * SKIP_SECONDS * 2));
  }
}

/**
 * Additive increase, multiplicative decrease: one more a round trip while all goes well and the limit is used, a
 * tenth less when something is dropped. For services that say when it is too much: by a status, or by not answering.
 * What was sent before a decrease tells nothing of the limit after it, so one bad moment counts once.
 * @see D.-M. Chiu, R. Jain, Analysis of the increase and decrease algorithms for congestion avoidance, 1989
 */
import { bounded, type LimitBounds, type LimitLaw, type Sample } from './limit-law.js';

const DECREASE = 0.9;
/** A limit of which less is used is not what holds anything up. */
const USED_SHARE = 0.8;

export class AimdLimit implements LimitLaw {
  #limit: number;
  #decreasedUs = Number.NEGATIVE_INFINITY;

  constructor(private readonly bounds: LimitBounds) {
    this.#limit = bounded(bounds.initial, bounds);
  }

  get limit(): number {
    return this.#limit;
  }

  observe({ nowUs, latencyUs, inFlight, health }: Sample): void {
    if (health === 'dropped') {
      if (nowUs - latencyUs < this.#decreasedUs) return;
      this.#decreasedUs = nowUs;
      this.#limit = bounded(this.#limit * DECREASE, this.bounds);
    } else if (inFlight >= this.#limit * USED_SHARE - 1) {
      this.#limit = bounded(this.#limit + 1 / this.#limit, this.bounds);
    }
  }
}

/**
 * The best pace of the last minute or so. Whoever is told when to come back is told by this one: a service that stood
 * still for a moment, or an operator who slowed the campaign down, may be back at it before anybody polls again, and
 * then the door must not wait for people who were sent away for long.
 */
import type { Clock } from '../kernel/clock.js';

/** Within so much time the memory of a better pace loses half. */
export const HALF_LIFE_US = 60_000_000;
/** A better pace is believed when it lasts: within so much time, to nearly two thirds. */
const ATTACK_US = 5_000_000;
/** More often it is not looked at. */
const LEAST_US = 50_000;

export class RecentPace {
  #best = 0;
  #atUs = Number.NaN;

  constructor(private readonly clock: Pick<Clock, 'monotonicUs'>) {}

  observe(callsPerSecond: number): void {
    const nowUs = this.clock.monotonicUs();
    const sinceUs = Number.isNaN(this.#atUs) ? LEAST_US : nowUs - this.#atUs;
    if (sinceUs < LEAST_US) return;
    this.#atUs = nowUs;
    const left = this.#best * 0.5 ** (sinceUs / HALF_LIFE_US);
    this.#best =
      callsPerSecond > this.#best
        ? this.#best + (callsPerSecond - this.#best) * (1 - Math.exp(-sinceUs / ATTACK_US))
        : Math.max(callsPerSecond, left);
  }

  /** @returns calls per second, never less than the pace now */
  orBetter(callsPerSecond: number): number {
    return Math.max(callsPerSecond, this.#best);
  }
}

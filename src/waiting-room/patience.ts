/**
 * After a raise of the rate. Those who are called now were told to come back later than their turn has become, and do
 * not know of it before they ask again: whoever is not there yet is no no-show. Taken for one, the caller calls more and
 * more people who do not know either, and when all of them have asked, a crowd stands before the door.
 * `patience.lua` is the same on Redis.
 */
import { HALF_LIFE_US } from './recent-pace.js';

/** Less than this is no raise: those who are told to come back after most of their wait are there in time. */
const LEAST_RAISE = 1.2;
/** The pace by which people are told when to come back takes a moment to follow, in milliseconds. */
const SLOW_PACE_MS = 3000;
/** Longer without a tick, nobody was told anything. */
const MOST_SINCE_US = 1_000_000;

export interface PatienceFacts {
  readonly nowUs: number;
  /** Since the last tick. */
  readonly sinceUs: number;
  readonly ratePerSecond: number;
  /** The longest time between two polls, in milliseconds. */
  readonly pollMaxMs: number;
  /** Whether people in line were told by a lower rate, should there have been one. */
  readonly told: boolean;
}

export class Patience {
  /** The highest rate of the last minute or so: remembered as long as the pace by which people are told to come back. */
  #best = 0;
  #untilUs = 0;

  /** @returns whether the called may not know yet that they are */
  at({ nowUs, sinceUs, ratePerSecond, pollMaxMs, told }: PatienceFacts): boolean {
    const best = this.#best * 0.5 ** (Math.min(sinceUs, MOST_SINCE_US) / HALF_LIFE_US);
    if (told && best > 0 && ratePerSecond > LEAST_RAISE * best)
      this.#untilUs = nowUs + (pollMaxMs + SLOW_PACE_MS) * 1000;
    this.#best = Math.max(ratePerSecond, best);
    return nowUs < this.#untilUs;
  }
}

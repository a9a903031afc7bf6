/** Uniform numbers that repeat themselves: the same seed gives the same run. */
import type { Random } from '../kernel/random.js';

/**
 * mulberry32: 32 bits of state, full period, good enough to draw arrivals (never secrets).
 * @param seed - any whole number; its low 32 bits count
 * @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

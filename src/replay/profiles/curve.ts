/** Properties of a rate over time, by the midpoint rule. */
import type { Profile } from './profile.js';

const STEPS = 100_000;

type Shape = Pick<Profile, 'rate' | 'seconds'>;

/** Mean rate from `from` to `to`, in seconds, as a share of the peak. */
export function meanRate({ rate }: Shape, from: number, to: number): number {
  const step = (to - from) / STEPS;
  let sum = 0;
  for (let at = 0; at < STEPS; at++) sum += rate(from + (at + 0.5) * step);
  return sum / STEPS;
}

/** The highest rate there is; 1 for a profile that reaches its peak. */
export function peakRate({ rate, seconds }: Shape): number {
  let peak = 0;
  for (let at = 0; at <= STEPS; at++) peak = Math.max(peak, rate((at * seconds) / STEPS));
  return peak;
}

export function peakToMean(shape: Shape): number {
  return peakRate(shape) / meanRate(shape, 0, shape.seconds);
}

/** What is left of 1 after `second` of a decay that takes `scale` seconds to 1/e. */
export function decay(second: number, scale: number): number {
  return Math.exp(-second / scale);
}

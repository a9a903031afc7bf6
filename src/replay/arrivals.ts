/** When the people of a burst arrive: planned before it begins (open loop), so that a slow gateway thins no crowd. */
import type { Random } from '../kernel/random.js';
import { peakRate } from './profiles/curve.js';
import type { Profile } from './profiles/profile.js';

export type ArrivalShape = 'poisson' | 'even';

/**
 * Planned arrivals in microseconds from the start of the burst, ascending. `poisson` is a Poisson process given
 * that it brings exactly `people`: independent uniform instants, sorted. `even` spaces them alike. A profile is a
 * Poisson process whose rate follows its curve, by thinning: uniform instants, each kept with the probability of its
 * rate over the peak, until there are `people`.
 * @param overUs - the stretch in which everybody arrives
 * @see Lewis and Shedler, Simulation of nonhomogeneous Poisson processes by thinning (1979)
 */
export function planArrivals(
  shape: ArrivalShape | Profile,
  people: number,
  overUs: number,
  random: Random,
): Float64Array {
  const arrivals = new Float64Array(people);
  if (typeof shape === 'object') thin(shape, arrivals, overUs, random);
  else {
    for (let i = 0; i < people; i++) {
      arrivals[i] = Math.floor(shape === 'even' ? (i * overUs) / people : random() * overUs);
    }
  }
  return arrivals.sort();
}

function thin(profile: Profile, arrivals: Float64Array, overUs: number, random: Random): void {
  const peak = peakRate(profile);
  for (let i = 0; i < arrivals.length; ) {
    const at = random();
    if (random() * peak < profile.rate(at * profile.seconds)) arrivals[i++] = Math.floor(at * overUs);
  }
}

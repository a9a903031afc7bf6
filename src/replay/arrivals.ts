/** When the people of a burst arrive: planned before it begins (open loop), so that a slow gateway thins no crowd. */
import type { Random } from '../kernel/random.js';

export type ArrivalShape = 'poisson' | 'even';

/**
 * Planned arrivals in microseconds from the start of the burst, ascending. `poisson` is a Poisson process given
 * that it brings exactly `people`: independent uniform instants, sorted. `even` spaces them alike.
 * @param overUs - the stretch in which everybody arrives
 */
export function planArrivals(shape: ArrivalShape, people: number, overUs: number, random: Random): Float64Array {
  const arrivals = new Float64Array(people);
  for (let i = 0; i < people; i++) {
    arrivals[i] = Math.floor(shape === 'even' ? (i * overUs) / people : random() * overUs);
  }
  return arrivals.sort();
}

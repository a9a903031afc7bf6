/** What the service saw of the door: whether it was ever passed too fast, and how well it was used. */
import type { Arrival } from '../sample/arrival-log.js';
import type { BurstBounds } from './burst-options.js';
import { secondsOf, standingAt, type Timeline } from './timeline.js';
import { NETWORK_SECONDS } from './verdicts.js';

const LINE_FORMS_SECONDS = 2;
const WINDOW_SECONDS = 5;
/** People in line, in seconds of the rate, from which on the door has no excuse. */
const ENOUGH_SECONDS = 2;

/**
 * Claims beyond `burst + rate × (window + 10 ms)` in the worst window of any length; 0 or less: never over.
 * @param arrivals - oldest first
 */
export function overBound(arrivals: readonly Arrival[], { ratePerSecond, burst }: BurstBounds): number {
  let worst = Number.NEGATIVE_INFINITY;
  // Of all windows that end with arrival j, the worst begins with the i that makes i − rate × tᵢ least.
  let least = Number.POSITIVE_INFINITY;
  const originUs = arrivals[0]?.atUs ?? 0;
  arrivals.forEach(({ atUs }, j) => {
    const tokens = (ratePerSecond * (atUs - originUs)) / 1e6;
    least = Math.min(least, j - tokens);
    worst = Math.max(worst, j + 1 - tokens - least);
  });
  return arrivals.length === 0 ? 0 : worst - burst - ratePerSecond * NETWORK_SECONDS;
}

/**
 * The least share of the rate that reached the service in any five seconds, from two seconds after a line formed,
 * while two seconds' worth of people who would come were in line. Seconds in which most claims found the last slot
 * taken say nothing: there the slots were the bound.
 * @param received - claims at the service in each second of the burst
 * @param full - of those, how many took the last slot
 * @returns null when there was no such time
 */
export function leastUse(
  timeline: Timeline,
  received: readonly number[],
  full: readonly number[],
  ratePerSecond: number,
): number | null {
  const live = standingAt(timeline.liveJoined, timeline.liveUnjoined, secondsOf(timeline));
  const counts = live.map((waiting, second) => {
    const slotsBound = (full[second] ?? 0) > (received[second] ?? 0) / 2;
    return waiting >= ENOUGH_SECONDS * ratePerSecond && !slotsBound;
  });
  let least: number | null = null;
  let run = 0;
  counts.forEach((enough, second) => {
    run = enough ? run + 1 : 0;
    if (run < LINE_FORMS_SECONDS + WINDOW_SECONDS) return;
    let sum = 0;
    for (let at = second - WINDOW_SECONDS + 1; at <= second; at++) sum += received[at] ?? 0;
    const use = sum / (WINDOW_SECONDS * ratePerSecond);
    least = least === null ? use : Math.min(least, use);
  });
  return least;
}

/** What the service saw of the door: whether it was ever passed too fast, and how well it was used. */
import type { Arrival } from '../sample/arrival-log.js';
import type { Pace } from './pace.js';
import { secondsOf, standingAt, type Timeline } from './timeline.js';
import { LEAST_USE, NETWORK_SECONDS } from './verdicts.js';

const LINE_FORMS_SECONDS = 2;
const WINDOW_SECONDS = 5;
/** After a change of pace, those who were told by the one before may be away for so long: the longest poll there is. */
const AWAY_SECONDS = 30;
const WINDOW_SHOWS = LINE_FORMS_SECONDS + WINDOW_SECONDS;
/** People in line, in seconds of the rate, from which on the door has no excuse. */
const ENOUGH_SECONDS = 2;

/**
 * Claims beyond `burst + rate × (window + 10 ms)` in the worst window of any length; 0 or less: never over.
 * @param arrivals - oldest first
 * @param aheadUs - what is added to their time to have the burst's own
 */
export function overBound(arrivals: Iterable<Arrival>, pace: Pace, aheadUs: number): number {
  let worst = Number.NEGATIVE_INFINITY;
  // Of all windows that end with arrival j, the worst begins with the i that makes i − rate × tᵢ least.
  let least = Number.POSITIVE_INFINITY;
  let j = 0;
  for (const { atUs } of arrivals) {
    const tokens = pace.tokensUpTo((atUs + aheadUs) / 1e6);
    least = Math.min(least, j - tokens);
    worst = Math.max(worst, j + 1 - tokens - least);
    j++;
  }
  const over = worst - pace.burst - pace.mostPerSecond * NETWORK_SECONDS;
  // What floating point leaves of a claim is no claim.
  return j === 0 ? 0 : Math.round(over * 1e6) / 1e6;
}

/**
 * The least share of the rate that reached the service in any five seconds, from two seconds after a line formed,
 * while two seconds' worth of people who would come were in line. Seconds in which most claims found the last slot
 * taken excuse what is missing: there the slots were the bound.
 * @param received - claims at the service in each second of the burst
 * @param full - of those, how many took the last slot
 * @returns null when there was no such time
 */
export function leastUse(
  timeline: Timeline,
  received: readonly number[],
  full: readonly number[],
  pace: Pace,
): number | null {
  const live = standingAt(timeline.liveJoined, timeline.liveUnjoined, secondsOf(timeline));
  let least: number | null = null;
  let run = 0;
  live.forEach((waiting, second) => {
    const rate = pace.rateAt(second);
    run = rate > 0 && waiting >= ENOUGH_SECONDS * rate ? run + 1 : 0;
    if (run < WINDOW_SHOWS || pace.changedWithin(AWAY_SECONDS + WINDOW_SECONDS, second + 1)) return;
    let sum = 0;
    let slotsBound = false;
    for (let at = second - WINDOW_SECONDS + 1; at <= second; at++) {
      const claims = received[at] ?? 0;
      sum += claims;
      if (claims > 0 && (full[at] ?? 0) > claims / 2) slotsBound = true;
    }
    const use = sum / (WINDOW_SECONDS * rate);
    if (use < LEAST_USE && slotsBound) return;
    least = least === null ? use : Math.min(least, use);
  });
  return least;
}

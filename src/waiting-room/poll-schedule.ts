/**
 * When to come back. A poll after seven tenths of the wait that remains finds most people three or four times in a
 * line of twenty seconds, and nobody far from the truth; near the door it is the shortest time there is. Told times
 * are jittered, so that people who joined together do not come back together, and stretched when a crowd's polls
 * would be more than the gateways should see. Nobody is told to come later than most of the wait that remains, however
 * large the crowd: whoever is called while away leaves the door idle, and is overtaken by those behind.
 */
import { jittered, type Random } from '../kernel/random.js';

export interface PollSettings {
  readonly nearMs: number;
  readonly maxMs: number;
  /** Polls per second that one gateway should see. */
  readonly budgetPerSecond: number;
}

export const SHARE_OF_WAIT = 0.7;
/** The largest share of the wait that remains, in the largest crowd. */
const MOST_OF_WAIT = 0.85;
const JITTER = 0.1;

/**
 * @param waitMs - the wait that remains, estimated; 0 or more
 * @param stretch - 1, or more for a crowd beyond the budget
 * @returns whole milliseconds, from `nearMs` to `maxMs`
 */
export function pollAfterMs(waitMs: number, stretch: number, settings: PollSettings, random: Random): number {
  const wantedMs = Math.max(settings.nearMs, Math.min(SHARE_OF_WAIT * stretch, MOST_OF_WAIT) * waitMs);
  const boundedMs = Math.min(wantedMs, settings.maxMs / (1 + JITTER));
  return Math.max(settings.nearMs, Math.floor(jittered(boundedMs, JITTER, random)));
}

/** Who learns at once where they are in a large crowd must not be more than half of the longest time apart. */
const MOST_SPREAD = 0.5;
/** Far from the opening, people come back at the longest time there is, less at most this share of it. */
const FAR_JITTER = 0.2;

/**
 * When to come back before lots are drawn. Whoever would come back before the opening and after it alike comes after it,
 * each at another time: nobody gains by being first there, and all at once would be a flood.
 * @param openInMs - time until the opening; 0: any moment now
 * @param waiting - how many are to learn of their places
 * @returns whole milliseconds, from `nearMs` to `maxMs`
 */
export function pollBeforeDrawMs(
  openInMs: number,
  waiting: number,
  gateways: number,
  settings: PollSettings,
  random: Random,
): number {
  const { nearMs, maxMs, budgetPerSecond } = settings;
  const crowdMs = (waiting * 1000) / (budgetPerSecond * Math.max(1, gateways));
  const spreadMs = Math.min(Math.max(crowdMs, nearMs), maxMs * MOST_SPREAD);
  return Math.max(nearMs, Math.floor(Math.min(maxMs, untilLookMs(openInMs, spreadMs, settings, random))));
}

function untilLookMs(openInMs: number, spreadMs: number, { nearMs, maxMs }: PollSettings, random: Random): number {
  if (openInMs + spreadMs <= maxMs) return openInMs + spreadMs * random();
  // The last look before the opening leaves so little time that the next one can be anywhere in the spread.
  const soonestMs = Math.max(nearMs, openInMs + spreadMs - maxMs);
  if (soonestMs >= maxMs) return maxMs * (1 - FAR_JITTER * random());
  return soonestMs + (Math.min(maxMs, openInMs) - soonestMs) * random();
}

/**
 * How much longer than usual people must be told to wait between polls, for all polls to stay within the budget, as
 * far as that goes without keeping anybody away from the door.
 * With n people before a door that takes r a second, the one at distance p polls every max(near, 0.7 p / r) seconds:
 * altogether r / 0.7 × (1 + ln(n / n₀)) polls a second, where n₀ people are near.
 * @returns 1 or more
 */
export function crowdStretch(
  waiting: number,
  callsPerSecond: number,
  gateways: number,
  settings: PollSettings,
): number {
  if (waiting === 0 || callsPerSecond === 0) return 1;
  const near = Math.max(1, (callsPerSecond * settings.nearMs) / 1000 / SHARE_OF_WAIT);
  const farthest = (callsPerSecond * settings.maxMs) / 1000 / SHARE_OF_WAIT;
  const within = Math.min(waiting, farthest);
  const crowd = (Math.max(0, waiting - farthest) * 1000) / settings.maxMs;
  const perSecond = (callsPerSecond / SHARE_OF_WAIT) * (1 + Math.log(Math.max(1, within / near))) + crowd;
  return Math.max(1, perSecond / (settings.budgetPerSecond * Math.max(1, gateways)));
}

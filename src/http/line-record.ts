/** Counts what happens to places: who joined, who asked too early, who went in or away, and after how long. */
import type { Remaining } from '../admission/ask.js';
import { MAIN, type Place } from '../waiting-room/place.js';
import type { TicketDocument } from '../waiting-room/ticket-document.js';
import type { CampaignContext } from './campaign-context.js';

/** Promises below this say no more than "at once", in seconds. */
const LEAST_PROMISE_SECONDS = 1;

/** A place was made, or one at the end of the second line for somebody who came back. */
export function recordJoin(
  context: CampaignContext,
  place: Place,
  remaining: Remaining,
  eta: TicketDocument['etaSeconds'],
): void {
  const { meters, notes } = context;
  if (place.line !== MAIN) meters.rejoined.inc();
  else if (context.state() === 'prequeue') meters.joinedPrequeue.inc();
  else meters.joinedDirect.inc();
  meters.charged(remaining);
  notes.joined(place, context.nowMs(), eta === null ? null : (eta.min + eta.max) / 2);
}

/**
 * The owner of a place asks, and is told when to ask again.
 * @param nowMs - monotonic
 * @returns whether it comes so early that no honest client does
 */
export function recordPoll(context: CampaignContext, place: Place, pollAfterMs: number, nowMs: number): boolean {
  const { meters, pollTimes } = context;
  meters.polls.inc();
  const promptness = pollTimes.polled(place, nowMs, pollAfterMs);
  if (promptness !== 'in-time') meters.earlyPolls.inc();
  return promptness === 'far-too-early';
}

/** A place that waited is handed over. */
export function recordEntry(context: CampaignContext, place: Place): void {
  const { meters, notes } = context;
  const wait = notes.ended(place, context.nowMs());
  if (wait === null) return;
  meters.waitedToEnter.observe(wait.seconds);
  if (wait.promisedSeconds !== null && wait.promisedSeconds >= LEAST_PROMISE_SECONDS) {
    meters.etaRatio.observe(wait.seconds / wait.promisedSeconds);
  }
}

/** A place is given up, by its owner or by an operator. */
export function recordLeaving(context: CampaignContext, place: Place): void {
  const { meters, notes } = context;
  meters.leftByChoice.inc();
  const wait = notes.ended(place, context.nowMs());
  if (wait !== null) meters.waitedToLeave.observe(wait.seconds);
}

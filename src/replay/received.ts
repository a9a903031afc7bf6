/** The service's own log of arrivals, laid on the seconds of the burst. */
import { type BurstOptions, personNamed } from './burst-options.js';
import type { Testimony } from './service-witness.js';
import type { Tally } from './tally.js';

export interface Received {
  /** What is added to the service's time to have the burst's own, in microseconds. */
  readonly aheadUs: number;
  /** Claims in each second. */
  readonly claims: number[];
  /** Of those, how many took the last slot. */
  readonly lastSlot: number[];
}

/**
 * The service has a clock of its own: it is set so that nobody was granted before being received, as tight as the
 * quickest answer shows.
 * @returns null when nothing ties the two clocks together
 */
export function receivedInSeconds(options: BurstOptions, tally: Tally, testimony: Testimony | null): Received | null {
  if (testimony === null) return null;
  let aheadUs = Number.POSITIVE_INFINITY;
  for (const { claimant, atUs, outcome } of testimony.arrivals) {
    const answeredUs = outcome === 'granted' ? (tally.grantedUs[personNamed(options, claimant)] ?? -1) : -1;
    if (answeredUs >= 0) aheadUs = Math.min(aheadUs, answeredUs - atUs);
  }
  if (aheadUs === Number.POSITIVE_INFINITY) return null;
  const received: Received = { aheadUs, claims: [], lastSlot: [] };
  for (const { atUs, inFlight } of testimony.arrivals) {
    const second = Math.max(0, Math.floor((atUs + aheadUs) / 1e6));
    while (received.claims.length <= second) {
      received.claims.push(0);
      received.lastSlot.push(0);
    }
    received.claims[second] = (received.claims[second] as number) + 1;
    if (inFlight >= options.bounds.concurrency) received.lastSlot[second] = (received.lastSlot[second] as number) + 1;
  }
  return received;
}

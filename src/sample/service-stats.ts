/** The figures of the sample claim service over a stretch of its arrival log. */
import { type Arrival, type ArrivalOutcome, worstWindow } from './arrival-log.js';

export interface ServiceStats {
  /** Number of the newest arrival counted here: ask for what comes after with `since`. */
  readonly upTo: number;
  readonly received: number;
  /** Claims that got an answer of any kind. */
  readonly answered: number;
  readonly granted: number;
  /** Answered again to the same idempotency key, without a second grant. */
  readonly repeated: number;
  readonly failed: number;
  readonly soldOut: number;
  /** In work when the service fell over. */
  readonly lost: number;
  readonly crashes: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  /** Most arrivals in any sliding second. */
  readonly worstSecond: number;
  /** Arrivals in each second from the first arrival on. */
  readonly perSecond: readonly number[];
  /** Claimants who were granted more than once. */
  readonly grantedTwice: number;
}

const SECOND_US = 1_000_000;

/**
 * @param arrivals - oldest first
 * @param now - what the log does not know: falls in the same stretch, and claims in flight now
 */
export function summarizeArrivals(
  arrivals: readonly Arrival[],
  now: { readonly upTo: number; readonly crashes: number; readonly inFlight: number },
): ServiceStats {
  const count: Record<ArrivalOutcome, number> = {
    pending: 0,
    granted: 0,
    repeated: 0,
    failed: 0,
    'sold-out': 0,
    lost: 0,
  };
  const granted = new Set<string>();
  const twice = new Set<string>();
  const perSecond: number[] = [];
  const startUs = arrivals[0]?.atUs ?? 0;
  let maxInFlight = 0;
  for (const arrival of arrivals) {
    count[arrival.outcome] += 1;
    maxInFlight = Math.max(maxInFlight, arrival.inFlight);
    const second = Math.floor((arrival.atUs - startUs) / SECOND_US);
    while (perSecond.length <= second) perSecond.push(0);
    perSecond[second] = (perSecond[second] as number) + 1;
    if (arrival.outcome !== 'granted') continue;
    if (granted.has(arrival.claimant)) twice.add(arrival.claimant);
    granted.add(arrival.claimant);
  }
  return {
    ...now,
    received: arrivals.length,
    answered: arrivals.length - count.pending - count.lost,
    granted: count.granted,
    repeated: count.repeated,
    failed: count.failed,
    soldOut: count['sold-out'],
    lost: count.lost,
    maxInFlight,
    worstSecond: worstWindow(arrivals, SECOND_US),
    perSecond,
    grantedTwice: twice.size,
  };
}

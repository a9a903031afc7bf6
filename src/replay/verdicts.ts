/** Which promises a burst saw held, and which broken. */

import type { BurstFigures, UpstreamFigures } from './burst-figures.js';
import type { BurstBounds } from './burst-options.js';

export interface Verdict {
  readonly promise: string;
  /** null: this burst could not see it. */
  readonly held: boolean | null;
  /** The measured figure beside its bound. */
  readonly finding: string;
}

/** Refusals that end a person's burst well: the campaign is over, and they were told. */
const HONEST_ENDS = new Set(['SOLD_OUT', 'ENDED']);
/** The rate is promised at the gateway; on its way to the service a claim may fall this much behind the one before. */
const NETWORK_SECONDS = 0.01;

export function judge(figures: BurstFigures, bounds: BurstBounds): Verdict[] {
  const { upstream } = figures;
  const most = mostPerSecond(bounds);
  return [
    fromService('never over the rate', upstream, (seen) => ({
      held: seen.worstSecond <= most,
      finding: `worst second ${seen.worstSecond}, bound ${most}`,
    })),
    fromService('never over the slots', upstream, (seen) => ({
      held: seen.maxInFlight <= bounds.concurrency,
      finding: `${seen.maxInFlight} in flight at most, bound ${bounds.concurrency}`,
    })),
    fromService('the service stands', upstream, (seen) => ({
      held: seen.crashes === 0,
      finding: `fell over ${seen.crashes} times`,
    })),
    {
      promise: 'first come, first called',
      held: figures.fairness === null ? null : figures.fairness >= bounds.minFairness,
      finding: `${share(figures.fairness)} of pairs in order, at least ${share(bounds.minFairness)}`,
    },
    {
      promise: 'nobody far overtaken',
      held: figures.overtakenP99Ms === null ? null : figures.overtakenP99Ms <= bounds.maxOvertakenP99Ms,
      finding: `p99 by ${seconds(figures.overtakenP99Ms)} later, at most ${seconds(bounds.maxOvertakenP99Ms)}`,
    },
    fromService('paid once', upstream, (seen) => ({
      held: seen.grantedTwice === 0,
      finding: `${seen.grantedTwice} people granted twice`,
    })),
    everybodyAnswered(figures),
  ];
}

/** Most claims that may reach the service in any second: the burst, a second's worth, and the network's share. */
export function mostPerSecond(bounds: BurstBounds): number {
  return Math.ceil(bounds.burst + bounds.ratePerSecond * (1 + NETWORK_SECONDS));
}

function fromService(
  promise: string,
  upstream: UpstreamFigures | null,
  see: (seen: UpstreamFigures) => { held: boolean; finding: string },
): Verdict {
  if (upstream === null) return { promise, held: null, finding: 'not seen: no claim service was asked' };
  return { promise, ...see(upstream) };
}

function everybodyAnswered(figures: BurstFigures): Verdict {
  const gaveUp = Object.values(figures.gaveUp).reduce((sum, count) => sum + count, 0);
  const turnedAway = Object.entries(figures.refused)
    .filter(([code]) => !HONEST_ENDS.has(code))
    .reduce((sum, [, count]) => sum + count, 0);
  return {
    promise: 'everybody answered',
    held: gaveUp + turnedAway === 0,
    finding: `${gaveUp} without a final answer, ${turnedAway} turned away while the campaign ran`,
  };
}

function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function seconds(valueMs: number | null): string {
  return valueMs === null ? '–' : `${(valueMs / 1000).toFixed(2)} s`;
}

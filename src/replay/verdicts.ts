/** Which promises a burst saw held, and which broken. */
import type { BurstFigures, Counts, UpstreamFigures } from './burst-figures.js';
import type { BurstBounds } from './burst-options.js';
import { Pace } from './pace.js';
import { meets, type Threshold } from './thresholds.js';

export interface Verdict {
  readonly promise: string;
  /** null: this burst could not see it. */
  readonly held: boolean | null;
  /** The measured figure beside its bound. */
  readonly finding: string;
}

/**
 * Refusals that end a person's burst well: the campaign is over, and they were told. The service's own word, which
 * passes through unchanged, is a 410 without a code.
 */
const HONEST_ENDS = new Set(['SOLD_OUT', 'ENDED', 'HTTP_410']);
/** The rate is promised at the gateway; on its way to the service a claim may fall this much behind the one before. */
export const NETWORK_SECONDS = 0.01;
/** Least share of the rate that is used while people wait. */
export const LEAST_USE = 0.98;

export function judge(figures: BurstFigures, bounds: BurstBounds): Verdict[] {
  const { upstream } = figures;
  return [
    fromService('never over the rate', upstream, (seen) => ({
      held: seen.overBound <= 0,
      finding: `worst second ${seen.worstSecond}, bound ${mostPerSecond(bounds)}; worst window ${over(seen.overBound)}`,
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
      promise: 'never idle',
      held: figures.leastUse === null ? null : figures.leastUse >= LEAST_USE,
      finding:
        figures.leastUse === null
          ? 'not seen: no line of 2 s stood for 5 s before free slots'
          : `${percent(figures.leastUse)} of the rate in the worst 5 s, at least ${percent(LEAST_USE)}`,
    },
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
    paidOnce(figures, bounds),
    {
      promise: 'no forged ticket',
      held: Object.keys(figures.caught).length + figures.forgeriesGranted === 0 ? null : figures.forgeriesGranted === 0,
      finding: `${sum(figures.caught)} altered tickets found, ${figures.forgeriesGranted} let in`,
    },
    noOneInVain(figures),
    answersAsDocumented(figures),
    everybodyAnswered(figures),
    ...bounds.thresholds.map((threshold) => kept(threshold, figures)),
  ];
}

/** Most claims that may reach the service in any second: the burst, a second's worth, and the network's share. */
export function mostPerSecond(bounds: BurstBounds): number {
  const pace = new Pace(bounds);
  return Math.ceil(pace.burst + pace.mostPerSecond * (1 + NETWORK_SECONDS));
}

function fromService(
  promise: string,
  upstream: UpstreamFigures | null,
  see: (seen: UpstreamFigures) => { held: boolean; finding: string },
): Verdict {
  if (upstream === null) return { promise, held: null, finding: 'not seen: no claim service was asked' };
  return { promise, ...see(upstream) };
}

function paidOnce({ upstream, grantedAgain, replays }: BurstFigures, { ledger }: BurstBounds): Verdict {
  const promise = 'paid once';
  if (!ledger) return { promise, held: null, finding: 'not promised: the campaign keeps no ledger' };
  if (upstream === null && grantedAgain + replays === 0) {
    return { promise, held: null, finding: 'not seen: no claim service was asked, and nobody claimed twice' };
  }
  const twice = upstream?.grantedTwice ?? 0;
  return {
    promise,
    held: twice + grantedAgain === 0,
    finding: `${twice} people granted twice, ${grantedAgain} repeats answered otherwise, ${replays} alike`,
  };
}

function noOneInVain({ upstream, toldOtherwise, refused }: BurstFigures): Verdict {
  const promise = 'no one waits in vain';
  if (refused.SOLD_OUT === undefined) return { promise, held: null, finding: 'not seen: the budget was not used up' };
  const late = upstream?.afterSoldOut ?? 0;
  return {
    promise,
    held: toldOtherwise + late === 0,
    finding: `a second after the end, ${toldOtherwise} answers said otherwise and ${late} claims were handed over`,
  };
}

function answersAsDocumented({ contractFaults, answersMet }: BurstFigures): Verdict {
  const astray = answersMet.flatMap(({ code, astray, next }) =>
    astray.map((step) => `${code} followed by ${step} (${next[step]})`),
  );
  const wrong = [...Object.entries(contractFaults).map(([fault, count]) => `${fault} (${count})`), ...astray];
  const met = answersMet.map(({ code }) => code);
  return {
    promise: 'answers as documented',
    held: wrong.length > 0 ? false : met.length === 0 ? null : true,
    finding: wrong.length > 0 ? wrong.join('; ') : `codes met: ${met.join(', ') || 'none'}`,
  };
}

function everybodyAnswered(figures: BurstFigures): Verdict {
  const gaveUp = sum(figures.gaveUp);
  const turnedAway = sum(figures.refused) - toldThatItIsOver(figures.refused);
  return {
    promise: 'everybody answered',
    held: gaveUp + turnedAway === 0,
    finding: `${gaveUp} without a final answer, ${turnedAway} turned away while the campaign ran`,
  };
}

function kept(threshold: Threshold, figures: BurstFigures): Verdict {
  const promise = `${threshold.figure} ${threshold.compare} ${threshold.bound}`;
  const { value, held } = meets(threshold, figures);
  if (value === undefined)
    return { promise, held: false, finding: 'there is no such figure; --json shows those there are' };
  return { promise, held, finding: value === null ? 'not measured' : `${Number(value.toFixed(4))}` };
}

/** Of final refusals, those that said that the campaign is over. */
export function toldThatItIsOver(refused: Counts): number {
  return Object.entries(refused).reduce((total, [code, count]) => total + (HONEST_ENDS.has(code) ? count : 0), 0);
}

export function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

function over(overBound: number): string {
  return overBound > 0 ? `${overBound.toFixed(1)} over its bound` : `${(-overBound).toFixed(1)} below its bound`;
}

function share(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function seconds(valueMs: number | null): string {
  return valueMs === null ? '–' : `${(valueMs / 1000).toFixed(2)} s`;
}

/** What a burst found, as plain data: the shape of `--json`. */
import type { Histogram } from 'hdr-histogram-js';
import type { BurstFigures, Counts, Spread, UpstreamFigures } from './burst-figures.js';
import type { BurstOptions } from './burst-options.js';
import { overtakenByUs, quantile, type Served, shareServedInOrder } from './fairness.js';
import type { Testimony } from './service-witness.js';
import type { Tally } from './tally.js';
import { judge, type Verdict } from './verdicts.js';

export type Outcome = 'held' | 'broken' | 'invalid';

export interface BurstReport extends BurstFigures {
  readonly options: BurstOptions;
  readonly verdicts: readonly Verdict[];
  readonly outcome: Outcome;
  readonly exitStatus: 0 | 98 | 99;
}

const APART_US = 250_000;

export function reportBurst(options: BurstOptions, tally: Tally, testimony: Testimony | null): BurstReport {
  const figures = figuresOf(options, tally, testimony);
  const verdicts = judge(figures, options.bounds);
  const invalid = figures.slipMs.p99 > options.bounds.maxSlipP99Ms;
  const broken = verdicts.some((verdict) => verdict.held === false);
  const outcome = invalid ? 'invalid' : broken ? 'broken' : 'held';
  return { options, ...figures, verdicts, outcome, exitStatus: invalid ? 98 : broken ? 99 : 0 };
}

function figuresOf(options: BurstOptions, tally: Tally, testimony: Testimony | null): BurstFigures {
  const { served, servedBy } = servedPeople(options, tally, testimony);
  const overtakenUs = quantile(overtakenByUs(served), 0.99);
  return {
    people: tally.people,
    granted: tally.granted,
    refused: Object.fromEntries(tally.refused),
    noShows: tally.noShows,
    gaveUp: Object.fromEntries(tally.gaveUp),
    errors: Object.fromEntries(tally.errors),
    answers: Object.fromEntries(tally.answers),
    requests: tally.requests,
    requestsPerGrant: tally.granted === 0 ? null : tally.requests / tally.granted,
    claimsPerSecond: claimsPerSecond(tally),
    waitMs: spreadMs(tally.waitUs),
    fairness: shareServedInOrder(served, APART_US),
    servedBy,
    overtakenP99Ms: overtakenUs === null ? null : overtakenUs / 1000,
    upstream: testimony === null ? null : upstreamFigures(testimony),
    slipMs: spreadMs(tally.slipUs),
  };
}

function claimsPerSecond(tally: Tally): number | null {
  const firstUs = tally.firstSentUs.reduce(
    (first, us) => (us >= 0 && us < first ? us : first),
    Number.POSITIVE_INFINITY,
  );
  const lastUs = tally.grantedUs.reduce((last, us) => Math.max(last, us), -1);
  return lastUs > firstUs ? tally.granted / ((lastUs - firstUs) / 1e6) : null;
}

/** By the service's own arrival times where it knows everybody who was granted; else by when the answers came. */
function servedPeople(
  options: BurstOptions,
  tally: Tally,
  testimony: Testimony | null,
): { served: Served[]; servedBy: BurstFigures['servedBy'] } {
  const receivedUs = new Map<string, number>();
  for (const arrival of testimony?.arrivals ?? []) {
    if (arrival.outcome === 'granted' && !receivedUs.has(arrival.claimant)) {
      receivedUs.set(arrival.claimant, arrival.atUs);
    }
  }
  const byPeople: Served[] = [];
  const byService: Served[] = [];
  tally.grantedUs.forEach((grantedUs, person) => {
    if (grantedUs < 0) return;
    const arrivedUs = tally.firstSentUs[person] as number;
    byPeople.push({ arrivedUs, servedUs: grantedUs });
    const servedUs = receivedUs.get(claimantName(options, person));
    if (servedUs !== undefined) byService.push({ arrivedUs, servedUs });
  });
  const known = byService.length === byPeople.length && testimony !== null;
  return known ? { served: byService, servedBy: 'service' } : { served: byPeople, servedBy: 'people' };
}

/** The identity under which person number `person` claims. */
export function claimantName(options: BurstOptions, person: number): string {
  return `${options.runId}-${person}`;
}

function upstreamFigures({ stats }: Testimony): UpstreamFigures {
  const { received, worstSecond, maxInFlight, crashes, grantedTwice } = stats;
  return { received, worstSecond, maxInFlight, crashes, grantedTwice };
}

function spreadMs(histogram: Histogram): Spread {
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / 1000;
  return { p50: at(50), p90: at(90), p99: at(99), max: histogram.maxValue / 1000 };
}

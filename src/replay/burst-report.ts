/** What a burst found, as plain data: the shape of `--json`. */
import { answersMet } from './answers-met.js';
import type { BurstFigures, Counts, UpstreamFigures } from './burst-figures.js';
import { type BurstOptions, personNamed } from './burst-options.js';
import { mannersOf } from './client-models.js';
import { leastUse, overBound } from './door-use.js';
import { quantile, ServedPeople } from './fairness.js';
import { spreadOf } from './histogram.js';
import { Pace } from './pace.js';
import { receivedInSeconds } from './received.js';
import type { Testimony } from './service-witness.js';
import type { Tally } from './tally.js';
import { secondsOf, standingAt } from './timeline.js';
import { judge, type Verdict } from './verdicts.js';

export type Outcome = 'held' | 'broken' | 'invalid';

export interface BurstReport extends BurstFigures {
  readonly options: BurstOptions;
  readonly verdicts: readonly Verdict[];
  readonly outcome: Outcome;
  readonly exitStatus: 0 | 98 | 99;
}

const APART_US = 250_000;
const SOLD_OUT_SPREADS_US = 1_000_000;
const MOST_SERVED_SHOWN = 2000;
const WAIT_BARS = 40;
/** Times are above it on any clock. */
const UNKNOWN = Number.NEGATIVE_INFINITY;

export function reportBurst(options: BurstOptions, tally: Tally, testimony: Testimony | null): BurstReport {
  const figures = figuresOf(options, tally, testimony);
  const verdicts = judge(figures, options.bounds);
  const invalid = figures.slipMs.p99 > options.bounds.maxSlipP99Ms;
  const broken = verdicts.some((verdict) => verdict.held === false);
  const outcome = invalid ? 'invalid' : broken ? 'broken' : 'held';
  return { options, ...figures, verdicts, outcome, exitStatus: invalid ? 98 : broken ? 99 : 0 };
}

function figuresOf(options: BurstOptions, tally: Tally, testimony: Testimony | null): BurstFigures {
  const pace = new Pace(options.bounds);
  const { served, servedBy } = servedPeople(options, tally, testimony);
  const overtakenUs = quantile(served.overtakenByUs(), 0.99);
  const received = receivedInSeconds(options, tally, testimony);
  return {
    people: tally.people,
    arrived: tally.arrived,
    granted: tally.granted,
    refused: counts(tally.refused),
    noShows: tally.noShows,
    left: tally.left,
    caught: counts(tally.caught),
    forgeriesGranted: tally.forgeriesGranted,
    gaveUp: counts(tally.gaveUp),
    errors: counts(tally.errors),
    answers: counts(tally.answers),
    codes: counts(tally.codes),
    contractFaults: counts(tally.contractFaults),
    answersMet: answersMet(counts(tally.codes), counts(tally.contractFaults), counts(tally.followed)),
    replays: tally.replays,
    grantedAgain: tally.grantedAgain,
    soldOutAtMs: Number.isFinite(tally.soldOutUs) ? tally.soldOutUs / 1000 : null,
    toldOtherwise: tally.toldOtherwise,
    requests: tally.requests,
    polls: tally.polls,
    requestsPerGrant: tally.granted === 0 ? null : tally.requests / tally.granted,
    claimsPerSecond: claimsPerSecond(tally),
    waitMs: spreadOf(tally.waitUs, 1000),
    waits: waitsOf(tally),
    latencyMs: spreadOf(tally.latencyUs, 1000),
    etaRatio: spreadOf(tally.etaRatio, 1000),
    promisesKept: tally.promised === 0 ? null : tally.promisesKept / tally.promised,
    fairness: served.shareInOrder(APART_US),
    servedBy,
    overtakenP99Ms: overtakenUs === null ? null : overtakenUs / 1000,
    leastUse: received === null ? null : leastUse(tally.timeline, received.claims, received.lastSlot, pace),
    upstream: testimony === null ? null : upstreamFigures(testimony, pace, received?.aheadUs ?? 0),
    slipMs: spreadOf(tally.slipUs, 1000),
    seconds: secondFigures(tally, received?.claims ?? null),
    served: someServed(tally),
  };
}

function counts(map: ReadonlyMap<string, number>): Counts {
  return Object.fromEntries(map);
}

function claimsPerSecond(tally: Tally): number | null {
  const firstUs = tally.firstSentUs.reduce(
    (first, us) => (us >= 0 && us < first ? us : first),
    Number.POSITIVE_INFINITY,
  );
  const lastUs = tally.grantedUs.reduce((last, us) => Math.max(last, us), -1);
  return lastUs > firstUs ? tally.granted / ((lastUs - firstUs) / 1e6) : null;
}

/**
 * Those who came as soon as they were told, by the service's own arrival times where it knows all of them; else by when
 * the answers came. Of several devices, the first stands for its owner.
 */
function servedPeople(
  options: BurstOptions,
  tally: Tally,
  testimony: Testimony | null,
): { served: ServedPeople; servedBy: BurstFigures['servedBy'] } {
  const judged = judgedPeople(tally);
  const receivedUs = receivedFirstUs(options, tally, testimony);
  const known = testimony !== null && judged.every((person) => receivedUs[person] !== UNKNOWN);
  const from = known ? receivedUs : tally.grantedUs;
  const arrivedUs = new Float64Array(judged.length);
  const servedUs = new Float64Array(judged.length);
  judged.forEach((person, row) => {
    arrivedUs[row] = tally.firstSentUs[person] as number;
    servedUs[row] = from[person] as number;
  });
  return { served: new ServedPeople(arrivedUs, servedUs), servedBy: known ? 'service' : 'people' };
}

function judgedPeople(tally: Tally): Int32Array {
  const people = new Int32Array(tally.granted);
  let count = 0;
  tally.grantedUs.forEach((us, person) => {
    if (us >= 0 && isJudged(tally, person)) people[count++] = person;
  });
  return people.subarray(0, count);
}

/** When the service received the first claim of each person that it granted. */
function receivedFirstUs(options: BurstOptions, tally: Tally, testimony: Testimony | null): Float64Array {
  const receivedUs = new Float64Array(tally.people).fill(UNKNOWN);
  for (const { outcome, claimant, atUs } of testimony?.arrivals ?? []) {
    const person = outcome === 'granted' ? personNamed(options, claimant) : -1;
    if (receivedUs[person] === UNKNOWN) receivedUs[person] = atUs;
  }
  return receivedUs;
}

function isJudged({ cast }: Tally, person: number): boolean {
  return cast === null || (cast.claimant[person] === person && mannersOf(cast.model, person).prompt);
}

function upstreamFigures({ stats, arrivals }: Testimony, pace: Pace, aheadUs: number): UpstreamFigures {
  const { received, worstSecond, maxInFlight, crashes, grantedTwice } = stats;
  let afterUs = Number.POSITIVE_INFINITY;
  let afterSoldOut = 0;
  for (const { outcome, atUs } of arrivals) {
    if (outcome === 'sold-out') afterUs = Math.min(afterUs, atUs + SOLD_OUT_SPREADS_US);
    if (atUs > afterUs) afterSoldOut++;
  }
  return {
    received,
    worstSecond,
    overBound: overBound(arrivals, pace, aheadUs),
    maxInFlight,
    crashes,
    grantedTwice,
    afterSoldOut,
  };
}

function secondFigures(tally: Tally, received: readonly number[] | null): BurstFigures['seconds'] {
  const { offered, sent, polled, granted, refused, joined, unjoined } = tally.timeline;
  const waiting = standingAt(joined, unjoined, secondsOf(tally.timeline));
  return { offered, sent, polls: polled, granted, refused, waiting, received };
}

function waitsOf(tally: Tally): BurstFigures['waits'] {
  const stepUs = Math.max(1000, Math.ceil((tally.waitUs.maxValue + 1) / WAIT_BARS));
  const people = new Array<number>(WAIT_BARS).fill(0);
  tally.grantedUs.forEach((grantedUs, person) => {
    if (grantedUs < 0) return;
    const bar = Math.min(WAIT_BARS - 1, Math.floor((grantedUs - (tally.firstSentUs[person] as number)) / stepUs));
    people[bar] = (people[bar] as number) + 1;
  });
  return people.map((count, bar) => ({ upToMs: ((bar + 1) * stepUs) / 1000, people: count }));
}

function someServed(tally: Tally): Array<readonly [number, number]> {
  const shown: Array<readonly [number, number]> = [];
  const every = Math.max(1, Math.ceil(tally.granted / MOST_SERVED_SHOWN));
  let seen = 0;
  tally.grantedUs.forEach((grantedUs, person) => {
    if (grantedUs < 0 || seen++ % every !== 0) return;
    shown.push([(tally.firstSentUs[person] as number) / 1e6, grantedUs / 1e6]);
  });
  return shown;
}

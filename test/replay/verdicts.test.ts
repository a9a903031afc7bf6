import { describe, expect, it } from '@jest/globals';
import { type BurstOptions, burstOptions, DEFAULT_BOUNDS } from '../../src/replay/burst-options.js';
import { reportBurst } from '../../src/replay/burst-report.js';
import { renderReport } from '../../src/replay/report-text.js';
import type { Testimony } from '../../src/replay/service-witness.js';
import { Tally } from '../../src/replay/tally.js';
import { mostPerSecond } from '../../src/replay/verdicts.js';
import { type Arrival, ArrivalLog } from '../../src/sample/arrival-log.js';
import { summarizeArrivals } from '../../src/sample/service-stats.js';
import { reply } from './replies.js';

const OPTIONS: BurstOptions = burstOptions({ people: 3, runId: 'r' });
const QUIET = { upTo: 9, crashes: 0, inFlight: 0 };

/** Three people, arrived a second apart and granted in turn. */
function tallyOfThree(): Tally {
  const tally = new Tally(3);
  for (let person = 0; person < 3; person++) {
    tally.sent(person, 'claim', person * 1e6, person * 1e6);
    tally.finished(person, { kind: 'granted' }, 5e6 + person * 1e6);
  }
  return tally;
}

function testimony(claimants: readonly string[], inFlight = 1, now = QUIET): Testimony {
  const log = new ArrivalLog();
  claimants.forEach((claimant, i) => {
    log.add(i * 2e6, claimant, inFlight).outcome = 'granted';
  });
  const arrivals: readonly Arrival[] = log.since(0);
  return { arrivals, stats: summarizeArrivals(arrivals, now) };
}

const verdictOn = (promise: string, seen: Testimony | null, tally = tallyOfThree()) =>
  reportBurst(OPTIONS, tally, seen).verdicts.find((verdict) => verdict.promise === promise)?.held;

describe('the verdicts of a burst', () => {
  it('allow the burst, one second of rate, and 10 ms of rate for the network', () => {
    expect(mostPerSecond(DEFAULT_BOUNDS)).toBe(414);
  });

  it('hold for three people served in order', () => {
    const report = reportBurst(OPTIONS, tallyOfThree(), testimony(['r-0', 'r-1', 'r-2']));
    expect(report.verdicts.filter(({ held }) => held === true)).toHaveLength(7);
    expect(report.verdicts.filter(({ held }) => held === false)).toEqual([]);
    expect(report).toMatchObject({ fairness: 1, overtakenP99Ms: 0, requestsPerGrant: 1, exitStatus: 0 });
    expect(report.claimsPerSecond).toBeCloseTo(3 / 7);
  });

  it('go by the order in which the service received, where it knows everybody', () => {
    const report = reportBurst(OPTIONS, tallyOfThree(), testimony(['r-2', 'r-1', 'r-0']));
    expect(report).toMatchObject({ servedBy: 'service', fairness: 0, overtakenP99Ms: 2000, exitStatus: 99 });
  });

  it('go by the answers where the service does not know everybody', () => {
    const report = reportBurst(OPTIONS, tallyOfThree(), testimony(['r-2', 'x']));
    expect(report).toMatchObject({ servedBy: 'people', fairness: 1 });
  });

  it('are broken by one in flight too many, by a fall, and by a second grant', () => {
    const names = ['r-0', 'r-1', 'r-2'];
    expect(verdictOn('never over the slots', testimony(names, 20))).toBe(true);
    expect(verdictOn('never over the slots', testimony(names, 21))).toBe(false);
    expect(verdictOn('the service stands', testimony(names, 1, { ...QUIET, crashes: 1 }))).toBe(false);
    expect(verdictOn('paid once', testimony([...names, 'r-1']))).toBe(false);
  });

  it.each([
    ['SOLD_OUT', true],
    ['ENDED', true],
    ['NO_ROUTE', false],
  ])('take the final refusal %s as an answer: %s', (code, held) => {
    const tally = new Tally(1);
    tally.sent(0, 'claim', 0, 0);
    tally.finished(0, { kind: 'refused', code }, 1);
    expect(verdictOn('everybody answered', null, tally)).toBe(held);
  });

  it('are broken by somebody who gave up', () => {
    const tally = tallyOfThree();
    tally.finished(0, { kind: 'gave-up', code: 'QUEUED' }, 1);
    expect(verdictOn('everybody answered', null, tally)).toBe(false);
  });

  it('stand in the text of the report, with what was not seen', () => {
    const text = renderReport(reportBurst(OPTIONS, tallyOfThree(), null));
    expect(text).toContain('granted           3 of 3 (100.0 %)');
    expect(text).toMatch(/unseen +never over the rate/);
    expect(text).toContain('HELD');
  });
});

describe('the answers met', () => {
  it('stand with what the contract says of each code, and what clients did next', () => {
    const tally = tallyOfThree();
    tally.heard('claim', reply(429, { code: 'QUEUED' }), 0, 1);
    tally.follows('QUEUED', 'poll');
    const report = reportBurst(OPTIONS, tally, null);
    expect(report.answersMet).toEqual([
      { code: 'QUEUED', status: 429, retryAfter: 'always', times: 1, faults: {}, next: { poll: 1 }, astray: [] },
    ]);
    expect(renderReport(report)).toMatch(/QUEUED +429 +Retry-After +1 {2}then poll 1/);
    expect(report.verdicts.find(({ promise }) => promise === 'answers as documented')?.held).toBe(true);
  });

  it.each([
    ['SOLD_OUT', 'claim'],
    ['OVERLOADED', 'refused'],
  ])('are not as documented where %s is followed by %s', (code, next) => {
    const tally = tallyOfThree();
    tally.heard('claim', reply(410, { code }), 0, 1);
    tally.follows(code, next);
    const { verdicts } = reportBurst(OPTIONS, tally, null);
    const found = verdicts.find(({ promise }) => promise === 'answers as documented');
    expect(found).toMatchObject({ held: false, finding: `${code} followed by ${next} (1)` });
  });
});

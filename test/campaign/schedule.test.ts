import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type CampaignState,
  compileSchedule,
  nextChangeAt,
  type Schedule,
  type StateOverride,
  stateAt,
} from '../../src/campaign/schedule.js';

const schedule: Schedule = { prequeueAtMs: 1000, opensAtMs: 2000, closesAtMs: 3000 };
const always: Schedule = { prequeueAtMs: null, opensAtMs: null, closesAtMs: null };

describe('the state of a campaign', () => {
  it.each<[number, CampaignState]>([
    [999, 'scheduled'],
    [1000, 'prequeue'],
    [1999, 'prequeue'],
    [2000, 'open'],
    [2999, 'open'],
    [3000, 'ended'],
  ])('at %i ms is %s by plan', (nowMs, state) => {
    expect(stateAt(schedule, null, nowMs, false)).toBe(state);
  });

  it('is open without a plan, and never before the opening without a pre-queue', () => {
    expect(stateAt(always, null, 0, false)).toBe('open');
    expect(stateAt({ ...schedule, prequeueAtMs: null }, null, 1999, false)).toBe('scheduled');
  });

  it.each<[StateOverride, CampaignState[]]>([
    ['open', ['open', 'open', 'open', 'open']],
    ['paused', ['scheduled', 'prequeue', 'paused', 'ended']],
    ['sold-out', ['sold-out', 'sold-out', 'sold-out', 'ended']],
    ['ended', ['ended', 'ended', 'ended', 'ended']],
  ])('under override %s goes through %j', (override, states) => {
    expect([0, 1500, 2500, 3500].map((nowMs) => stateAt(schedule, override, nowMs, false))).toEqual(states);
  });

  it('is sold out when the budget is gone, whatever an operator says but ended', () => {
    for (const override of [null, 'open', 'paused', 'sold-out'] as const) {
      expect(stateAt(schedule, override, 2500, true)).toBe('sold-out');
    }
    expect(stateAt(schedule, 'ended', 2500, true)).toBe('ended');
    expect(stateAt(schedule, null, 3000, true)).toBe('ended');
  });

  it('changes next exactly when nextChangeAt says', () => {
    const instant = fc.option(fc.integer({ min: 0, max: 50 }));
    const plan = fc.record({ prequeueAtMs: instant, opensAtMs: instant, closesAtMs: instant });
    const override = fc.constantFrom<StateOverride>(null, 'open', 'paused', 'sold-out', 'ended');
    fc.assert(
      fc.property(plan, override, fc.nat(60), fc.boolean(), (given, word, nowMs, soldOut) => {
        const current = stateAt(given, word, nowMs, soldOut);
        let expected: number | null = null;
        for (let t = nowMs + 1; t <= 60 && expected === null; t++) {
          if (stateAt(given, word, t, soldOut) !== current) expected = t;
        }
        expect(nextChangeAt(given, word, nowMs, soldOut)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a compiled schedule', () => {
  it('reads instants with their offsets', () => {
    expect(
      compileSchedule({ prequeueAt: null, opensAt: '2026-02-16T20:00:00+08:00', closesAt: '2026-02-16T12:00:00.5Z' }),
    ).toEqual({ prequeueAtMs: null, opensAtMs: 1_771_243_200_000, closesAtMs: 1_771_243_200_500 });
  });

  it('refuses what is no instant', () => {
    expect(() => compileSchedule({ prequeueAt: null, opensAt: 'noon', closesAt: null })).toThrow(RangeError);
  });
});

import { describe, expect, it } from '@jest/globals';
import { Caller, type CallFacts } from '../../src/waiting-room/caller.js';
import { Gaps } from '../../src/waiting-room/gaps.js';
import { MAIN, RETURN } from '../../src/waiting-room/place.js';

const FACTS: CallFacts = {
  nowUs: 10_000_000,
  sinceUs: 100_000,
  tokens: 10,
  ratePerSecond: 100,
  atDoor: 0,
  leadMs: 0,
  dwellMs: 400,
  pollMaxMs: 30_000,
  unitsLeft: Number.POSITIVE_INFINITY,
  shut: false,
  stoodUs: 0,
  waiting: () => 1000,
};

/** A line of numbers given out, and who calls them. */
function line(tails: [number, number], heads: [number, number] = [0, 0]) {
  const gaps = new Gaps();
  const caller = new Caller(heads, tails, gaps);
  return {
    gaps,
    caller,
    heads,
    tails,
    call: (changes: Partial<CallFacts> = {}) => caller.call({ ...FACTS, ...changes }),
  };
}

describe('Caller', () => {
  it('gives half of the calls to those who returned, and all that the others leave', () => {
    const both = line([1100, 150], [1000, 50]);
    both.call();
    expect(both.heads).toEqual([1005, 55]);
    const few = line([1002, 150], [1000, 50]);
    few.call();
    expect(few.heads).toEqual([1002, 58]);
    const none = line([1100, 51], [1000, 50]);
    none.call();
    expect(none.heads).toEqual([1009, 51]);
  });

  it('expects those it called, until they come; who comes again counts once', () => {
    const { caller, call, heads } = line([100, 0]);
    call();
    expect([heads[0], caller.expected]).toEqual([10, 10]);
    for (const turn of [3, 4, 4]) caller.come(MAIN, turn);
    expect(caller.expected).toBe(8);
    call();
    expect([heads[0], caller.expected]).toEqual([12, 10]);
    for (let turn = 5; turn < 40; turn++) caller.come(RETURN, turn);
    expect(caller.expected).toBe(0);
  });

  it('expects fewer than it calls where not all come', () => {
    const { caller, call, heads } = line([1000, 0]);
    call({ tokens: 20 });
    call({ tokens: 10, nowUs: FACTS.nowUs + 500_000 });
    expect(caller.show).toBe(0.5);
    expect([heads[0], caller.expected]).toEqual([40, 10]);
  });

  it('calls ahead of time the returned first, and no more than so many', () => {
    const { caller, heads } = line([100, 3]);
    caller.show = 0.5;
    caller.callAhead(10, FACTS.nowUs);
    expect([heads, caller.expected]).toEqual([[7, 3], 5]);
  });

  it('takes nobody for a no-show after a raise, as long as the called may not know yet', () => {
    const { caller, call } = line([1000, 0]);
    const raised = { ratePerSecond: 500, tokens: 20, pollMaxMs: 10_000 };
    call({ tokens: 20 });
    call({ ...raised, nowUs: FACTS.nowUs + 500_000 });
    call({ ...raised, nowUs: FACTS.nowUs + 13_499_999 });
    expect([caller.show, caller.expected]).toEqual([1, 20]);
    call({ ...raised, nowUs: FACTS.nowUs + 13_500_000 });
    expect(caller.show).toBeCloseTo(1 / 3, 6);
  });

  it('expects nobody of an earlier epoch', () => {
    const { caller, call } = line([100, 0]);
    call();
    caller.begin();
    expect(caller.expected).toBe(0);
    call({ tokens: 0 });
    expect(caller.expected).toBe(0);
  });

  it('passes over numbers that were left out, free of charge', () => {
    const { gaps, call, heads } = line([100, 0]);
    gaps.add({ line: MAIN, from: 4, to: 53 });
    call();
    expect([heads[0], gaps.all]).toEqual([60, []]);
  });

  it('goes by the last 128 calls: who did not come before is forgotten', () => {
    const { caller, call, heads } = line([100_000, 0]);
    let nowUs = FACTS.nowUs;
    const shows: number[] = [];
    for (let n = 0; n < 300; n++) {
      const from = heads[0] + 1;
      nowUs += 1_000_000;
      call({ tokens: 1, nowUs });
      if (n >= 100) for (let turn = from; turn <= heads[0]; turn++) caller.come(MAIN, turn);
      shows.push(caller.show);
    }
    expect(shows[99]).toBeLessThan(0.2);
    expect(shows[200]).toBeLessThan(1);
    expect(shows.at(-1)).toBe(1);
  });
});

describe('The pace of calls', () => {
  const paceAfter = (changes: Partial<CallFacts>[], first: Partial<CallFacts> = {}): number => {
    const { caller, call } = line([100_000, 0]);
    call({ tokens: 10, ...first });
    for (const [n, change] of changes.entries()) call({ nowUs: FACTS.nowUs + (n + 1) * 1_000_000, ...change });
    return caller.callsPerSecond;
  };

  it('is the rate at first, and then what was called, smoothed over three seconds', () => {
    expect(paceAfter([])).toBe(100);
    const weight = 1 - Math.exp(-0.1 / 3);
    expect(paceAfter([], { tokens: 30 })).toBeCloseTo(100 + weight * 200, 6);
  });

  it('falls while a slow service stands between two answers, and not for one that stands for long', () => {
    const slower = 100 * Math.exp(-0.1 / 3);
    expect(paceAfter([{ shut: true, stoodUs: 100_000 }])).toBeCloseTo(slower, 6);
    expect(paceAfter([{ shut: true, stoodUs: 1_000_000 }])).toBe(100);
    expect(paceAfter([{ shut: true, stoodUs: 0 }])).toBe(100);
  });

  it('tells nothing while nobody waits, or after nobody ticked for a second', () => {
    expect(paceAfter([{ tokens: 0, waiting: () => 0 }])).toBe(100);
    expect(paceAfter([{ tokens: 0, sinceUs: 1_000_000 }])).toBe(100);
    expect(paceAfter([{ tokens: 0, sinceUs: 999_999 }])).toBeLessThan(100);
  });
});

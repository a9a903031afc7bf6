import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CallingFacts, type Cohort, planCalls } from '../../src/waiting-room/calling.js';
import { NumberSet } from '../../src/waiting-room/number-set.js';

const NOW_US = 10_000_000;
const FACTS: CallingFacts = {
  nowUs: NOW_US,
  tokens: 20,
  ratePerSecond: 390,
  atDoor: 0,
  leadMs: 200,
  dwellMs: 400,
  cohorts: [],
};
const cohort = (ageMs: number, called: number, came: number): Cohort => ({
  calledAtUs: NOW_US - ageMs * 1000,
  called,
  came,
});
const plan = (changes: Partial<CallingFacts> = {}) => planCalls({ ...FACTS, ...changes });

describe('planCalls', () => {
  it('calls what the door takes until the next can arrive', () => {
    expect(plan().calls).toBe(98);
  });

  it('calls nobody while as many stand at the door, or are expected there, as it can take', () => {
    expect(plan({ atDoor: 98 }).calls).toBe(0);
    expect(plan({ cohorts: [cohort(100, 98, 0)] }).calls).toBe(0);
    expect(plan({ cohorts: [cohort(100, 60, 0)], atDoor: 38 }).calls).toBe(0);
  });

  it('believes in no fewer than it is told to, while the called may not know yet, and in more where more come', () => {
    expect(plan({ cohorts: [cohort(500, 80, 0)], leastShow: 0.7 }).show).toBe(0.7);
    expect(plan({ cohorts: [cohort(500, 80, 60)], leastShow: 0.7 }).show).toBe(0.8);
    expect(plan({ cohorts: [cohort(500, 80, 0)] }).show).toBe(0.2);
  });

  it('no longer expects those who came, nor those called longer ago than the dwell', () => {
    expect(plan({ cohorts: [cohort(100, 50, 50)] }).expected).toBe(0);
    expect(plan({ cohorts: [cohort(401, 50, 50)] }).expected).toBe(0);
    expect(plan({ cohorts: [cohort(399, 50, 10)] }).expected).toBe(40);
    // At the dwell itself a cohort has shown who comes: it is no longer expected, and counts for the share.
    const { expected, show } = plan({ cohorts: [cohort(400, 20, 0)] });
    expect([expected, show]).toEqual([0, 0.5]);
  });

  it('expects of those called a moment ago no more than usually come', () => {
    const cohorts = [cohort(1000, 20, 0), cohort(100, 60, 10)];
    expect(plan({ cohorts })).toMatchObject({ show: 0.5, expected: 20 });
  });

  it('calls no more than units of the budget that nobody at the door or on their way will take', () => {
    expect(plan({ unitsLeft: 50 }).calls).toBe(50);
    expect(plan({ unitsLeft: 50, atDoor: 20 }).calls).toBe(30);
    expect(plan({ unitsLeft: 50, cohorts: [cohort(100, 15, 5)] }).calls).toBe(40);
    expect(plan({ unitsLeft: 10, atDoor: 20 }).calls).toBe(0);
  });

  it('calls twice as many where half of the called never come', () => {
    const cohorts = Array.from({ length: 50 }, () => cohort(1000, 40, 20));
    const { show, calls } = plan({ cohorts });
    expect(show).toBeCloseTo(0.5, 1);
    expect(calls).toBe(Math.floor(98 / show));
  });

  it('believes that all come until it has seen better, and never fewer than one in ten', () => {
    expect(plan().show).toBe(1);
    expect(plan({ cohorts: [cohort(1000, 5, 0)] }).show).toBe(0.8);
    expect(plan({ cohorts: [cohort(1000, 100_000, 0)] }).show).toBe(0.1);
  });

  it('never wants more at the door and on their way than tokens and lead take', () => {
    const cohorts = fc.array(
      fc
        .record({
          ageMs: fc.nat(2000),
          called: fc.integer({ min: 1, max: 200 }),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
        })
        .map(({ ageMs, called, share }) => cohort(ageMs, called, Math.floor(called * share))),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(cohorts, fc.nat(200), fc.double({ min: -5, max: 20, noNaN: true }), (list, atDoor, tokens) => {
        const { calls, show, expected } = plan({ cohorts: list, atDoor, tokens });
        expect(show).toBeGreaterThanOrEqual(0.1);
        expect(show).toBeLessThanOrEqual(1);
        if (calls > 0) expect(calls * show + expected + atDoor).toBeLessThanOrEqual(tokens + 78 + 1e-9);
      }),
    );
  });
});

describe('NumberSet', () => {
  it('has and counts exactly what was added, in any range', () => {
    const number = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(fc.array(number), number, number, (numbers, from, to) => {
        const set = new NumberSet();
        for (const one of numbers) set.add(one);
        const model = new Set(numbers);
        expect(set.count(from, to)).toBe([...model].filter((one) => one >= from && one <= to).length);
        expect(set.has(from)).toBe(model.has(from));
      }),
    );
  });
});

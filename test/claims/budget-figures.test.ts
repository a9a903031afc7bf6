import { describe, expect, it } from '@jest/globals';
import { NO_CLAIMS } from '../../src/admission/exchange.js';
import { chanceOf, isSoldOut, publishedRemaining, remainingOf } from '../../src/claims/budget.js';

describe('the budget', () => {
  it('is gone by grants or by word, and not by claims that are open', () => {
    expect(isSoldOut({ ...NO_CLAIMS, granted: 9, held: 5 }, 10)).toBe(false);
    expect(isSoldOut({ ...NO_CLAIMS, granted: 10 }, 10)).toBe(true);
    expect(isSoldOut({ ...NO_CLAIMS, granted: 10 }, null)).toBe(false);
    expect(isSoldOut({ ...NO_CLAIMS, soldOut: 1 }, null)).toBe(true);
    expect(isSoldOut({ ...NO_CLAIMS, soldOut: 2 }, null)).toBe(false);
  });

  it('has left what was not granted, whoever holds the rest, and never less than nothing', () => {
    const remaining = (granted: number, budget: number | null) =>
      remainingOf({ ...NO_CLAIMS, granted, held: 3 }, budget);
    expect([remaining(4, 10), remaining(11, 10), remaining(4, null)]).toEqual([6, 0, null]);
  });

  it('gives a chance to as many as there are units that nobody holds', () => {
    const view = { ...NO_CLAIMS, granted: 4, held: 3, lost: 1 };
    expect([chanceOf(2, view, 10), chanceOf(3, view, 10), chanceOf(1, view, null)]).toEqual([
      'likely',
      'unlikely',
      null,
    ]);
  });

  it('is published not at all, to one digit, or exactly', () => {
    expect([0, 9, 10, 87, 4711].map((left) => publishedRemaining(left, 'coarse'))).toEqual([0, 9, 10, 80, 4000]);
    expect([publishedRemaining(87, 'none'), publishedRemaining(87, 'exact')]).toEqual([null, 87]);
    expect([publishedRemaining(null, 'coarse'), publishedRemaining(null, 'exact')]).toEqual([null, null]);
  });
});

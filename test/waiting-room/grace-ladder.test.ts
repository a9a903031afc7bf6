import { describe, expect, it } from '@jest/globals';
import { GraceLadder } from '../../src/waiting-room/grace-ladder.js';

const GRACE_MS = 6400;

describe('The ladder of grace', () => {
  it('lets lapse what was called longer ago than grace lasts, to the millisecond', () => {
    const ladder = new GraceLadder();
    ladder.climb(1000, [5, 1], GRACE_MS);
    ladder.climb(1000 + GRACE_MS, [5, 1], GRACE_MS);
    expect(ladder.lapsed).toEqual([0, 0]);
    ladder.climb(1001 + GRACE_MS, [5, 1], GRACE_MS);
    expect(ladder.lapsed).toEqual([5, 1]);
  });

  it('has sixty-four rungs: what was called on the way to the next lapses with it, never early', () => {
    const ladder = new GraceLadder();
    ladder.climb(0, [5, 0], GRACE_MS);
    ladder.climb(99, [9, 0], GRACE_MS);
    ladder.climb(100, [9, 1], GRACE_MS);
    ladder.climb(99 + GRACE_MS + 1, [9, 1], GRACE_MS);
    expect(ladder.lapsed).toEqual([5, 0]);
    ladder.climb(100 + GRACE_MS + 1, [9, 1], GRACE_MS);
    expect(ladder.lapsed).toEqual([9, 1]);
  });

  it('begins an epoch where it is told, and lets nothing of before lapse', () => {
    const ladder = new GraceLadder();
    ladder.climb(0, [5, 0], GRACE_MS);
    ladder.begin([20, 3]);
    expect(ladder.lapsed).toEqual([20, 3]);
    ladder.climb(GRACE_MS * 2, [20, 3], GRACE_MS);
    expect(ladder.lapsed).toEqual([20, 3]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { RecentPace } from '../../src/waiting-room/recent-pace.js';

/** A minute of ten views a second, each with the pace that `paceAt` gives for its second. */
function watched(seconds: number, paceAt: (second: number) => number): RecentPace {
  let nowUs = 1_000_000;
  const recent = new RecentPace({ monotonicUs: () => nowUs });
  for (let tick = 0; tick < seconds * 10; tick++) {
    nowUs += 100_000;
    recent.observe(paceAt(tick / 10));
  }
  return recent;
}

describe('RecentPace', () => {
  it('is the pace of now while that is steady, or better than ever', () => {
    const steady = watched(60, () => 390);
    expect(steady.orBetter(390)).toBeCloseTo(390, 0);
    expect(steady.orBetter(800)).toBe(800);
  });

  it('remembers most of a good pace through ten seconds of standstill, and half of it after a minute', () => {
    expect(watched(70, (second) => (second < 60 ? 390 : 20)).orBetter(20)).toBeGreaterThan(330);
    const minute = watched(120, (second) => (second < 60 ? 390 : 20)).orBetter(20);
    expect(minute).toBeGreaterThan(185);
    expect(minute).toBeLessThan(205);
  });

  it('believes a pace that lasts, not one of a moment: before it is known what the service bears, all of it looks possible', () => {
    expect(watched(2, (second) => (second < 1 ? 2000 : 400)).orBetter(400)).toBeLessThan(500);
    expect(watched(20, () => 2000).orBetter(100)).toBeGreaterThan(1900);
  });
});

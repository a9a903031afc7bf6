import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../src/replay/seeded-random.js';
import {
  crowdStretch,
  type PollSettings,
  pollAfterMs,
  pollBeforeDrawMs,
  SHARE_OF_WAIT,
} from '../../src/waiting-room/poll-schedule.js';

const POLL: PollSettings = { nearMs: 250, maxMs: 30_000, budgetPerSecond: 5000 };
const settings = fc
  .record({
    nearMs: fc.integer({ min: 50, max: 60_000 }),
    more: fc.integer({ min: 0, max: 500_000 }),
    budgetPerSecond: fc.integer({ min: 10, max: 1_000_000 }),
  })
  .map(({ nearMs, more, budgetPerSecond }) => ({ nearMs, maxMs: nearMs + more, budgetPerSecond }));
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('pollAfterMs', () => {
  it('is a whole number from nearMs to maxMs, whatever the wait, the crowd and the jitter', () => {
    fc.assert(
      fc.property(
        settings,
        fc.nat(1e8),
        fc.double({ min: 1, max: 1e4, noNaN: true }),
        random,
        (poll, wait, crowd, at) => {
          const told = pollAfterMs(wait, crowd, poll, () => at);
          expect(Number.isInteger(told)).toBe(true);
          expect(told).toBeGreaterThanOrEqual(poll.nearMs);
          expect(told).toBeLessThanOrEqual(poll.maxMs);
        },
      ),
    );
  });

  it('never sends anybody past their turn, as long as the estimate holds, however large the crowd', () => {
    const crowd = fc.double({ min: 1, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 358, max: 1_000_000 }), crowd, random, (waitMs, stretch, at) => {
        expect(pollAfterMs(waitMs, stretch, POLL, () => at)).toBeLessThan(waitMs);
      }),
    );
    expect(pollAfterMs(100, 1e4, POLL, () => 0.5)).toBe(POLL.nearMs);
  });

  it('is jittered by a tenth to either side, so that people who joined together spread out', () => {
    expect(pollAfterMs(10_000, 1, POLL, () => 0)).toBe(6300);
    expect(pollAfterMs(10_000, 1, POLL, () => 0.5)).toBe(7000);
    expect(pollAfterMs(10_000, 1, POLL, () => 0.999999)).toBe(7699);
    const random = seededRandom(3);
    const told = new Set(Array.from({ length: 100 }, () => pollAfterMs(1e9, 1, POLL, random)));
    expect(told.size).toBeGreaterThan(80);
  });

  it('finds somebody in a line of twenty seconds within six polls', () => {
    let waitMs = 20_000;
    let polls = 0;
    const random = seededRandom(1);
    for (; waitMs > 0; polls++) waitMs -= pollAfterMs(waitMs, 1, POLL, random);
    expect(polls).toBeLessThanOrEqual(6);
    expect(SHARE_OF_WAIT).toBe(0.7);
  });
});

describe('crowdStretch', () => {
  it('is never below 1, and 1 for nobody and for a door that stands still', () => {
    fc.assert(
      fc.property(fc.nat(1e7), fc.nat(10_000), fc.nat(50), settings, (waiting, pace, gateways, poll) => {
        expect(crowdStretch(waiting, pace, gateways, poll)).toBeGreaterThanOrEqual(1);
      }),
    );
    expect(crowdStretch(0, 390, 1, POLL)).toBe(1);
    expect(crowdStretch(1000, 0, 1, POLL)).toBe(1);
  });

  it('grows with the crowd, and shrinks with the gateways', () => {
    const poll = { ...POLL, budgetPerSecond: 500 };
    expect(crowdStretch(50_000, 390, 1, poll)).toBeGreaterThan(crowdStretch(5000, 390, 1, poll));
    expect(crowdStretch(50_000, 390, 4, poll)).toBeLessThan(crowdStretch(50_000, 390, 1, poll));
  });

  it('is what a crowd asks, in parts of the budget', () => {
    const poll = { nearMs: 700, maxMs: 70_000, budgetPerSecond: 100 };
    // Before 70 calls a second, 70 people are near, and 7,000 come before the longest time. Those ask alone.
    const [near, within] = [100 / 100, (100 * (1 + Math.log(100))) / 100];
    expect(crowdStretch(1, 70, 1, poll)).toBeCloseTo(near, 9);
    expect(crowdStretch(70, 70, 1, poll)).toBeCloseTo(near, 9);
    expect(crowdStretch(7000, 70, 1, poll)).toBeCloseTo(within, 9);
    // Whoever is farther asks once in the longest time: 70 more people, one poll a second.
    expect(crowdStretch(7070, 70, 1, poll)).toBeCloseTo(within + 0.01, 9);
    expect(crowdStretch(7070, 70, 2, poll)).toBeCloseTo((within + 0.01) / 2, 9);
    expect(crowdStretch(7070, 70, 0, poll)).toBeCloseTo(within + 0.01, 9);
    // One caller in a long time has less than one person near.
    expect(crowdStretch(10, 0.1, 1, { ...poll, budgetPerSecond: 0.1 })).toBeCloseTo(
      (0.1 / 0.7) * (1 + Math.log(10)) * 10,
      9,
    );
  });

  it.each([
    [2000, 390, 5000],
    [20_000, 390, 2100],
    [50_000, 1000, 5300],
  ])('keeps the polls of %i people before %i calls a second within %i a second', (people, pace, budgetPerSecond) => {
    const poll = { ...POLL, budgetPerSecond };
    expect(pollsPerSecond(people, pace, poll)).toBeLessThanOrEqual(budgetPerSecond * 1.1);
  });
});

describe('pollBeforeDrawMs', () => {
  const poll = { nearMs: 1000, maxMs: 30_000, budgetPerSecond: 100 };
  const told = (openInMs: number, waiting: number, at: number, gateways = 1): number =>
    pollBeforeDrawMs(openInMs, waiting, gateways, poll, () => at);

  it('spreads those who come after the opening over what their number needs of the budget', () => {
    expect([0, 0.5, 0.999].map((at) => told(5000, 600, at))).toEqual([5000, 8000, 10_994]);
    expect(told(5000, 600, 0.5, 2)).toBe(6500);
    expect(told(5000, 600, 0.5, 0)).toBe(8000);
    // Not closer together than the shortest time, nor farther apart than half of the longest.
    expect(told(5000, 1, 0.5)).toBe(5500);
    expect(told(5000, 1_000_000, 0.5)).toBe(12_500);
    expect(told(24_000, 600, 0.999)).toBe(29_994);
  });

  it('sends nobody away for less than the shortest time', () => {
    expect(told(0, 600, 0)).toBe(1000);
    expect(told(0, 600, 0.5)).toBe(3000);
  });

  it('lets the last look before the opening leave room for the whole spread after it', () => {
    // 25 s to go and 6 s of spread: from now on 1 s to 25 s, and any of them leaves less than the longest time.
    expect([0, 0.5, 1].map((at) => told(25_000, 600, at))).toEqual([1000, 13_000, 25_000]);
    // 40 s to go: not before 16 s, and not after the longest time.
    expect([0, 0.5, 1].map((at) => told(40_000, 600, at))).toEqual([16_000, 23_000, 30_000]);
  });

  it('brings people back after the longest time, less up to a fifth, while the opening is far away', () => {
    expect([0, 0.5, 1].map((at) => told(600_000, 600, at))).toEqual([30_000, 27_000, 24_000]);
    // 6 s of spread: from 54 s on no look could be the last one.
    expect(told(54_000, 600, 0.5)).toBe(27_000);
    expect(told(53_000, 600, 0)).toBe(29_000);
  });

  it('is a whole number from nearMs to maxMs, whatever the opening and the crowd', () => {
    fc.assert(
      fc.property(settings, fc.nat(1e8), fc.nat(1e7), fc.nat(50), random, (bounds, openInMs, waiting, gateways, at) => {
        const ms = pollBeforeDrawMs(openInMs, waiting, gateways, bounds, () => at);
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(bounds.nearMs);
        expect(ms).toBeLessThanOrEqual(bounds.maxMs);
      }),
    );
  });
});

/** Polls per second, in the busiest of the first ten seconds but one, of a line that nobody joins any more. */
function pollsPerSecond(people: number, pace: number, poll: PollSettings): number {
  const random = seededRandom(7);
  const stretch = crowdStretch(people, pace, 1, poll);
  const counts = new Array<number>(11).fill(0);
  for (let number = 1; number <= people; number++) {
    const calledMs = (number / pace) * 1000;
    // Everybody is somewhere between two polls when the watching begins.
    let atMs = random() * pollAfterMs(calledMs, stretch, poll, random);
    while (atMs < Math.min(calledMs, 10_000)) {
      counts[Math.floor(atMs / 1000)]! += 1;
      atMs += pollAfterMs(calledMs - atMs, stretch, poll, random);
    }
  }
  return Math.max(...counts.slice(1, 10));
}

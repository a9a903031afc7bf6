import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Arrival, ArrivalLog, worstWindow } from '../../src/sample/arrival-log.js';
import { summarizeArrivals } from '../../src/sample/service-stats.js';

function arrivalsAt(timesUs: readonly number[]): Arrival[] {
  const log = new ArrivalLog();
  for (const atUs of timesUs) log.add(atUs, `c${atUs}`, 1);
  return [...log.since(0)];
}

describe('worstWindow', () => {
  it('finds what counting from every arrival finds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { maxLength: 60 }), fc.integer({ min: 1, max: 2000 }), (times, windowUs) => {
        const sorted = times.sort((a, b) => a - b);
        const counted = sorted.map((from) => sorted.filter((us) => us >= from && us <= from + windowUs).length);
        expect(worstWindow(arrivalsAt(sorted), windowUs)).toBe(Math.max(0, ...counted));
      }),
    );
  });

  it('sees a crowd that straddles two whole seconds', () => {
    const crowd = [900_000, 950_000, 1_050_000, 1_100_000];
    expect(worstWindow(arrivalsAt(crowd), 1_000_000)).toBe(4);
  });
});

describe('ArrivalLog', () => {
  it('gives what came after a number, in order', () => {
    const log = new ArrivalLog();
    for (let i = 1; i <= 5; i++) log.add(i, `c${i}`, i);
    expect(log.since(3).map(({ claimant }) => claimant)).toEqual(['c4', 'c5']);
    expect(log.since(5)).toEqual([]);
  });

  it('forgets the oldest beyond its capacity, and goes on counting', () => {
    const log = new ArrivalLog(4);
    for (let i = 1; i <= 6; i++) log.add(i, `c${i}`, 1);
    expect(log.count).toBe(6);
    expect(log.since(0).map(({ number }) => number)).toEqual([3, 4, 5, 6]);
    expect(log.since(4).map(({ number }) => number)).toEqual([5, 6]);
  });

  it('marks as lost only what was still in work', () => {
    const log = new ArrivalLog();
    log.add(1, 'a', 1).outcome = 'granted';
    log.add(2, 'b', 1);
    log.loseAllPending();
    expect(log.since(0).map(({ outcome }) => outcome)).toEqual(['granted', 'lost']);
  });
});

describe('summarizeArrivals', () => {
  it('counts outcomes, seconds and people granted twice', () => {
    const log = new ArrivalLog();
    const add = (atUs: number, claimant: string, inFlight: number, outcome: Arrival['outcome']) => {
      log.add(atUs, claimant, inFlight).outcome = outcome;
    };
    add(5_000_000, 'a', 1, 'granted');
    add(5_200_000, 'b', 2, 'granted');
    add(7_100_000, 'a', 3, 'granted');
    add(7_200_000, 'b', 2, 'repeated');
    add(7_300_000, 'c', 1, 'lost');
    const stats = summarizeArrivals(log.since(0), { upTo: 5, crashes: 1, inFlight: 0 });
    expect(stats).toMatchObject({ received: 5, answered: 4, granted: 3, repeated: 1, lost: 1, grantedTwice: 1 });
    expect(stats).toMatchObject({ maxInFlight: 3, worstSecond: 3, perSecond: [2, 0, 3] });
  });
});

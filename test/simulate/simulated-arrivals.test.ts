import { describe, expect, it } from '@jest/globals';
import { SimulatedArrivals } from '../../src/simulate/simulated-arrivals.js';

const NAMES = {
  personOf: (claimant: string) => Number(claimant.slice(1)),
  nameOf: (person: number) => `p${person}`,
};

describe('what the simulated service saw', () => {
  it('is told as it came, however much of it there is', () => {
    const arrivals = new SimulatedArrivals(NAMES);
    for (let i = 0; i < 5000; i++) arrivals.end(arrivals.add(1000 + i, `p${i}`, 1 + (i % 7)), 'granted');
    arrivals.end(arrivals.add(9000, 'p3', 2), 'lost');
    arrivals.add(9001, 'p4', 3);
    const told = [...arrivals];
    expect(told).toHaveLength(5002);
    expect(told[4999]).toMatchObject({ number: 5000, atUs: 5999, claimant: 'p4999', inFlight: 2, outcome: 'granted' });
    expect(told.slice(5000).map(({ claimant, outcome }) => `${claimant} ${outcome}`)).toEqual([
      'p3 lost',
      'p4 pending',
    ]);
    expect(arrivals).toMatchObject({ count: 5002, maxInFlight: 7, granted: 5000, grantedTwice: 0 });
  });

  it('counts a claimant once who was granted more than once', () => {
    const arrivals = new SimulatedArrivals(NAMES);
    for (const claimant of ['p0', 'p9', 'p0', 'p0']) arrivals.end(arrivals.add(0, claimant, 1), 'granted');
    expect(arrivals.grantedTwice).toBe(1);
  });
});

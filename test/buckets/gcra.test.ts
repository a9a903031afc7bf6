import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { atInterval, bucketRate, charged, remaining, waitNs } from '../../src/buckets/gcra.js';

const YEAR_US = 365 * 86_400 * 1e6;
const capacities = fc.integer({ min: 1, max: 1000 });
const refills = fc.double({ min: 0.001, max: 100_000, noNaN: true });
/** Whole microseconds of store time, in the first 18 years. */
const instants = fc.integer({ min: 0, max: 18 * YEAR_US });

describe('the generic cell rate algorithm', () => {
  it('serves exactly the capacity of a full bucket, at any time of 18 years', () => {
    fc.assert(
      fc.property(capacities, refills, instants, (capacity, refillPerSecond, nowUs) => {
        const rate = bucketRate(capacity, refillPerSecond);
        const nowNs = nowUs * 1000;
        let tat = Number.NEGATIVE_INFINITY;
        let servedAtOnce = 0;
        for (let taken = 0; taken < capacity; taken++) {
          if (remaining(tat, nowNs, rate) === capacity - taken && waitNs(tat, nowNs, rate) <= 0) servedAtOnce++;
          tat = charged(tat, nowNs, rate);
        }
        expect(servedAtOnce).toBe(capacity);
        expect(remaining(tat, nowNs, rate)).toBe(0);
        expect(waitNs(tat, nowNs, rate)).toBe(rate.intervalNs);
      }),
    );
  });

  it('never refills faster than asked, nor slower by more than 64 ns a token', () => {
    fc.assert(
      fc.property(capacities, refills, (capacity, refillPerSecond) => {
        const { intervalNs, toleranceNs } = bucketRate(capacity, refillPerSecond);
        expect(intervalNs).toBeGreaterThanOrEqual(1e9 / refillPerSecond);
        expect(intervalNs - 1e9 / refillPerSecond).toBeLessThan(64);
        expect(toleranceNs).toBe(capacity * intervalNs);
      }),
    );
  });

  it('keeps a fraction of the interval from becoming a token', () => {
    const rate = bucketRate(2.9, 1);
    expect(remaining(0, 1e9, rate)).toBe(2);
    expect(rate.toleranceNs).toBeLessThanOrEqual(2.9e9);
  });

  it('gives back no more than was taken: a bucket given back to is at most full', () => {
    const rate = bucketRate(5, 10);
    const tat = charged(0, 1e9, rate, -3);
    expect(remaining(tat, 1e9, rate)).toBe(5);
    expect(waitNs(tat, 1e9, rate, 6)).toBe(rate.intervalNs);
  });

  it('keeps what is spent when the interval changes, in tokens, whether it grows or shrinks', () => {
    fc.assert(
      fc.property(capacities, refills, refills, instants, fc.nat(1000), (capacity, before, after, nowUs, spent) => {
        const [from, to] = [bucketRate(capacity, before), bucketRate(capacity, after)];
        const nowNs = nowUs * 1000;
        const taken = Math.min(spent, capacity);
        const tat = atInterval(charged(0, nowNs, from, taken), from.intervalNs, to.intervalNs, nowNs);
        const owed = (tat - nowNs) / to.intervalNs;
        expect(owed).toBeGreaterThanOrEqual(taken * (1 - 1e-9));
        expect(owed).toBeLessThan(taken * (1 + 1e-9) + 64 / to.intervalNs);
      }),
    );
  });

  it('leaves a bucket as it is that is full, whose interval stays, or that had none', () => {
    expect(atInterval(5000, 64, 640, 5000)).toBe(5000);
    expect(atInterval(4000, 64, 640, 5000)).toBe(4000);
    expect(atInterval(6001, 64, 64, 5000)).toBe(6001);
    expect(atInterval(6000, 0, 64, 5000)).toBe(6000);
    expect(atInterval(6001, 2, 1, 5000)).toBe(5501);
  });
});

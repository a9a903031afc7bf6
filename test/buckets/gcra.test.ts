import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketRate, charged, remaining, waitNs } from '../../src/buckets/gcra.js';

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
        for (let taken = 0; taken < capacity; taken++) {
          expect(remaining(tat, nowNs, rate)).toBe(capacity - taken);
          expect(waitNs(tat, nowNs, rate)).toBeLessThanOrEqual(0);
          tat = charged(tat, nowNs, rate);
        }
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
});

import { describe, expect, it } from '@jest/globals';
import { Patience, type PatienceFacts } from '../../src/waiting-room/patience.js';

/** Ticks of a second each, at these rates, in a line that was told by them. @returns at which ticks it was patient */
function patientAt(rates: readonly number[], changes: Partial<PatienceFacts> = {}): number[] {
  const patience = new Patience();
  const facts = { sinceUs: 1_000_000, pollMaxMs: 2000, told: true, ...changes };
  return rates.flatMap((ratePerSecond, second) =>
    patience.at({ ...facts, nowUs: second * 1_000_000, ratePerSecond }) ? [second] : [],
  );
}

/** So many seconds at one rate. */
const at = (rate: number, seconds: number): number[] => Array<number>(seconds).fill(rate);

describe('Patience', () => {
  it('lasts from a raise for the longest time between two polls, and three seconds', () => {
    expect(patientAt([...at(100, 3), ...at(500, 9)])).toEqual([3, 4, 5, 6, 7]);
    expect(patientAt([...at(100, 3), ...at(500, 9)], { pollMaxMs: 4000 })).toEqual([3, 4, 5, 6, 7, 8, 9]);
  });

  it('begins anew with each step of a raise', () => {
    expect(patientAt([100, 100, 200, 400, ...at(400, 8)])).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('is not for a raise of a fifth, after which everybody is there in time', () => {
    expect(patientAt([100, 100, 118, ...at(118, 3)])).toEqual([]);
    expect(patientAt([100, 100, 122, 122])).toEqual([2, 3]);
  });

  it('is not for a rate that was there a moment ago, and is for one long forgotten', () => {
    expect(patientAt([...at(500, 3), ...at(100, 5), ...at(500, 3)])).toEqual([]);
    expect(patientAt([...at(500, 3), ...at(100, 60), ...at(500, 1)])).toEqual([63]);
  });

  it('is not for a line in which nobody was told, but remembers the rate', () => {
    expect(patientAt([...at(100, 3), ...at(500, 9)], { told: false })).toEqual([]);
  });

  it('forgets nothing while nobody ticks', () => {
    const patience = new Patience();
    const facts = { pollMaxMs: 2000, told: true, ratePerSecond: 500 };
    patience.at({ ...facts, nowUs: 0, sinceUs: 0, told: false });
    expect(patience.at({ ...facts, nowUs: 3.6e9, sinceUs: 3.6e9 })).toBe(false);
    expect(patience.at({ ...facts, nowUs: 3.7e9, sinceUs: 1e6, ratePerSecond: 600 })).toBe(true);
  });
});

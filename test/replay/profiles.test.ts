import { describe, expect, it } from '@jest/globals';
import { planArrivals } from '../../src/replay/arrivals.js';
import { sizeOf } from '../../src/replay/burst-size.js';
import { PROFILES } from '../../src/replay/profiles/catalogue.js';
import { meanRate, peakRate, peakToMean } from '../../src/replay/profiles/curve.js';
import { midnightDrop } from '../../src/replay/profiles/midnight-drop.js';
import { retryAmplification } from '../../src/replay/profiles/retry-storm.js';
import { slowFlash } from '../../src/replay/profiles/slow-flash.js';
import { tvMinute } from '../../src/replay/profiles/tv-minute.js';
import { viralInvite } from '../../src/replay/profiles/viral-invite.js';
import { seededRandom } from '../../src/replay/seeded-random.js';

const all = [...PROFILES.values()];

describe('a burst profile', () => {
  it.each(all.map((profile) => [profile.name, profile] as const))(
    '%s stays between nothing and its peak',
    (_, profile) => {
      for (let at = 0; at <= 5000; at++) {
        const rate = profile.rate((at * profile.seconds) / 5000);
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(1);
      }
      expect(peakRate(profile)).toBeCloseTo(profile.name === 'retry-storm' ? 0.5 : 1, 2);
    },
  );

  it('has the peak over mean that is stated for it', () => {
    const stated = all.filter((profile) => profile.peakToMean !== null);
    expect(stated.map(({ name }) => name)).toEqual(['midnight-drop', 'gala-waves']);
    for (const profile of stated) expect(peakToMean(profile) / (profile.peakToMean as number)).toBeCloseTo(1, 2);
  });

  it('says where its numbers come from', () => {
    for (const { source, summary, assumptions } of all) {
      expect(Math.min(source.length, summary.length, assumptions.length)).toBeGreaterThan(20);
    }
  });

  it('peaks 26 s after midnight', () => {
    expect(midnightDrop.rate(midnightDrop.opensAtSeconds + 25)).toBeLessThan(1);
    expect(midnightDrop.rate(midnightDrop.opensAtSeconds + 26)).toBe(1);
  });

  it('brings 4.8 times as many people an hour after the third hour of an invitation', () => {
    const hour = 3600;
    const later = meanRate(viralInvite, 3 * hour, 9 * hour) / meanRate(viralInvite, 0, 3 * hour);
    expect(later).toBeCloseTo(4.8, 1);
  });

  it('rises to 2.4 times the usual in six hours of a slow flash', () => {
    expect(slowFlash.rate(6 * 3600) / slowFlash.rate(0)).toBeCloseTo(2.4);
  });

  it('makes 15 requests of 4 when half of all fail and each is retried three times', () => {
    expect(retryAmplification(0.5, 3)).toBe(15 / 8);
    expect(retryAmplification(1, 3)).toBe(4);
  });
});

describe('thinning', () => {
  it('brings people as fast as the curve says, over any stretch of it', () => {
    const people = 40_000;
    const arrivals = planArrivals(tvMinute, people, 60e6, seededRandom(3));
    const mean = meanRate(tvMinute, 0, tvMinute.seconds);
    for (const [from, to] of [
      [0, 0.5],
      [0.5, 6],
      [6, 20],
      [20, 60],
    ] as const) {
      const share = arrivals.filter((us) => us >= from * 1e6 && us < to * 1e6).length / people;
      const expected = (meanRate(tvMinute, from * 10, to * 10) * (to - from)) / 60 / mean;
      expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / people) + 1e-4);
    }
  });

  it('repeats itself for the same seed, and keeps peak over mean when time is compressed', () => {
    const plan = (seed: number, overUs: number) => planArrivals(midnightDrop, 500, overUs, seededRandom(seed));
    expect(plan(1, 60e6)).toEqual(plan(1, 60e6));
    expect(plan(1, 60e6)).not.toEqual(plan(2, 60e6));
    const half = plan(1, 30e6);
    plan(1, 60e6).forEach((us, at) => {
      expect(Math.abs(us - 2 * (half[at] as number))).toBeLessThan(3);
    });
  });
});

describe('the size of a burst', () => {
  it('follows from people and length, from peak and length, or from people and peak', () => {
    const mean = meanRate(tvMinute, 0, tvMinute.seconds);
    expect(sizeOf(tvMinute, { people: 70, length: 5 })).toEqual({ people: 70, overSeconds: 5 });
    expect(sizeOf(tvMinute, { people: 70, compression: 20 })).toEqual({ people: 70, overSeconds: 30 });
    expect(sizeOf(tvMinute, { peak: 100, length: 60 }).people).toBe(Math.round(100 * mean * 60));
    expect(sizeOf(tvMinute, { people: 1000, peak: 100 }).overSeconds).toBeCloseTo(10 / mean);
    expect(sizeOf(tvMinute, {})).toEqual({ people: 1000, overSeconds: 60 });
  });

  it('is refused where it is given twice', () => {
    expect(() => sizeOf(tvMinute, { length: 5, compression: 2 })).toThrow('give one of them');
    expect(() => sizeOf(tvMinute, { people: 5, peak: 2, length: 9 })).toThrow('already give the length');
  });
});

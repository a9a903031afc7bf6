import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FixedLimit } from '../../src/overload/fixed-limit.js';
import { healthOfStatus } from '../../src/overload/health.js';
import type { Sample } from '../../src/overload/limit-law.js';
import { LawLimiter } from '../../src/overload/limiter.js';
import { mean, simulate } from './limiter-world.js';
import { aimd, gradient, SITUATIONS } from './worlds.js';

describe('A limiter', () => {
  it('gives as many slots as the limit, and one more for each that ended', () => {
    const limiter = new LawLimiter(new FixedLimit(2), { monotonicUs: () => 0 });
    const first = limiter.acquire();
    expect([limiter.acquire() !== null, limiter.acquire(), limiter.inFlight]).toEqual([true, null, 2]);
    first?.ignored();
    expect([limiter.inFlight, limiter.acquire() === null]).toEqual([1, false]);
    expect(() => first?.success()).toThrow('given back twice');
  });

  it('tells its law of successes and drops from when the request left, and of nothing else', () => {
    let nowUs = 0;
    const seen: Sample[] = [];
    const law = { limit: 9, observe: (sample: Sample) => seen.push(sample) };
    const limiter = new LawLimiter(law, { monotonicUs: () => nowUs });
    const [one, two, three] = [limiter.acquire(), limiter.acquire(), limiter.acquire()];
    nowUs = 1000;
    one?.begin();
    nowUs = 5000;
    one?.success();
    two?.dropped();
    three?.ignored();
    expect(seen).toEqual([
      { nowUs: 5000, latencyUs: 4000, inFlight: 1, health: 'success' },
      { nowUs: 5000, latencyUs: 5000, inFlight: 2, health: 'dropped' },
    ]);
  });

  it('takes being turned away for a drop, a defect of the service for nothing, and all else for success', () => {
    expect([503, 429, 502, 504].map(healthOfStatus)).toEqual(['dropped', 'dropped', 'dropped', 'dropped']);
    expect([500, 501].map(healthOfStatus)).toEqual(['ignored', 'ignored']);
    expect([200, 201, 409, 410, 404].map(healthOfStatus)).toEqual(Array(5).fill('success'));
  });
});

describe('The gradient limiter, simulated', () => {
  it.each([2, 20, 400])('finds what 20 workers need, from %i', (initial) => {
    const moments = simulate(SITUATIONS.flood(gradient({ initial })));
    expect(mean(moments, 'served', 5, 40)).toBeGreaterThan(0.95 * 400);
    expect(mean(moments, 'limit', 10, 40)).toBeLessThan(45);
    expect(mean(moments, 'latencyMs', 10, 40)).toBeLessThan(110);
  });

  it('follows a step of latency down to no standing queue, and back', () => {
    const moments = simulate(SITUATIONS.step(gradient()));
    expect(mean(moments, 'served', 25, 40)).toBeGreaterThan(0.92 * (400 / 3));
    expect(mean(moments, 'latencyMs', 30, 40)).toBeLessThan(150 * 2.2);
    expect(mean(moments, 'served', 45, 60)).toBeGreaterThan(0.95 * 400);
  });

  it('follows a slow drift without giving the service up', () => {
    const moments = simulate(SITUATIONS.drift(gradient()));
    expect(mean(moments, 'served', 50, 60)).toBeGreaterThan(0.93 * (400 / 1.92));
    expect(mean(moments, 'limit', 50, 60)).toBeLessThan(50);
  });

  it('does not creep under mild overload', () => {
    const moments = simulate(SITUATIONS.mild(gradient()));
    const early = mean(moments, 'limit', 20, 40);
    const late = mean(moments, 'limit', 100, 120);
    expect(late).toBeLessThan(Math.max(45, early * 1.2));
    expect(mean(moments, 'served', 20, 120)).toBeGreaterThan(0.95 * 400);
  });

  it('does not grow while it is not used', () => {
    const moments = simulate(SITUATIONS.light(gradient({ initial: 60 })));
    expect(Math.max(...moments.map(({ limit }) => limit))).toBeLessThanOrEqual(60);
    expect(mean(moments, 'served', 5, 60)).toBeGreaterThan(0.97 * 200);
  });

  it('is not pinned low by measuring: nearly all of the time the whole is there', () => {
    const moments = simulate(SITUATIONS.flood(gradient()));
    const low = moments.filter(({ atS, limit }) => atS > 5 && limit < 20);
    expect(low.length / moments.length).toBeLessThan(0.05);
  });

  it.each(['refusing', 'silent'] as const)(
    'takes a service that is %s for one without room, and is back in 3 s',
    (name) => {
      const moments = simulate(SITUATIONS[name](gradient()));
      expect(mean(moments, 'limit', 14, 20)).toBeLessThan(5);
      expect(mean(moments, 'served', 23, 28)).toBeGreaterThan(0.95 * 400);
    },
  );

  it('is not moved by clients that leave', () => {
    const law = gradient();
    for (let i = 0; i < 100; i++)
      law.observe({ nowUs: i * 20_000, latencyUs: 50_000, inFlight: 10, health: 'success' });
    const { limit } = law;
    const limiter = new LawLimiter(law, { monotonicUs: () => 9_000_000 });
    for (let i = 0; i < 100; i++) limiter.acquire()?.ignored();
    expect(law.limit).toBe(limit);
    const moments = simulate({ ...SITUATIONS.flood(gradient()), arrivals: () => 350, abortShare: 0.1 });
    expect(mean(moments, 'served', 5, 40)).toBeGreaterThan(0.95 * 350 * 0.9);
  });
});

describe('Every law', () => {
  const sample = fc.record({
    sinceUs: fc.integer({ min: 0, max: 300_000 }),
    latencyUs: fc.integer({ min: 1, max: 5_000_000 }),
    inFlight: fc.integer({ min: 1, max: 600 }),
    health: fc.constantFrom('success' as const, 'success' as const, 'success' as const, 'dropped' as const),
  });

  it.each([
    ['gradient', gradient],
    ['aimd', aimd],
  ])('%s stays within its bounds, whatever it sees', (_, make) => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 300 }), (samples) => {
        const law = make({ initial: 30, least: 3, most: 60 });
        let nowUs = 0;
        for (const { sinceUs, ...one } of samples) {
          nowUs += sinceUs;
          law.observe({ ...one, nowUs });
          expect(law.limit).toBeGreaterThanOrEqual(3);
          expect(law.limit).toBeLessThanOrEqual(60);
        }
      }),
    );
  });
});

describe('The aimd limiter, simulated', () => {
  it('shrinks while a service refuses, and grows by one a round trip when it serves again', () => {
    const moments = simulate(SITUATIONS.refusing(aimd()));
    expect(mean(moments, 'limit', 15, 20)).toBeLessThan(3);
    expect(mean(moments, 'served', 25, 35)).toBeGreaterThan(0.9 * 400);
  });

  it('counts one bad moment once, however many requests it hit', () => {
    const law = aimd({ initial: 100 });
    for (let i = 0; i < 50; i++) law.observe({ nowUs: 1000 + i, latencyUs: 500, inFlight: 50, health: 'dropped' });
    expect(law.limit).toBe(90);
    law.observe({ nowUs: 5000, latencyUs: 500, inFlight: 50, health: 'dropped' });
    expect(law.limit).toBe(81);
  });

  it('does not grow while it is not used', () => {
    const moments = simulate(SITUATIONS.light(aimd({ initial: 60 })));
    expect(Math.max(...moments.map(({ limit }) => limit))).toBe(60);
  });
});

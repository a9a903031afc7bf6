import { describe, expect, it } from '@jest/globals';
import { RetryBudget } from '../../src/overload/retry-budget.js';
import { SuccessRate } from '../../src/overload/success-rate.js';
import { type TargetEnd, type TargetSettings, Targets, type Trip } from '../../src/overload/targets.js';
import { seededRandom } from '../../src/replay/seeded-random.js';

const SETTINGS: TargetSettings = {
  breaker: { faults: 5, openMs: 500, maxOpenMs: 2000 },
  successRate: { threshold: 0.95, maxRejectShare: 0.8 },
  ejection: { slowerThan: 3, maxShare: 0.5 },
  retryShare: 0.2,
};

class Kit {
  nowUs = 0;
  readonly targets: Targets;

  constructor(count: number, settings: Partial<TargetSettings> = {}) {
    const random = seededRandom(7);
    this.targets = new Targets(count, { ...SETTINGS, ...settings }, { monotonicUs: () => this.nowUs }, random);
  }

  choose(): Trip {
    const trip = this.targets.choose(-1);
    if (trip === null) throw new Error('No target takes a request');
    return trip;
  }

  /** One request after another, each of which takes so long at its target. @returns how many each target got */
  requests(count: number, latencyMs: (target: number) => number, end: TargetEnd = 'served'): number[] {
    const got: number[] = [];
    for (let i = 0; i < count; i++) {
      const trip = this.choose();
      got[trip.target] = (got[trip.target] ?? 0) + 1;
      this.nowUs += latencyMs(trip.target) * 1000;
      this.targets.ended(trip, end);
    }
    return got;
  }

  /** One request every five milliseconds. @returns when each began at the second target */
  crowd(seconds: number, latencyMs: (target: number) => number): number[] {
    let inFlight: Array<{ trip: Trip; endsUs: number }> = [];
    const second: number[] = [];
    for (const untilUs = this.nowUs + seconds * 1e6; this.nowUs < untilUs; this.nowUs += 5000) {
      for (const { trip, endsUs } of inFlight) if (endsUs <= this.nowUs) this.targets.ended(trip, 'served');
      inFlight = inFlight.filter(({ endsUs }) => endsUs > this.nowUs);
      const trip = this.choose();
      if (trip.target === 1) second.push(this.nowUs);
      inFlight.push({ trip, endsUs: this.nowUs + latencyMs(trip.target) * 1000 });
    }
    return second;
  }
}

const SLOW_SECOND = (target: number): number => (target === 1 ? 1000 : 50);

describe('The breaker of a target', () => {
  it('opens after so many faults in a row, sends one request after the pause, and closes when it is answered', () => {
    const kit = new Kit(1);
    kit.requests(4, () => 1, 'fault');
    kit.requests(1, () => 1);
    kit.requests(4, () => 1, 'fault');
    expect(kit.targets.isOpen).toBe(true);
    kit.requests(1, () => 1, 'fault');
    expect([kit.targets.isOpen, kit.targets.state, kit.targets.choose(-1)]).toEqual([false, 'open', null]);
    kit.nowUs += 500_000;
    expect(kit.targets.probes).toBe(1);
    const probe = kit.choose();
    expect([kit.targets.state, kit.targets.probes, kit.targets.choose(-1)]).toEqual(['half-open', 0, null]);
    kit.targets.ended(probe, 'served');
    expect(kit.targets.state).toBe('closed');
  });

  it('waits twice as long after each failed try, up to the longest pause', () => {
    const kit = new Kit(1);
    kit.requests(5, () => 1, 'fault');
    for (const pauseMs of [500, 1000, 2000, 2000]) {
      kit.nowUs += pauseMs * 1000 - 1;
      expect(kit.targets.choose(-1)).toBeNull();
      kit.nowUs += 1;
      kit.targets.ended(kit.choose(), 'fault');
    }
  });

  it('takes a late answer of an earlier request for a sign of life, and a late fault for nothing new', () => {
    const kit = new Kit(1);
    const [one, two] = [kit.choose(), kit.choose()];
    kit.requests(5, () => 1, 'fault');
    kit.targets.ended(one, 'fault');
    kit.nowUs += 499_000;
    expect(kit.targets.state).toBe('open');
    kit.targets.ended(two, 'served');
    expect(kit.targets.state).toBe('closed');
  });

  it('asks again at once when the one that tried was ended by its client', () => {
    const kit = new Kit(1);
    kit.requests(5, () => 1, 'fault');
    kit.nowUs += 500_000;
    kit.targets.ended(kit.choose(), 'ignored');
    expect(kit.targets.probes).toBe(1);
  });

  it('is not moved by answers that tell of a defect: those the success rate counts', () => {
    const kit = new Kit(1);
    kit.requests(50, () => 1, 'failed');
    expect(kit.targets.state).toBe('closed');
    expect(kit.targets.isTooMuch()).toBe(true);
  });
});

describe('Success-rate admission', () => {
  const rateOf = (good: number, bad: number, atUs = 0): SuccessRate => {
    const rate = new SuccessRate(SETTINGS.successRate);
    for (let i = 0; i < good; i++) rate.count(true, atUs);
    for (let i = 0; i < bad; i++) rate.count(false, atUs);
    return rate;
  };

  it('keeps away the share that Envoy’s formula says, and never more than the bound', () => {
    expect(rateOf(50, 50).rejectShare(0)).toBeCloseTo((100 - 50 / 0.95) / 101, 9);
    expect(rateOf(95, 5).rejectShare(0)).toBe(0);
    expect(rateOf(0, 100).rejectShare(0)).toBe(0.8);
  });

  it('says nothing of fewer than five requests a second, and forgets within ten seconds', () => {
    expect(rateOf(0, 49).rejectShare(0)).toBe(0);
    const rate = rateOf(0, 100, 3_500_000);
    expect(rate.rejectShare(12_999_999)).toBe(0.8);
    expect(rate.rejectShare(13_000_000)).toBe(0);
  });
});

describe('The choice of a target', () => {
  it('shares out evenly among equals', () => {
    const [a = 0, b = 0] = new Kit(2).requests(1000, () => 10);
    expect(Math.min(a, b)).toBeGreaterThan(400);
  });

  it('leaves out one that is twenty times slower, and tries it again ever more seldom', () => {
    const kit = new Kit(2);
    const late = kit.crowd(60, SLOW_SECOND).filter((atUs) => atUs > 5_000_000);
    expect(kit.targets.inUse).toBe(1);
    expect(late.length).toBeLessThanOrEqual(4);
  });

  it('takes a slow one back when it is as fast as the others', () => {
    const kit = new Kit(2);
    kit.crowd(5, SLOW_SECOND);
    expect(kit.targets.inUse).toBe(1);
    kit.crowd(10, () => 50);
    expect(kit.targets.inUse).toBe(2);
  });

  it('never leaves out more than its share for being slow', () => {
    const kit = new Kit(3, { ejection: { slowerThan: 3, maxShare: 0.34 } });
    kit.crowd(10, (target) => [10, 500, 500][target]!);
    expect(kit.targets.inUse).toBe(2);
    const none = new Kit(2, { ejection: { slowerThan: 3, maxShare: 0 } });
    none.crowd(10, SLOW_SECOND);
    expect(none.targets.inUse).toBe(2);
  });

  it('falls back on a slow one when no other works', () => {
    const kit = new Kit(2);
    kit.crowd(5, SLOW_SECOND);
    for (let i = 0; i < 30 && kit.targets.inUse > 0; i++) kit.targets.ended(kit.choose(), 'fault');
    kit.nowUs += 1000;
    expect(kit.choose().target).toBe(1);
  });

  it('makes a second try elsewhere, while the budget lasts', () => {
    const kit = new Kit(2, { retryShare: 0.5 });
    let second = 0;
    for (let i = 0; i < 100; i++) {
      const trip = kit.choose();
      kit.targets.ended(trip, 'ignored');
      const other = kit.targets.choose(trip.target);
      if (other === null) continue;
      expect(other.target).toBe(1 - trip.target);
      kit.targets.ended(other, 'served');
      second++;
    }
    expect(second).toBeGreaterThanOrEqual(50);
    expect(second).toBeLessThanOrEqual(60);
    expect(new Kit(2, { retryShare: 0 }).targets.choose(0)).toBeNull();
  });

  it('saves up no more than ten retries', () => {
    const budget = new RetryBudget(1);
    for (let i = 0; i < 1000; i++) budget.deposit();
    expect(Array.from({ length: 20 }, () => budget.withdraw()).filter(Boolean)).toHaveLength(10);
  });
});

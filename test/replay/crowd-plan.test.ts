import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MODEL_NAMES } from '../../src/replay/client-models.js';
import { type CrowdPlanOptions, planCrowd } from '../../src/replay/crowd-plan.js';
import { DueHeap } from '../../src/replay/due-heap.js';
import { seededRandom } from '../../src/replay/seeded-random.js';

const PLAN: CrowdPlanOptions = {
  people: 4000,
  overSeconds: 10,
  shape: 'poisson',
  seed: 7,
  shares: [1],
  mix: { obedient: 1 },
};

describe('planCrowd', () => {
  it('plans the same crowd for the same seed, and another for another', () => {
    const options = { ...PLAN, shares: [1, 3], mix: { obedient: 1, absent: 1 } };
    expect(planCrowd(options)).toEqual(planCrowd(options));
    expect(planCrowd({ ...options, seed: 8 }).arrivesAtUs).not.toEqual(planCrowd(options).arrivesAtUs);
  });

  it('brings everybody within the time, in order, as a Poisson process does', () => {
    const { arrivesAtUs } = planCrowd(PLAN);
    const gaps = arrivesAtUs.subarray(1).map((us, i) => us - (arrivesAtUs[i] as number));
    expect(gaps.every((gap) => gap >= 0)).toBe(true);
    expect(arrivesAtUs.at(-1)).toBeLessThan(10e6);
    // Exponential gaps: a share of e^-1 is longer than the mean of 2.5 ms.
    expect(gaps.filter((gap) => gap > 2500).length / gaps.length).toBeCloseTo(Math.exp(-1), 1);
  });

  it('spaces an even crowd alike', () => {
    const { arrivesAtUs } = planCrowd({ ...PLAN, people: 4, shape: 'even' });
    expect([...arrivesAtUs]).toEqual([0, 2.5e6, 5e6, 7.5e6]);
  });

  it('spreads people over gateways by their shares, and draws the share of those who will not come', () => {
    const { target, model } = planCrowd({ ...PLAN, shares: [1, 3], mix: { obedient: 3, absent: 1 } });
    expect(target.filter((at) => at === 1).length / 4000).toBeCloseTo(0.75, 1);
    expect(model.filter((kind) => MODEL_NAMES[kind] === 'absent').length / 4000).toBeCloseTo(0.25, 1);
  });
});

describe('seededRandom', () => {
  it('gives the published numbers of mulberry32', () => {
    const random = seededRandom(1);
    expect([random(), random()]).toEqual([0.6270739405881613, 0.002735721180215478]);
  });
});

describe('DueHeap', () => {
  it('gives people back by the time of their step', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: 80 }), (dueUs) => {
        const heap = new DueHeap(dueUs.length);
        dueUs.forEach((due, person) => {
          heap.push(person, due);
        });
        const popped = dueUs.map(() => {
          const nextUs = heap.nextDueUs;
          const person = heap.pop();
          expect(dueUs[person]).toBe(nextUs);
          return person;
        });
        expect(popped.map((person) => dueUs[person])).toEqual([...dueUs].sort((a, b) => a - b));
        expect(new Set(popped).size).toBe(dueUs.length);
      }),
    );
  });

  it('says when it is empty or full', () => {
    const heap = new DueHeap(1);
    expect(heap.nextDueUs).toBe(Number.POSITIVE_INFINITY);
    expect(() => heap.pop()).toThrow(RangeError);
    heap.push(0, 1);
    expect(() => heap.push(1, 1)).toThrow(RangeError);
  });
});

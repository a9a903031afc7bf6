import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quantile, type Served, ServedPeople } from '../../src/replay/fairness.js';

const crowd = fc.array(fc.record({ arrivedUs: fc.nat(40), servedUs: fc.nat(40) }), { maxLength: 40 });

function byEveryPair(people: readonly Served[], apartUs: number): number | null {
  const pairs = people.flatMap((a) =>
    people.filter((b) => b !== a && b.arrivedUs - a.arrivedUs >= apartUs).map((b) => a.servedUs <= b.servedUs),
  );
  return pairs.length === 0 ? null : pairs.filter((inOrder) => inOrder).length / pairs.length;
}

describe('the share served in order', () => {
  it('is what looking at every pair finds', () => {
    fc.assert(
      fc.property(crowd, fc.integer({ min: 1, max: 30 }), (people, apartUs) => {
        expect(ServedPeople.of(people).shareInOrder(apartUs)).toBe(byEveryPair(people, apartUs));
      }),
    );
  });

  it('is 1 for a queue, 0 for a stack, and null for one person', () => {
    const queue = [1, 2, 3].map((at) => ({ arrivedUs: at, servedUs: 10 + at }));
    const stack = [1, 2, 3].map((at) => ({ arrivedUs: at, servedUs: 10 - at }));
    expect(ServedPeople.of(queue).shareInOrder(1)).toBe(1);
    expect(ServedPeople.of(stack).shareInOrder(1)).toBe(0);
    expect(ServedPeople.of(queue.slice(1, 2)).shareInOrder(1)).toBeNull();
  });

  it('does not look at people who arrived closer together', () => {
    const swapped = [
      { arrivedUs: 0, servedUs: 2 },
      { arrivedUs: 9, servedUs: 1 },
      { arrivedUs: 10, servedUs: 3 },
    ];
    expect(ServedPeople.of(swapped).shareInOrder(10)).toBe(1);
    expect(ServedPeople.of(swapped).shareInOrder(9)).toBe(0.5);
  });
});

describe('who was overtaken', () => {
  it('is what looking at every pair finds', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40)), (servedUs) => {
        const people = servedUs.map((us, arrivedUs) => ({ arrivedUs, servedUs: us }));
        const byPairs = people.map((a) =>
          Math.max(0, ...people.filter((b) => b.servedUs < a.servedUs).map((b) => b.arrivedUs - a.arrivedUs)),
        );
        expect([...ServedPeople.of(people).overtakenByUs()].sort()).toEqual(byPairs.sort());
      }),
    );
  });
});

describe('quantile', () => {
  it('is the smallest value that so many do not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([quantile(hundred, 0.99), quantile(hundred, 1), quantile([7], 0.5), quantile([], 0.5)]).toEqual([
      99,
      100,
      7,
      null,
    ]);
  });
});

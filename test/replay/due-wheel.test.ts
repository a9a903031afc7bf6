import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DueWheel } from '../../src/replay/due-wheel.js';
import { seededRandom } from '../../src/replay/seeded-random.js';

const endOfMs = (us: number): number => Math.ceil(us / 1000) * 1000;
/** Longer than one turn of the wheel. */
const FAR_MS = 200_000;

describe('DueWheel', () => {
  it('pops everybody in order of their millisecond, and as planned within one, however far ahead', () => {
    const steps = fc.array(fc.record({ aheadUs: fc.integer({ min: 0, max: FAR_MS * 1000 }), pops: fc.nat(3) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (plan) => {
        const wheel = new DueWheel(plan.length);
        let open: Array<{ person: number; ms: number; dueUs: number }> = [];
        let nowMs = 0;
        const popFirst = (): void => {
          const firstMs = Math.min(...open.map(({ ms }) => ms));
          expect(endOfMs(wheel.nextDueUs)).toBe(firstMs * 1000);
          const person = wheel.pop();
          const among = open.filter(({ ms }) => ms === firstMs).map((one) => one.person);
          expect(among).toContain(person);
          expect(wheel.dueUs).toBe(open.find((one) => one.person === person)?.dueUs);
          open = open.filter((one) => one.person !== person);
          nowMs = firstMs;
        };
        plan.forEach(({ aheadUs, pops }, person) => {
          const dueUs = nowMs * 1000 + aheadUs;
          wheel.push(person, dueUs);
          open.push({ person, dueUs, ms: Math.ceil(dueUs / 1000) });
          for (let i = 0; i < pops && open.length > 0; i++) popFirst();
        });
        while (open.length > 0) popFirst();
        expect([wheel.size, wheel.nextDueUs]).toEqual([0, Number.POSITIVE_INFINITY]);
      }),
    );
  });

  it('lets those of one millisecond go as they were planned, and who is late at once', () => {
    const wheel = new DueWheel(4);
    for (const [person, dueUs] of [
      [0, 5900],
      [1, 5100],
      [2, 6000],
    ] as const) {
      wheel.push(person, dueUs);
    }
    expect([wheel.pop(), wheel.pop()]).toEqual([0, 1]);
    wheel.push(3, 0);
    expect([wheel.nextDueUs, wheel.pop(), wheel.pop()]).toEqual([6000, 2, 3]);
  });

  it('keeps the order of those of one millisecond while thousands come and go in any', () => {
    const random = seededRandom(3);
    const people = 3000;
    const wheel = new DueWheel(people);
    const planned: number[][] = Array.from({ length: 40 }, () => []);
    const free = Array.from({ length: people }, (_, person) => person);
    for (let ms = 0; ms < 400; ms++) {
      while (free.length > 0 && random() < 0.99) {
        const at = ms + 1 + Math.floor(39 * random());
        const person = free.shift() as number;
        wheel.push(person, at * 1000);
        planned[at % 40]?.push(person);
      }
      const due = planned[(ms + 1) % 40]?.splice(0) ?? [];
      expect(due.map(() => wheel.pop())).toEqual(due);
      free.push(...due);
      expect(wheel.size).toBe(people - free.length);
    }
  });

  it('has nobody to give when nobody is due', () => {
    expect(() => new DueWheel(1).pop()).toThrow(RangeError);
  });
});

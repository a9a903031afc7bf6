import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Held, HeldClaims } from '../../src/admission/held-claims.js';
import type { Place } from '../../src/waiting-room/place.js';

interface Claim {
  readonly place: Place | null;
  readonly untilUs: number;
  readonly order: number;
  held: Held | null;
}

const claim = fc.record({
  place: fc.option(fc.record({ line: fc.constantFrom(0, 1), number: fc.nat(20), returns: fc.constant(0) })),
  untilUs: fc.nat(50),
  order: fc.nat(5),
  held: fc.constant(null),
}) as fc.Arbitrary<Claim>;
const command = fc.oneof(
  fc.record({ do: fc.constant('add' as const), claim }),
  fc.record({ do: fc.constant('remove' as const), nth: fc.nat(30) }),
  fc.record({ do: fc.constant('late' as const), nowUs: fc.nat(50) }),
  fc.record({ do: fc.constant('all' as const) }),
);

/** Kept as plainly as can be: one list in order. */
class Model {
  list: Claim[] = [];

  add(one: Claim): void {
    const at = this.list.findIndex((other) => other.order > one.order);
    this.list.splice(at < 0 ? this.list.length : at, 0, one);
  }

  take(which: (one: Claim) => boolean): Claim[] {
    const taken = this.list.filter(which);
    this.list = this.list.filter((one) => !which(one));
    return taken;
  }
}

describe('the claims a door holds', () => {
  it('are those of a plain list in order, whatever is added and taken', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200, size: 'max' }), (commands) => {
        const held = new HeldClaims<Claim>();
        const model = new Model();
        for (const one of commands) {
          if (one.do === 'add') {
            const claim = { ...one.claim };
            held.add(claim, claim.order);
            model.add(claim);
          } else if (one.do === 'remove') {
            const which = model.list[one.nth];
            if (which === undefined) continue;
            expect(held.remove(which)).toBe(true);
            expect(held.remove(which)).toBe(false);
            model.take((other) => other === which);
          } else if (one.do === 'late') {
            const late = new Set(held.takeLate(one.nowUs));
            expect(late).toEqual(new Set(model.take(({ untilUs }) => untilUs <= one.nowUs)));
          } else expect(held.takeAll()).toEqual(model.take(() => true));
          expect(held.size).toBe(model.list.length);
          expect(held.first).toBe(model.list[0]);
          expect(held.nextUntilUs).toBe(Math.min(Number.POSITIVE_INFINITY, ...model.list.map((each) => each.untilUs)));
        }
      }),
    );
  });

  it('are found by their place, the newest of one place, until they are gone', () => {
    const held = new HeldClaims<Claim>();
    const place: Place = { line: 0, number: 7, returns: 0 };
    const [first, second] = [
      { place, untilUs: 1, order: 1, held: null },
      { place, untilUs: 2, order: 1, held: null },
    ];
    held.add(first, 1);
    expect(held.find({ ...place })).toBe(first);
    expect(held.find({ ...place, line: 1 })).toBeNull();
    held.add(second, 1);
    held.remove(first);
    expect(held.find(place)).toBe(second);
    held.remove(second);
    expect(held.find(place)).toBeNull();
  });
});

import { describe, expect, it } from '@jest/globals';
import { FixedLimit } from '../../src/overload/fixed-limit.js';
import { LawLimiter } from '../../src/overload/limiter.js';
import { UpstreamSlots } from '../../src/overload/own-slots.js';

const CLOCK = { monotonicUs: () => 0 };

describe('The slots of one gateway', () => {
  it('are set aside before anybody is asked, so that no two calls count on the same one', () => {
    const limiter = new LawLimiter(new FixedLimit(5), CLOCK);
    const slots = new UpstreamSlots(limiter, { isOpen: true, probes: 0, isTooMuch: () => false });
    expect([slots.reserve(3), slots.reserve(9), slots.reserve(1), slots.free]).toEqual([3, 2, 0, 0]);
    slots.giveBack(2);
    expect([slots.free, limiter.inFlight]).toEqual([2, 3]);
    const slot = slots.begin();
    slots.giveBack(2);
    expect(limiter.inFlight).toBe(1);
    slot.success();
    expect(limiter.inFlight).toBe(0);
  });

  it('have no bound of their own where the store counts, unless the upstream is out of reach', () => {
    const readiness = { isOpen: true, probes: 0, isTooMuch: () => false };
    const slots = new UpstreamSlots(null, readiness);
    expect([slots.free, slots.reserve(7)]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    readiness.isOpen = false;
    expect([slots.free, slots.reserve(7)]).toEqual([0, 0]);
    readiness.probes = 1;
    expect([slots.reserve(7), slots.reserve(7)]).toEqual([1, 0]);
    slots.begin().success();
    readiness.isOpen = true;
    expect(slots.free).toBe(Number.POSITIVE_INFINITY);
  });

  it('are as few as tries are wanted while the upstream is out of reach, whatever the limit', () => {
    const slots = new UpstreamSlots(new LawLimiter(new FixedLimit(50), CLOCK), {
      isOpen: false,
      probes: 2,
      isTooMuch: () => false,
    });
    expect([slots.reserve(9), slots.reserve(9), slots.free]).toEqual([2, 0, 0]);
  });
});

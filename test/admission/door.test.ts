import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketRate } from '../../src/buckets/gcra.js';
import { DoorKit, main } from './door-kit.js';
import { excessOverBound } from './measures.js';

describe('Door: who departs', () => {
  it('lets the lowest number go first, whoever was held first', async () => {
    const kit = new DoorKit();
    for (const number of [9, 4, 7]) kit.hold(number);
    kit.permits(0, 1, 2);
    await kit.clock.advance(5);
    expect(kit.said).toEqual(['4 departs', '7 departs', '9 departs']);
  });

  it('lets the return line go ahead of the main one, and whoever was let straight in ahead of both', async () => {
    const kit = new DoorKit();
    kit.hold(1);
    kit.door.hold(kit.claim('returner', { line: 1, number: 80, returns: 1 }));
    kit.door.holdWithPermit(kit.claim('direct', null), kit.nowUs + 1000);
    kit.permits(1, 1);
    await kit.clock.advance(5);
    expect(kit.said).toEqual(['direct departs', 'returner departs', '1 departs']);
  });

  it('keeps a departure to its time, and not one microsecond sooner', async () => {
    const kit = new DoorKit();
    kit.hold(1);
    kit.permits(7);
    const dueUs = kit.nowUs + 7000;
    await kit.clock.advance(20);
    expect(kit.departedUs[0]).toBeGreaterThanOrEqual(dueUs);
    expect(kit.departedUs[0]).toBeLessThan(dueUs + 1000);
  });

  it('lets the next go as soon as a raised rate allows, whatever the rate was before', async () => {
    const kit = new DoorKit({ rate: bucketRate(2, 0.1), storeRate: bucketRate(2, 0.1) });
    for (const number of [1, 2, 3]) kit.hold(number);
    kit.permits(0, 0, 0);
    await kit.clock.advance(100);
    expect(kit.said).toEqual(['1 departs', '2 departs']);
    kit.settings = { ...kit.settings, rate: bucketRate(2, 100), storeRate: bucketRate(2, 100) };
    kit.hold(4);
    await kit.clock.advance(20);
    expect(kit.said).toEqual(['1 departs', '2 departs', '3 departs']);
  });

  it('passes the permit of an aborted claim to the next', async () => {
    const kit = new DoorKit();
    const first = kit.hold(1);
    kit.hold(2);
    kit.permits(5);
    expect(kit.door.remove(first)).toBe(true);
    await kit.clock.advance(10);
    expect(kit.said).toEqual(['2 departs']);
    expect(kit.unused).toBe(0);
  });

  it('takes over the permit of a claim that was aborted before its reply', async () => {
    const kit = new DoorKit();
    kit.hold(3);
    kit.door.takePermit(kit.nowUs + 2000);
    await kit.clock.advance(5);
    expect(kit.said).toEqual(['3 departs']);
  });

  it('gives the slot of a permit back that nobody is there to use', async () => {
    const kit = new DoorKit();
    kit.door.takePermit(kit.nowUs + 2000);
    await kit.clock.advance(5);
    expect(kit.unused).toBe(1);
    expect(kit.clock.timers).toBe(0);
  });

  it('sends back whom it has held for long enough, and nobody sooner', async () => {
    const kit = new DoorKit();
    kit.hold(1, 250);
    kit.hold(2, 100);
    await kit.clock.advance(99);
    expect(kit.said).toEqual([]);
    await kit.clock.advance(2);
    expect(kit.said).toEqual(['2 is sent back']);
    await kit.clock.advance(150);
    expect(kit.said).toEqual(['2 is sent back', '1 is sent back']);
    expect(kit.door.held).toBe(0);
    expect(kit.clock.timers).toBe(0);
  });

  it('holds no more than it may; those who come beyond that are sent back as they come', () => {
    const kit = new DoorKit({ mostHeld: 40 });
    for (let number = 1; number <= 45; number++) kit.hold(number);
    expect(kit.door.held).toBe(40);
    expect(kit.said).toEqual([41, 42, 43, 44, 45].map((number) => `${number} is sent back`));
  });

  it('is never full of people who only stand: where nobody left for as long as a hold, a few wait and others come later', async () => {
    const kit = new DoorKit();
    for (let number = 1; number <= 40; number++) kit.hold(number, 500);
    await kit.clock.advance(300);
    kit.hold(41, 250);
    expect(kit.said).toEqual(['41 is sent back']);
    // Somebody leaves: those who come have a chance again.
    kit.permits(0);
    await kit.clock.advance(1);
    kit.hold(42, 250);
    expect(kit.said).toEqual(['41 is sent back', '1 departs']);
    expect(kit.door.held).toBe(40);
  });

  it('finds the claim that is held for a place', () => {
    const kit = new DoorKit();
    const claim = kit.hold(5);
    expect(kit.door.find(main(5))).toBe(claim);
    expect(kit.door.find({ line: 1, number: 5, returns: 0 })).toBeNull();
  });
});

describe('Door: the bound', () => {
  it('holds after a pause of the process, however many departures came due in it', async () => {
    const kit = new DoorKit({ rate: bucketRate(3, 100) });
    for (let number = 1; number <= 10; number++) kit.hold(number, 1000);
    kit.permits(...Array.from({ length: 10 }, (_, at) => at * 10));
    kit.clock.pause(200);
    await kit.clock.advance(300);
    expect(kit.departedUs).toHaveLength(10);
    expect(excessOverBound(kit.departedUs, 100, 3)).toBeLessThanOrEqual(1e-9);
  });

  it('makes void what could not be used in time, where other gateways depart too', async () => {
    const kit = new DoorKit({ staleUs: 10_000 });
    kit.hold(1);
    kit.permits(1);
    const asked = kit.asks;
    kit.clock.pause(200);
    await kit.clock.advance(1);
    expect(kit.departedUs).toEqual([]);
    expect(kit.unused).toBe(1);
    expect(kit.asks).toBeGreaterThan(asked);
  });

  it('holds whatever permits come, and whenever the process pauses', async () => {
    const step = fc.record({
      permits: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }),
      advanceMs: fc.integer({ min: 0, max: 30 }),
      pauseMs: fc.constantFrom(0, 0, 0, 50, 200),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const kit = new DoorKit({ rate: bucketRate(4, 100) });
        let given = 0;
        for (const { permits, advanceMs, pauseMs } of steps) {
          for (let at = 0; at < 3; at++) kit.hold(++given, 400);
          kit.permits(...permits);
          kit.clock.pause(pauseMs);
          await kit.clock.advance(advanceMs);
        }
        await kit.clock.advance(2000);
        expect(excessOverBound(kit.departedUs, 100, 4)).toBeLessThanOrEqual(1e-9);
        expect(kit.door.held).toBe(0);
        expect(kit.clock.timers).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

describe('Door: asking', () => {
  it('wants a permit for each held claim that has none and is not asked for', () => {
    const kit = new DoorKit();
    for (const number of [1, 2, 3]) kit.hold(number);
    kit.door.takePermit(kit.nowUs + 50_000);
    expect(kit.door.permitsWanted()).toBe(2);
    expect(kit.door.permitsWanted()).toBe(0);
    kit.door.permitsArrived(2, []);
    expect(kit.door.permitsWanted()).toBe(2);
  });

  it('asks again when the store said that there will be a token', async () => {
    const kit = new DoorKit();
    kit.hold(1);
    kit.permits();
    kit.door.observe(kit.view(40), kit.nowUs);
    expect(kit.door.permitsWanted()).toBe(0);
    await kit.clock.advance(34);
    expect(kit.door.permitsWanted()).toBe(0);
    await kit.clock.advance(2);
    expect(kit.door.permitsWanted()).toBe(1);
  });

  it('asks within a millisecond for what is there, however fast other replies come', async () => {
    const kit = new DoorKit();
    kit.hold(1);
    kit.permits();
    let wanted = 0;
    for (let reply = 0; reply < 10 && wanted === 0; reply++) {
      kit.door.observe(kit.view(0), kit.nowUs);
      await kit.clock.advance(0.4);
      wanted = kit.door.permitsWanted();
      expect(reply).toBeLessThan(4);
    }
    expect(wanted).toBe(1);
  });

  it('asks at once when a slot comes free, and only if somebody waits', () => {
    const kit = new DoorKit();
    expect(kit.door.askNow()).toBe(false);
    kit.hold(1);
    kit.permits();
    kit.door.observe(kit.view(0, 10), kit.nowUs);
    expect(kit.door.permitsWanted()).toBe(0);
    expect(kit.door.askNow()).toBe(true);
    expect(kit.door.permitsWanted()).toBe(1);
  });

  it('asks at most fifty times a second while the store is away, and two hundred while others have the slots', async () => {
    for (const [most, after] of [
      [50, (kit: DoorKit) => kit.door.permitsFailed(kit.door.permitsWanted())],
      [200, (kit: DoorKit) => kit.permits()],
    ] as const) {
      const kit = new DoorKit();
      kit.hold(1, 1000);
      let calls = 0;
      for (let ms = 0; ms < 990; ms++) {
        const before = kit.asks;
        await kit.clock.advance(1);
        if (kit.asks === before && ms > 0) continue;
        calls++;
        after(kit);
        if (most === 200) kit.door.observe(kit.view(0, 10), kit.nowUs);
      }
      expect(calls).toBeLessThanOrEqual(most);
      expect(calls).toBeGreaterThan(most * 0.7);
    }
  });

  it('is silent after it was stopped', async () => {
    const kit = new DoorKit();
    kit.hold(1);
    kit.permits(50);
    kit.door.observe(kit.view(40), kit.nowUs);
    kit.door.stop();
    expect(kit.clock.timers).toBe(0);
  });
});

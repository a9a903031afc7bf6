import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.js';
import { type Open, SETTINGS } from '../stores.js';
import { type Contract, contractOn, names, place, placeOf } from './store-gateway.js';

const GRACE_MS = 10_000;
const GRACE = { ...SETTINGS, graceMs: GRACE_MS };
/** Lapses are noticed a rung of the ladder and a tick late, never early. */
const RUNG_MS = GRACE_MS / 64 + 200;

export function describeLapses(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());
  /** Claimants a1 … are called. @returns the line's clock when they were */
  const called = async ({ clock, g1, g2 }: Contract, count: number): Promise<number> => {
    g1.settings = g2.settings = GRACE;
    await g1.tick();
    await clock.advance(1000);
    await g1.asks('join', names('a', count));
    const { view } = await g1.tick();
    expect(view.heads[0]).toBe(count);
    return view.lineMs;
  };

  describe(`CampaignStore on ${adapter}: grace`, () => {
    it(
      'ends a call that was not followed, never early, and soon after',
      on(async (contract) => {
        const { clock, g1 } = contract;
        const atMs = await called(contract, 3);
        let lapsedAtMs = 0;
        while (lapsedAtMs === 0) {
          const { view } = await g1.ticks(clock, 100);
          if (view.lapsed[0] > 0) lapsedAtMs = view.lineMs;
          else if (view.lineMs <= atMs + GRACE_MS) expect(placeOf(await g1.find('a1')).line).toBe(0);
        }
        expect(lapsedAtMs).toBeGreaterThan(atMs + GRACE_MS);
        expect(lapsedAtMs).toBeLessThanOrEqual(atMs + GRACE_MS + RUNG_MS);
        expect((await g1.call()).view.lapsed[0]).toBe(3);
      }),
    );

    it(
      'begins for a late reader when they were told, to the millisecond',
      on(async (contract) => {
        const { clock, g1 } = contract;
        const atMs = await called(contract, 2);
        const toldMs = atMs + 9000;
        await g1.ticks(clock, 18_900);
        expect((await g1.call()).view.lineMs).toBeLessThanOrEqual(toldMs + GRACE_MS);
        expect(placeOf(await g1.find('a1', { place: place(1), toldMs })).line).toBe(0);
        expect(placeOf(await g1.find('a2', { place: place(2) })).line).toBe(1);
        await g1.ticks(clock, 200);
        expect(placeOf(await g1.find('a1', { place: place(1), toldMs })).line).toBe(1);
      }),
    );

    it.each([
      ['the campaign is paused', { open: false }, 100],
      ['slots are full and nothing moves', { slots: 1 }, 100],
      ['nobody ticks', {}, 20_000],
    ] as const)(`stands still while %s (${adapter})`, (_why, settings, everyMs) =>
      on(async (contract) => {
        const { clock, g1 } = contract;
        await called(contract, 3);
        g1.settings = { ...GRACE, ...settings };
        if ('slots' in settings) await g1.call({ permits: 1 });
        for (let passed = 0; passed < 40_000; passed += everyMs) {
          await clock.advance(everyMs);
          await g1.tick();
        }
        expect((await g1.call()).view.lapsed[0]).toBe(0);
        g1.settings = GRACE;
        g1.released = 1;
        expect((await g1.ticks(clock, GRACE_MS + RUNG_MS)).view.lapsed[0]).toBe(3);
      })(),
    );

    it(
      'never ends for whoever stands at the door, or is at the upstream',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await called(contract, 3);
        const before = GRACE_MS - 200;
        await g1.ticks(clock, before);
        g1.settings = { ...GRACE, slots: 1, slotLeaseMs: 20_000, doorStayMs: 20_000 };
        expect((await g1.claim('a1')).kind).toBe('enter');
        expect((await g1.claim('a2')).kind).toBe('door');
        g1.settings = { ...g1.settings, slots: 10 };
        expect((await g1.ticks(clock, RUNG_MS + 1000)).view.lapsed[0]).toBe(3);
        expect(await g1.claim('a1')).toEqual({ kind: 'inside', place: place(1) });
        expect(await g1.claim('a2')).toMatchObject({ kind: 'enter', place: place(2) });
        expect(placeOf(await g1.claim('a3')).line).toBe(1);
      }),
    );

    it(
      'begins anew after an answer that was not final',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await called(contract, 2);
        await g1.ticks(clock, 9000);
        await g1.claim('a1');
        g1.released++;
        await g1.tell({ retained: [{ claimant: 'a1', place: place(1) }] });
        await g1.ticks(clock, 9500);
        expect(placeOf(await g1.find('a2')).line).toBe(1);
        expect(placeOf(await g1.find('a1')).line).toBe(0);
      }),
    );
  });

  describe(`CampaignStore on ${adapter}: after a lapse`, () => {
    const lapsed = async (contract: Contract, count: number): Promise<void> => {
      await called(contract, count);
      await contract.g1.ticks(contract.clock, GRACE_MS + RUNG_MS);
    };

    it(
      'its owner returns ahead of those not yet called, in order of coming back',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await lapsed(contract, 3);
        g1.settings = { ...GRACE, open: false };
        await g1.asks('join', names('b', 100));
        await g1.asks('join', names('d', 100));
        expect(placeOf(await g1.claim('a3'))).toEqual(place(1, 1));
        expect(placeOf(await g1.claim('a1'))).toEqual(place(2, 1));
        g1.settings = GRACE;
        await clock.advance(100);
        const { heads } = (await g1.tick()).view;
        expect(heads[1]).toBe(2);
        expect(heads[0]).toBeLessThan(203);
        expect(await g1.claim('a3')).toMatchObject({ kind: 'enter', place: place(1, 1) });
      }),
    );

    it(
      'those who return take at most half of the calls while others wait',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await lapsed(contract, 40);
        g1.settings = { ...GRACE, open: false };
        await g1.asks('join', names('b', 100));
        for (const name of names('a', 40)) await g1.claim(name);
        const before = (await g1.call()).view.heads;
        g1.settings = { ...GRACE, leadMs: 0 };
        await clock.advance(100);
        const { heads } = (await g1.tick()).view;
        const returned = heads[1] - before[1];
        expect(returned).toBeGreaterThan(0);
        expect(returned).toBeLessThanOrEqual(heads[0] - before[0] + 1);
      }),
    );

    it(
      'three times, and then at the end of the main line',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await lapsed(contract, 1);
        for (const returns of [1, 2, 3]) {
          expect(placeOf(await g1.join('a1'))).toEqual(place(returns, 1, returns as 0 | 1));
          await g1.ticks(clock, GRACE_MS + 2 * RUNG_MS);
        }
        await g1.asks('join', ['b1']);
        const end = await g1.join('a1');
        expect(placeOf(end)).toMatchObject({ line: 0, returns: 0 });
        expect(placeOf(end).number).toBeGreaterThan(placeOf(await g1.find('b1')).number);
      }),
    );

    it(
      'the old ticket is worth no second return, once the new place is used up',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await lapsed(contract, 1);
        expect(placeOf(await g1.join('a1'))).toEqual(place(1, 1));
        await g1.ticks(clock, 200);
        expect((await g1.claim('a1', { place: place(1) })).kind).toBe('enter');
        await g1.answered('a1', place(1, 1));
        g1.settings = { ...GRACE, open: false };
        expect(placeOf(await g1.claim('a1', { place: place(1) }))).toMatchObject({ line: 0, number: 2 });
      }),
    );
  });
}

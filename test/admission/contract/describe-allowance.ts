import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.js';
import { type Open, SETTINGS } from '../stores.js';
import { contractOn, names } from './store-gateway.js';

export function describeAllowance(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());

  describe(`CampaignStore on ${adapter}: what the gateway's own limiter allows`, () => {
    it(
      'is taken together with a token, or neither is',
      on(async ({ clock, g1 }) => {
        g1.settings = { ...SETTINGS, slots: 0 };
        await g1.call();
        await clock.advance(1000);
        const { permits, view } = await g1.call({ permits: 10, allowance: 3 });
        expect(permits).toHaveLength(3);
        expect((await g1.call({ permits: 10, allowance: 0 })).view.doorTat).toBe(view.doorTat);
        expect((await g1.call({ permits: 10 })).permits).toHaveLength(10);
      }),
    );

    it(
      'is shared by the claims of a call: who finds nothing left has a place and stands at the door',
      on(async ({ clock, g1 }) => {
        g1.settings = { ...SETTINGS, slots: 0 };
        await g1.call();
        await clock.advance(1000);
        const asks = names('c', 3).map((claimant) => ({
          kind: 'claim' as const,
          claimant,
          place: null,
          toldMs: 0,
          limits: [],
          buckets: [],
        }));
        const { results, view } = await g1.call({ asks, allowance: 1 });
        expect(results.map(({ kind }) => kind)).toEqual(['enter', 'door', 'door']);
        expect(view.atDoor).toBe(2);
      }),
    );

    it(
      'stops grace while nobody has anything to allow',
      on(async ({ clock, g1 }) => {
        g1.settings = { ...SETTINGS, slots: 0 };
        await g1.call();
        await clock.advance(1000);
        const before = (await g1.call({ tick: true, allowance: 1 })).view.lineMs;
        for (let i = 0; i < 10; i++) {
          await clock.advance(100);
          await g1.call({ tick: true, allowance: 0 });
        }
        expect((await g1.call()).view.lineMs - before).toBeLessThanOrEqual(100);
      }),
    );
  });

  describe(`CampaignStore on ${adapter}: a lower class`, () => {
    it(
      'leaves the reserve of the burst to the others, and gets no place',
      on(async ({ clock, g1 }) => {
        g1.settings = { ...SETTINGS, slots: 0, reserveNs: SETTINGS.door.intervalNs * 15 };
        await g1.call();
        await clock.advance(1000);
        const low = await g1.asks('spare', names('low', 9));
        expect(low.map(({ kind }) => kind)).toEqual([...Array(5).fill('enter'), ...Array(4).fill('shut')]);
        const others = await g1.asks('claim', names('c', 15));
        expect(others.every(({ kind }) => kind === 'enter')).toBe(true);
      }),
    );

    it(
      'goes only while nobody waits',
      on(async ({ clock, g1 }) => {
        g1.settings = { ...SETTINGS, slots: 0 };
        await g1.call();
        await clock.advance(1000);
        await g1.join('somebody');
        expect(await g1.asks('spare', ['low'])).toEqual([expect.objectContaining({ kind: 'shut' })]);
        expect((await g1.call()).view.tails[0]).toBe(1);
      }),
    );
  });
}

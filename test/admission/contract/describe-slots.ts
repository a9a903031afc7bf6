import { describe, expect, it } from '@jest/globals';
import { SlotAccount } from '../../../src/admission/slot-account.js';
import { FakeClock } from '../../support/fake-clock.js';
import { done, type Open, SETTINGS } from '../stores.js';
import { type Contract, contractOn } from './store-gateway.js';

const NO_LINE = { ...SETTINGS, queue: false, slots: 0 };

export function describeSlots(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());

  describe(`CampaignStore on ${adapter}: slots`, () => {
    const ready = async ({ clock, g1, g2 }: Contract, slots: number): Promise<void> => {
      g1.settings = g2.settings = { ...NO_LINE, slots };
      await g1.call();
      await g2.call();
      await clock.advance(1000);
    };

    it(
      'are taken together with a token, or neither is',
      on(async (contract) => {
        const { g1 } = contract;
        await ready(contract, 3);
        const full = await g1.call({ permits: 10 });
        expect(full.permits).toHaveLength(3);
        const refused = await g1.call({ permits: 10 });
        expect(refused.permits).toEqual([]);
        expect(refused.view.doorTat).toBe(full.view.doorTat);
        g1.settings = NO_LINE;
        await g1.call({ permits: 100 });
        const empty = await g1.call({ permits: 10 });
        expect(empty.view.taken).toBe(20);
        expect((await g1.call({ permits: 10 })).view.taken).toBe(20);
      }),
    );

    it(
      'are counted over all gateways, and free when given back',
      on(async (contract) => {
        const { g1, g2 } = contract;
        await ready(contract, 5);
        expect((await g1.call({ permits: 3 })).permits).toHaveLength(3);
        expect((await g2.call({ permits: 9 })).permits).toHaveLength(2);
        g1.released = 2;
        await g1.call();
        const more = await g2.call({ permits: 9 });
        expect(more.permits).toHaveLength(2);
        expect(more.view.slotsInUse).toBe(5);
      }),
    );

    it(
      'of a gateway that fell silent are free when its lease is over, and taken again when it is back',
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await ready(contract, 2);
        await g1.call({ permits: 2 });
        await clock.advance(SETTINGS.slotLeaseMs);
        expect((await g2.call({ permits: 1 })).permits).toEqual([]);
        await clock.advance(1);
        expect((await g2.call({ permits: 1 })).permits).toHaveLength(1);
        expect((await g1.call()).view.slotsInUse).toBe(3);
        g1.released = 2;
        expect((await g1.call()).view.slotsInUse).toBe(1);
      }),
    );

    it(
      'with a short lease are free when it is over, though their gateway still counts as alive',
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await ready(contract, 2);
        g1.settings = g2.settings = { ...g1.settings, slotLeaseMs: 1000 };
        await g1.call({ permits: 2 });
        await clock.advance(1001);
        const { permits, view } = await g2.call({ permits: 2 });
        expect(permits).toHaveLength(2);
        expect(view.gateways).toBe(2);
      }),
    );

    it(
      'granted by a reply that was lost come back with the next one',
      on(async (contract) => {
        const { g1 } = contract;
        await ready(contract, 2);
        const account = new SlotAccount();
        account.abandon(account.open());
        await done(contract.store, { settings: g1.settings, permits: 2 });
        const next = account.open();
        account.close(next, 0, (await g1.call()).view.taken);
        expect(account.released).toBe(2);
        g1.released = account.released;
        expect((await g1.call({ permits: 2 })).permits).toHaveLength(2);
      }),
    );

    it(
      'are still known when the store lost them',
      on(async (contract) => {
        const { g1, empty } = contract;
        await ready(contract, 4);
        await g1.call({ permits: 3 });
        g1.store = await empty();
        expect((await g1.call()).view.slotsInUse).toBe(3);
      }),
    );

    it(
      'count who is alive: a gateway heard of within the last second and a half',
      on(async ({ clock, g1, g2 }) => {
        await g2.call();
        expect((await g1.call()).view.gateways).toBe(2);
        await clock.advance(1500);
        expect((await g1.call()).view.gateways).toBe(2);
        await clock.advance(1);
        expect((await g1.call()).view.gateways).toBe(1);
      }),
    );
  });
}

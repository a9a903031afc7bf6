import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.js';
import { type Open, SETTINGS } from '../stores.js';
import { type Contract, contractOn, names, place, placeOf } from './store-gateway.js';

const SHUT = { ...SETTINGS, open: false };

export function describeLine(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());
  /** The door's bucket is full. */
  const ready = async ({ clock, g1 }: Contract): Promise<void> => {
    await g1.tick();
    await clock.advance(1000);
  };

  describe(`CampaignStore on ${adapter}: numbers`, () => {
    it(
      'are issued in order of arrival, over two gateways, once per claimant',
      on(async ({ g1, g2 }) => {
        g1.settings = g2.settings = SHUT;
        const first = await g1.asks('join', names('a', 50));
        const second = await g2.asks('claim', names('b', 50));
        expect([...first, ...second].map((result) => placeOf(result).number)).toEqual(
          Array.from({ length: 100 }, (_, at) => at + 1),
        );
        const again = await g2.asks('join', ['a7', 'b7', 'a7']);
        expect(again.map((result) => placeOf(result).number)).toEqual([7, 57, 7]);
        expect((await g1.call()).view.tails).toEqual([100, 0]);
      }),
    );

    it(
      'say whether the place was made by this ask',
      on(async ({ g1 }) => {
        g1.settings = SHUT;
        expect(await g1.join('a')).toMatchObject({ kind: 'wait', joined: true });
        expect(await g1.join('a')).toMatchObject({ kind: 'wait', joined: false });
      }),
    );

    it(
      'are found without making one, and without being let in',
      on(async (contract) => {
        const { g1 } = contract;
        await ready(contract);
        expect(await g1.find('a')).toEqual({ kind: 'none' });
        await g1.join('a');
        await g1.tick();
        expect(await g1.find('a')).toMatchObject({ kind: 'wait', place: place(1) });
        expect((await g1.call()).view).toMatchObject({ heads: [1, 0], tails: [1, 0], taken: 0 });
      }),
    );

    it(
      'are no more than the line may hold',
      on(async ({ g1 }) => {
        g1.settings = { ...SHUT, maxWaiting: 3 };
        const results = await g1.asks('claim', names('a', 5));
        expect(results.map(({ kind }) => kind)).toEqual(['wait', 'wait', 'wait', 'full', 'full']);
        expect((await g1.claim('a2')).kind).toBe('wait');
        await g1.tell({ given: [{ claimant: 'a1', place: place(1) }] });
        expect((await g1.claim('a1')).kind).toBe('full');
      }),
    );

    it(
      'given up are gone: who comes back is a newcomer at the end',
      on(async ({ g1 }) => {
        g1.settings = SHUT;
        await g1.asks('join', ['a', 'b']);
        await g1.tell({ given: [{ claimant: 'a', place: place(1) }] });
        expect((await g1.find('a')).kind).toBe('none');
        const back = await g1.join('a', { place: place(1) });
        expect(back).toMatchObject({ joined: true, place: place(3) });
      }),
    );

    it(
      'spent by a final answer prove nothing any more, neither by claimant nor by ticket',
      on(async (contract) => {
        const { g1 } = contract;
        await ready(contract);
        await g1.asks('join', ['a', 'b']);
        await g1.tick();
        expect((await g1.claim('a')).kind).toBe('enter');
        await g1.answered('a', place(1));
        g1.settings = SHUT;
        expect(await g1.claim('a', { place: place(1) })).toMatchObject({ kind: 'wait', joined: true, place: place(3) });
      }),
    );

    it(
      'kept by an answer that was not final stay called, whatever comes twice',
      on(async (contract) => {
        const { g1 } = contract;
        await ready(contract);
        await g1.join('a');
        await g1.tick();
        expect((await g1.claim('a')).kind).toBe('enter');
        await g1.tell({ retained: [{ claimant: 'a', place: place(1) }] });
        expect(await g1.claim('a')).toMatchObject({ kind: 'enter', place: place(1) });
        await g1.tell({ spent: [{ claimant: 'a', place: place(1) }] });
        await g1.tell({ retained: [{ claimant: 'a', place: place(1) }] });
        expect((await g1.find('a')).kind).toBe('none');
      }),
    );
  });

  describe(`CampaignStore on ${adapter}: entering`, () => {
    it(
      'is direct while nobody waits, is expected or stands at the door',
      on(async (contract) => {
        const { g1 } = contract;
        await ready(contract);
        expect(await g1.claim('a')).toMatchObject({ kind: 'enter', place: null, departInUs: 0 });
        expect((await g1.call()).view).toMatchObject({ tails: [0, 0], taken: 1 });
      }),
    );

    it.each(['waits', 'is expected', 'stands at the door'])(`is not direct while somebody %s (${adapter})`, (which) =>
      on(async (contract) => {
        const { g1 } = contract;
        await ready(contract);
        await g1.join('before');
        if (which !== 'waits') await g1.tick();
        if (which === 'stands at the door') {
          g1.settings = SHUT;
          expect((await g1.claim('before')).kind).toBe('door');
          g1.settings = SETTINGS;
        }
        const after = await g1.claim('after');
        expect(placeOf(after).number).toBe(2);
      })(),
    );

    it(
      'is for who is called; a place that is not called waits, however free the door is',
      on(async (contract) => {
        const { g1 } = contract;
        await ready(contract);
        await g1.asks('join', names('a', 60));
        await g1.tick();
        const { heads } = (await g1.call()).view;
        expect(heads[0]).toBe(40);
        expect((await g1.claim('a41')).kind).toBe('wait');
        expect((await g1.claim('a40')).kind).toBe('enter');
      }),
    );

    it(
      'is once: the place is inside until it is answered, or until the lease of a lost gateway ends',
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await ready(contract);
        await g1.join('a');
        await g1.tick();
        expect((await g1.claim('a')).kind).toBe('enter');
        expect(await g2.claim('a')).toEqual({ kind: 'inside', place: place(1) });
        await clock.advance(SETTINGS.slotLeaseMs);
        await g2.tick();
        expect((await g2.claim('a')).kind).toBe('inside');
        await clock.advance(100);
        await g2.tick();
        expect((await g2.claim('a')).kind).toBe('enter');
      }),
    );

    it(
      'with a permit of the gateway counts like any other',
      on(async (contract) => {
        const { g1, g2 } = contract;
        await ready(contract);
        await g1.join('a');
        await g1.tick();
        g1.settings = SHUT;
        expect((await g1.claim('a')).kind).toBe('door');
        expect((await g1.call()).view.atDoor).toBe(1);
        g1.settings = SETTINGS;
        await g1.tell({ entered: [place(1)] });
        expect((await g1.call()).view.atDoor).toBe(0);
        expect((await g2.claim('a')).kind).toBe('inside');
      }),
    );

    it(
      'without a line is for the door alone to decide',
      on(async (contract) => {
        const { g1 } = contract;
        g1.settings = { ...SETTINGS, queue: false, slots: 2 };
        await ready(contract);
        const results = await g1.asks('claim', ['a', 'b', 'c']);
        expect(results.map(({ kind }) => kind)).toEqual(['enter', 'enter', 'shut']);
        expect((await g1.call()).view.tails).toEqual([0, 0]);
      }),
    );
  });
}

import { describe, expect, it } from '@jest/globals';
import { bucketRate } from '../../../src/buckets/gcra.js';
import { FakeClock } from '../../support/fake-clock.js';
import { ask, type Open, SETTINGS } from '../stores.js';
import { type Contract, contractOn, names, place } from './store-gateway.js';

const SHUT = { ...SETTINGS, open: false };

export function describeCalling(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());
  /** The door's bucket is full. */
  const ready = async ({ clock, g1 }: Contract): Promise<void> => {
    await g1.tick();
    await clock.advance(1000);
  };

  describe(`CampaignStore on ${adapter}: calling`, () => {
    it(
      'calls what the door takes until the next can come, and no more while they are expected',
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await ready(contract);
        await g1.asks('join', names('a', 100));
        expect((await g1.tick()).view.heads[0]).toBe(40);
        expect((await g2.tick()).view).toMatchObject({ ticked: false, heads: [40, 0] });
        await clock.advance(100);
        expect((await g2.tick()).view).toMatchObject({ ticked: true, heads: [40, 0] });
      }),
    );

    it(
      'calls as many more as an operator says, the returned first, never beyond the end, and expects them',
      on(async (contract) => {
        const { clock, g1, operators } = contract;
        const release = (from: number, calls: number) =>
          operators.amend({ from, overrides: '', record: 'r', head: 'h', begins: 'nothing', calls });
        await ready(contract);
        await g1.asks('join', names('a', 100));
        expect((await g1.tick()).view.heads).toEqual([40, 0]);
        expect((await release(0, 25)).kind).toBe('amended');
        g1.settings = { ...SETTINGS, revision: 1 };
        // Those called are expected: the door calls nobody more meanwhile.
        await clock.advance(60);
        expect((await g1.tick()).view.heads).toEqual([65, 0]);
        expect((await release(0, 25)).kind).toBe('stale');
        await release(1, 1000);
        g1.settings = { ...SETTINGS, revision: 2 };
        await clock.advance(60);
        expect((await g1.tick()).view).toMatchObject({ heads: [100, 0], tails: [100, 0] });
        expect((await operators.read()).revision).toBe(2);
      }),
    );

    it(
      'takes nobody for a no-show after a raise, until all who wait can have asked again',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await ready(contract);
        await g1.asks('join', names('a', 200));
        await g1.tick();
        g1.settings = { ...SETTINGS, door: bucketRate(20, 125), pollMaxMs: 2000 };
        expect((await g1.ticks(clock, 5000)).view.show).toBe(1);
        expect((await g1.ticks(clock, 200)).view.show).toBeLessThan(0.5);
      }),
    );

    it(
      'counts who came once, admitted or not, however often they come',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await ready(contract);
        await g1.asks('join', names('a', 100));
        await g1.tick();
        g1.settings = { ...SETTINGS, slots: 1 };
        for (let again = 0; again < 5; again++) {
          await g1.asks('claim', names('a', 30));
          await clock.advance(20);
        }
        expect((await g1.call()).view.atDoor).toBe(29);
        await clock.advance(100);
        // 20 tokens and 20 of lead, less 29 at the door, less 10 still expected.
        expect((await g1.tick()).view.heads[0]).toBeLessThanOrEqual(42);
      }),
    );

    it(
      'expects the others still, however often one of them comes and goes',
      on(async (contract) => {
        const { g1 } = contract;
        await ready(contract);
        await g1.asks('join', ['a', 'b']);
        await g1.tick();
        g1.settings = SHUT;
        for (let again = 0; again < 3; again++) expect((await g1.claim('a')).kind).toBe('door');
        g1.settings = SETTINGS;
        await g1.tell({ gone: [place(1)] });
        expect(await g1.claim('newcomer')).toMatchObject({ place: place(3) });
      }),
    );

    it(
      'calls nobody while the door is shut, or its slots are full and nothing moves',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await ready(contract);
        await g1.asks('join', names('a', 100));
        g1.settings = SHUT;
        expect((await g1.ticks(clock, 2000)).view.heads).toEqual([0, 0]);
        g1.settings = { ...SETTINGS, slots: 1 };
        await g1.call({ permits: 1 });
        await g1.tick();
        const { heads } = (await g1.ticks(clock, 100)).view;
        expect((await g1.ticks(clock, 3000)).view.heads).toEqual(heads);
      }),
    );

    it(
      'never has more than burst + rate × dwell people come and not enter, though nobody is let in',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await ready(contract);
        await g1.asks('join', names('a', 100));
        await g1.asks('join', names('b', 100));
        g1.settings = { ...SETTINGS, slots: 1 };
        await g1.call({ permits: 1 });
        for (let second = 0; second < 50; second++) {
          const { heads } = (await g1.tick()).view;
          await g1.asks('claim', names('a', Math.min(100, heads[0])));
          await clock.advance(100);
        }
        expect((await g1.call()).view.heads[0]).toBeLessThanOrEqual(20 + 100 * 0.4);
      }),
    );

    it(
      'lets somebody at the door go, and calls another in their stead',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await ready(contract);
        await g1.asks('join', names('a', 100));
        await g1.tick();
        g1.settings = { ...SETTINGS, slots: 1 };
        await g1.asks('claim', names('a', 40));
        await clock.advance(100);
        expect((await g1.tick()).view.heads[0]).toBe(41);
        await g1.tell({ gone: names('a', 10).map((_, at) => place(at + 2)) });
        g1.released++;
        await clock.advance(100);
        expect((await g1.tick()).view.heads[0]).toBeGreaterThanOrEqual(50);
      }),
    );

    it(
      'takes a hundred asks in one call, and answers each in its place',
      on(async ({ g1 }) => {
        g1.settings = SHUT;
        const asks = names('a', 100).map((name, at) => ask(name, { kind: at % 2 === 0 ? 'join' : 'find' }));
        const { results } = await g1.call({ asks });
        expect(results.map(({ kind }) => kind)).toEqual(
          names('', 100).map((_, at) => (at % 2 === 0 ? 'wait' : 'none')),
        );
      }),
    );
  });
}

import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.js';
import { type Open, SETTINGS } from '../stores.js';
import { contractOn, names, place, placeOf, type StoreGateway } from './store-gateway.js';

const SHUT = { ...SETTINGS, open: false };

export function describeLoss(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());

  describe(`CampaignStore on ${adapter}: a loss of data`, () => {
    it(
      'is noticed by the first gateway that knew more, and said once',
      on(async ({ g1, g2, empty }) => {
        g1.settings = g2.settings = SHUT;
        await g1.asks('join', names('a', 50));
        await g2.call();
        g1.store = g2.store = await empty();
        const { view } = await g1.call();
        expect(view).toMatchObject({ loss: true, tails: [150, 100], generation: 'gen-g1' });
        expect((await g2.call()).view).toMatchObject({ loss: false, tails: [150, 100], generation: 'gen-g1' });
        expect((await g1.call()).view.loss).toBe(false);
      }),
    );

    it(
      'of nothing known is none: a new campaign begins at 1',
      on(async ({ g1 }) => {
        g1.settings = SHUT;
        expect((await g1.call()).view).toMatchObject({ loss: false, tails: [0, 0], generation: 'gen-g1' });
        expect(placeOf(await g1.join('a')).number).toBe(1);
      }),
    );

    it(
      'never issues a number twice, though joins were in flight through two gateways',
      on(async ({ g1, g2, store, empty }) => {
        g1.settings = g2.settings = SHUT;
        const issued = new Map<number, string>();
        const issue = async (gateway: StoreGateway, claimants: string[]): Promise<void> => {
          for (const [at, result] of (await gateway.asks('join', claimants)).entries()) {
            const { number } = placeOf(result);
            expect(issued.get(number) ?? claimants[at]).toBe(claimants[at]);
            issued.set(number, claimants[at]!);
          }
        };
        await issue(g1, names('a', 40));
        const behind = g1.known;
        await issue(g2, names('b', 60));
        expect(g1.store).toBe(store);
        g1.store = g2.store = await empty();
        expect(g1.known).toBe(behind);
        await issue(g1, names('x', 30));
        await issue(g2, names('y', 30));
        await issue(g1, names('z', 30));
        expect(issued.size).toBe(190);
      }),
    );

    it(
      'by an older copy of the same data is noticed too',
      on(async ({ g1, g2 }) => {
        g1.settings = g2.settings = SHUT;
        await g1.asks('join', names('a', 10));
        g1.known = { ...g1.known, tails: [14, 0], heads: [3, 0] };
        expect((await g1.call()).view).toMatchObject({ loss: true, tails: [114, 100], heads: [3, 0] });
        g2.known = { ...g1.known, tails: [110, 0] };
        expect((await g2.call()).view.loss).toBe(false);
      }),
    );

    it(
      'leaves everybody with a ticket where they were, by any gateway',
      on(async ({ clock, g1, g2, empty }) => {
        g1.settings = g2.settings = SHUT;
        await g1.asks('join', names('a', 30));
        g1.store = g2.store = await empty();
        expect(placeOf(await g2.find('a20', { place: place(20) }))).toEqual(place(20));
        await g1.call();
        expect(placeOf(await g1.find('a20'))).toEqual(place(20));
        expect((await g1.find('a21')).kind).toBe('none');
        expect(placeOf(await g1.join('a21')).number).toBe(121);
        g1.settings = SETTINGS;
        await g1.tick();
        await clock.advance(1000);
        expect((await g1.ticks(clock, 100)).view.heads[0]).toBeGreaterThanOrEqual(20);
        expect(await g1.claim('a20')).toMatchObject({ kind: 'enter', place: place(20) });
      }),
    );

    it(
      'shows by a ticket beyond the tail, where no gateway knew more: its number is not issued again',
      on(async ({ g1 }) => {
        g1.settings = SHUT;
        expect(placeOf(await g1.join('old', { place: place(500) }))).toEqual(place(500));
        expect(placeOf(await g1.join('new')).number).toBe(601);
      }),
    );

    it(
      'costs no call: heads jump the numbers that were left out',
      on(async ({ clock, g1, empty }) => {
        g1.settings = SHUT;
        await g1.asks('join', names('a', 5));
        g1.store = await empty();
        g1.known = { ...g1.known, heads: [5, 0] };
        await g1.call();
        const newest = placeOf(await g1.join('n')).number;
        expect(newest).toBe(106);
        g1.settings = SETTINGS;
        await g1.tick();
        await clock.advance(1000);
        await g1.ticks(clock, 100);
        expect((await g1.call()).view).toMatchObject({ heads: [106, 100], tails: [106, 100] });
        expect((await g1.claim('n')).kind).toBe('enter');
        expect((await g1.claim('direct')).kind).toBe('enter');
      }),
    );

    it(
      'takes nobody back behind the head that a gateway knew',
      on(async ({ clock, g1, empty }) => {
        await g1.tick();
        await clock.advance(1000);
        await g1.asks('join', names('a', 30));
        await g1.tick();
        expect(g1.known.heads[0]).toBe(30);
        g1.store = await empty();
        expect((await g1.call()).view.heads[0]).toBe(30);
      }),
    );
  });
}

import { describe, expect, it } from '@jest/globals';
import { STORE_TIME_ORIGIN_MS } from '../../../src/admission/exchange.js';
import type { ExchangeSettings } from '../../../src/admission/exchange-settings.js';
import { type Lottery, turnOf } from '../../../src/waiting-room/lottery.js';
import { FakeClock } from '../../support/fake-clock.js';
import { NOTHING_KNOWN, type Open, SETTINGS } from '../stores.js';
import { type Contract, contractOn, names, place, placeOf, StoreGateway } from './store-gateway.js';

const KEY = 'c0ffee'.padEnd(40, '0');
const OTHER_KEY = 'decaf'.padEnd(40, '0');
const PEOPLE = 60;

function settingsAt(clock: FakeClock, openInMs: number, key = KEY): ExchangeSettings {
  const drawAtUs = clock.monotonicUs() - STORE_TIME_ORIGIN_MS * 1000 + openInMs * 1000;
  return { ...SETTINGS, lottery: { key, drawAtUs } };
}

/** Sixty people joined; the opening is a second away. */
async function prequeue({ clock, g1, g2 }: Contract): Promise<void> {
  g1.settings = g2.settings = settingsAt(clock, 1000);
  await g1.asks('join', names('p', PEOPLE));
}

async function opened(contract: Contract): Promise<Lottery> {
  await prequeue(contract);
  await contract.clock.advance(1000);
  return (await contract.g1.call()).view.lottery!;
}

export function describeLottery(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());

  describe(`Drawing lots on ${adapter}`, () => {
    it(
      'is done by the first call at or after the opening, in store time, among all who joined before',
      on(async (contract) => {
        await prequeue(contract);
        await contract.clock.advance(999.999);
        expect((await contract.g1.tick()).view.lottery).toEqual({ key: KEY, from: 0, to: 0 });
        await contract.clock.advance(0.001);
        const { view, results } = await contract.g2.call({
          asks: [{ kind: 'join', claimant: 'late', place: null, toldMs: 0, limits: [], buckets: [] }],
        });
        expect(view.lottery).toEqual({ key: KEY, from: 1, to: PEOPLE });
        expect(placeOf(results[0]!).number).toBe(PEOPLE + 1);
        expect((await contract.g1.tick()).view.lottery).toEqual({ key: KEY, from: 1, to: PEOPLE });
      }),
    );

    it(
      'comes before anybody goes in, whatever a gateway believes of the time',
      on(async (contract) => {
        await prequeue(contract);
        await contract.g1.ticks(contract.clock, 900);
        expect((await contract.g1.claim('p1')).kind).toBe('wait');
        expect((await contract.g1.claim('new')).kind).toBe('wait');
        const { view, permits } = await contract.g1.call({ permits: 3, tick: true });
        expect(permits).toEqual([]);
        expect(view.heads[0]).toBe(0);
      }),
    );

    it(
      'lets each go when the head has reached what was drawn, and those who joined later after them',
      on(async (contract) => {
        const { clock, g1 } = contract;
        const lottery = await opened(contract);
        const late = placeOf(await g1.join('late'));
        expect(turnOf(late, lottery)).toBe(PEOPLE + 1);
        const inside = new Set<number>();
        for (let round = 0; round < 60 && inside.size < PEOPLE; round++) {
          await clock.advance(100);
          const head = (await g1.tick()).view.heads[0];
          for (let number = 1; number <= PEOPLE; number++) {
            const turn = turnOf(place(number), lottery)!;
            if (inside.has(number)) continue;
            const result = await g1.claim(`p${number}`);
            expect(`${turn} at ${head}: ${result.kind === 'wait'}`).toBe(`${turn} at ${head}: ${turn > head}`);
            if (result.kind !== 'enter') continue;
            inside.add(number);
            await g1.answered(`p${number}`, result.place);
          }
        }
        expect(inside.size).toBe(PEOPLE);
        await g1.ticks(clock, 500);
        expect((await g1.claim('late')).kind).toBe('enter');
      }),
    );

    it(
      'lapses in the order drawn, too',
      on(async (contract) => {
        const { clock, g1 } = contract;
        const lottery = await opened(contract);
        g1.settings = { ...g1.settings, graceMs: 1000 };
        const { view } = await g1.ticks(clock, 1300);
        expect(view.lapsed[0]).toBeGreaterThan(0);
        expect(view.lapsed[0]).toBeLessThan(PEOPLE);
        for (let number = 1; number <= PEOPLE; number++) {
          const lapsed = turnOf(place(number), lottery)! <= view.lapsed[0];
          expect(placeOf(await g1.find(`p${number}`)).line).toBe(lapsed ? 1 : 0);
        }
      }),
    );

    it(
      'counts who comes by whose turn it was',
      on(async (contract) => {
        const { clock, g1 } = contract;
        const lottery = await opened(contract);
        await g1.ticks(clock, 500);
        const called = (await g1.call()).view.heads[0];
        const first = names('p', PEOPLE).filter((_, at) => turnOf(place(at + 1), lottery)! <= called);
        expect(first.length).toBe(called);
        await g1.asks('claim', first);
        await clock.advance(500);
        expect((await g1.tick()).view.show).toBe(1);
      }),
    );

    it(
      'is not done again when the store loses everything',
      on(async (contract) => {
        const { clock, g1, g2, empty } = contract;
        const lottery = await opened(contract);
        await g2.call();
        g1.store = g2.store = await empty();
        await clock.advance(100);
        const stranger = new StoreGateway(g1.store, 'g3');
        stranger.settings = settingsAt(clock, -1, OTHER_KEY);
        stranger.known = NOTHING_KNOWN;
        await stranger.call();
        const { view } = await g2.call();
        expect(view.lottery).toEqual(lottery);
        expect((await stranger.call()).view.lottery).toEqual(lottery);
        const again = await g1.join('p7', { place: place(7) });
        expect(placeOf(again)).toEqual(place(7));
      }),
    );

    it(
      'counts those whom the store has forgotten among those who joined, when it loses everything before',
      on(async (contract) => {
        const { clock, g1, empty } = contract;
        await prequeue(contract);
        g1.store = await empty();
        await clock.advance(1000);
        const { view } = await g1.call();
        expect(view.lottery!.to).toBeGreaterThanOrEqual(PEOPLE + SETTINGS.skip);
        const turns = names('p', PEOPLE).map((_, at) => turnOf(place(at + 1), view.lottery)!);
        expect(new Set(turns).size).toBe(PEOPLE);
        expect(Math.max(...turns)).toBeGreaterThan(PEOPLE);
      }),
    );

    it(
      'keeps the first key that it was given, so that keys of tickets may rotate',
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await prequeue(contract);
        g2.settings = settingsAt(clock, 1000, OTHER_KEY);
        expect((await g2.call()).view.lottery).toEqual({ key: KEY, from: 0, to: 0 });
        await clock.advance(1000);
        expect((await g2.call()).view.lottery!.key).toBe(KEY);
        expect((await g1.call()).view.lottery!.key).toBe(KEY);
      }),
    );

    it(
      'is for one epoch: a new one draws among those who join in it',
      on(async (contract) => {
        const { clock, operators, g1 } = contract;
        await opened(contract);
        await operators.amend({ from: 0, overrides: '', record: 'r', head: 'h', begins: 'epoch', calls: 0 });
        g1.settings = { ...settingsAt(clock, 1000, OTHER_KEY), revision: 1 };
        await g1.call();
        await g1.asks('join', names('q', 5));
        expect((await g1.call()).view.lottery).toEqual({ key: OTHER_KEY, from: 0, to: 0 });
        await clock.advance(1000);
        expect((await g1.call()).view.lottery).toEqual({ key: OTHER_KEY, from: PEOPLE + 1, to: PEOPLE + 5 });
      }),
    );
  });
}

import { describe, expect, it } from '@jest/globals';
import type { HealthCounts } from '../../../src/admission/exchange.js';
import { FakeClock } from '../../support/fake-clock.js';
import { NO_EVENTS, type Open, SETTINGS } from '../stores.js';
import { type Contract, contractOn, names, type StoreGateway } from './store-gateway.js';

/** 100 a second, never less than 10. */
const ADAPTIVE = { ...SETTINGS, slots: 0, pace: { enabled: true, configuredMilli: 100_000, leastMilli: 10_000 } };
const OK: HealthCounts = { served: 10, dropped: 0, restUs: 0 };
const HALF: HealthCounts = { served: 5, dropped: 5, restUs: 0 };
const DEAD: HealthCounts = { served: 0, dropped: 10, restUs: 0 };

export function describePace(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());

  /** Half-second after half-second, in which the service was like this. @returns the pace after each */
  const live = async ({ clock }: Contract, gateway: StoreGateway, ...health: HealthCounts[]): Promise<number[]> => {
    const paces: number[] = [];
    for (const one of health) {
      await gateway.call({ events: { ...NO_EVENTS, health: one } });
      for (let i = 0; i < 5; i++) {
        await clock.advance(100);
        await gateway.tick();
      }
      paces.push(gateway.known.pace.rateMilli);
    }
    return paces;
  };
  const ready = async ({ clock, g1, g2 }: Contract): Promise<void> => {
    g1.settings = g2.settings = ADAPTIVE;
    await g1.tick();
    await g2.call();
    await clock.advance(100);
    await g1.tick();
  };

  describe(`CampaignStore on ${adapter}: the pace that the service bears`, () => {
    it(
      'falls by the share that is dropped, at most by half, never below the least, and comes back in seconds',
      on(async (contract) => {
        await ready(contract);
        expect(await live(contract, contract.g1, OK, HALF, DEAD, DEAD, DEAD)).toEqual([
          0, 50_000, 25_000, 12_500, 10_000,
        ]);
        const back = await live(contract, contract.g1, ...Array<HealthCounts>(10).fill(OK));
        expect(back.slice(0, 3)).toEqual([17_500, 26_875, 38_593]);
        expect(back.at(-1)).toBe(0);
      }),
    );

    it(
      'is not moved by a few drops among many answers, nor by a single one',
      on(async (contract) => {
        await ready(contract);
        const few = { served: 95, dropped: 10, restUs: 0 };
        expect(await live(contract, contract.g1, few, { served: 1, dropped: 1, restUs: 0 })).toEqual([0, 0]);
      }),
    );

    it(
      'is the same for every gateway, and bounds what the door gives',
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await ready(contract);
        await live(contract, g1, DEAD, DEAD, DEAD, DEAD);
        await clock.advance(20_000);
        expect((await g2.call()).view.pace.rateMilli).toBe(10_000);
        const first = (await g2.call({ permits: 100 })).permits.length;
        let inOneSecond = 0;
        for (let i = 0; i < 20; i++) {
          await clock.advance(50);
          inOneSecond += (await (i % 2 === 0 ? g1 : g2).call({ permits: 100 })).permits.length;
        }
        expect(first).toBeLessThanOrEqual(2);
        expect([9, 10, 11]).toContain(inOneSecond);
      }),
    );

    it(
      'follows what goes through while slots are what holds the door up',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await ready(contract);
        await g1.asks('join', names('c', 400));
        for (let i = 0; i < 60; i++) {
          await clock.advance(50);
          await g1.call({ permits: 20, allowance: i % 2, tick: true, events: { ...NO_EVENTS, health: OK } });
          await g1.tell({ entered: [{ line: 0, number: i + 1, returns: 0 }] });
        }
        expect(g1.known.pace.rateMilli).toBeGreaterThanOrEqual(24_000);
        expect(g1.known.pace.rateMilli).toBeLessThanOrEqual(26_000);
      }),
    );

    it(
      'rests for as long as the service asks, for everybody, and grace with it',
      on(async (contract) => {
        const { clock, g1, g2 } = contract;
        await ready(contract);
        await clock.advance(1000);
        await g1.call({ events: { ...NO_EVENTS, health: { served: 0, dropped: 1, restUs: 2_000_000 } } });
        const before = (await g2.tick()).view;
        expect((await g2.call({ permits: 3 })).permits).toEqual([]);
        for (let i = 0; i < 19; i++) {
          await clock.advance(100);
          await g2.tick();
        }
        expect((await g2.call({ permits: 3 })).view.lineMs - before.lineMs).toBeLessThanOrEqual(100);
        await clock.advance(101);
        expect((await g2.call({ permits: 3 })).permits).toHaveLength(3);
      }),
    );

    it(
      'is still known when the store lost it',
      on(async (contract) => {
        const { g1, g2, empty } = contract;
        await ready(contract);
        await live(contract, g1, DEAD, DEAD);
        g1.store = g2.store = await empty();
        await g1.call();
        expect((await g2.call()).view.pace.rateMilli).toBe(25_000);
      }),
    );

    it(
      'is the configured one again when an operator turns it off',
      on(async (contract) => {
        const { clock, g1 } = contract;
        await ready(contract);
        await live(contract, g1, DEAD);
        g1.settings = { ...ADAPTIVE, pace: { ...ADAPTIVE.pace, enabled: false } };
        await clock.advance(100);
        expect((await g1.tick()).view.pace.rateMilli).toBe(0);
      }),
    );
  });
}

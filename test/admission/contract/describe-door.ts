import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketRate } from '../../../src/buckets/gcra.js';
import { FakeClock } from '../../support/fake-clock.js';
import { excessOverBound } from '../measures.js';
import { ask, call, type Open, SETTINGS } from '../stores.js';
import { type Contract, contractOn, StoreGateway } from './store-gateway.js';

const NO_LINE = { ...SETTINGS, queue: false, slots: 0 };

export function describeDoor(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());
  /** Claims until the door says no. @returns how many went in */
  const drain = async ({ g1 }: Contract): Promise<number> => {
    const { permits } = await g1.call({ permits: 100 });
    return permits.length;
  };

  describe(`CampaignStore on ${adapter}: the door's bucket`, () => {
    it('never gives more than burst + rate × window, over any pattern of calls by two gateways', async () => {
      const step = fc.record({
        advanceMs: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0, 500)),
        second: fc.boolean(),
        claims: fc.integer({ min: 0, max: 15 }),
        permits: fc.integer({ min: 0, max: 15 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), (steps) =>
          on(async ({ clock, g1, g2 }) => {
            g1.settings = g2.settings = NO_LINE;
            const departuresUs: number[] = [];
            for (const [at, { advanceMs, second, claims, permits }] of steps.entries()) {
              await clock.advance(advanceMs);
              const asks = Array.from({ length: claims }, (_, n) => ask(`c${at}.${n}`));
              const reply = await (second ? g2 : g1).call({ asks, permits });
              for (const inUs of reply.permits) departuresUs.push(reply.view.nowUs + inUs);
              for (const one of reply.results) {
                if (one.kind === 'enter') departuresUs.push(reply.view.nowUs + one.departInUs);
              }
            }
            expect(excessOverBound(departuresUs, 100, 20)).toBeLessThanOrEqual(1e-6);
          })(),
        ),
        { numRuns: 30 },
      );
    }, 60_000);

    it(
      'is empty when it was never seen: losing it mints nothing',
      on(async (contract) => {
        contract.g1.settings = NO_LINE;
        expect(await drain(contract)).toBe(0);
        await contract.clock.advance(1000);
        expect(await drain(contract)).toBe(20);
      }),
    );

    it(
      'gives a token at most the horizon ahead, with its time, and none beyond it',
      on(async ({ clock, g1 }) => {
        g1.settings = NO_LINE;
        await g1.call();
        await clock.advance(4.999);
        expect((await g1.call({ permits: 1 })).permits).toEqual([]);
        await clock.advance(0.001);
        expect((await g1.call({ permits: 2 })).permits).toEqual([5000]);
      }),
    );

    it.each([
      [100, 400],
      [100, 25],
    ])(`mints nothing when the rate changes from %i to %i a second, and goes on at once (${adapter})`, (from, to) =>
      on(async (contract) => {
        const { clock, g1 } = contract;
        g1.settings = { ...NO_LINE, door: bucketRate(20, from) };
        await g1.call();
        await clock.advance(1000);
        await drain(contract);
        g1.settings = { ...NO_LINE, door: bucketRate(20, to), horizonUs: 0 };
        expect(await drain(contract)).toBe(0);
        let given = 0;
        for (let ms = 0; ms < 100; ms += 2) {
          await clock.advance(2);
          given += await drain(contract);
        }
        expect(given).toBeLessThanOrEqual(to / 10);
        expect(given).toBeGreaterThanOrEqual(Math.floor(to / 10) - 1);
      })(),
    );

    it(
      'keeps what a gateway knows to be spent, though the store lost it',
      on(async ({ clock, g1, empty }) => {
        g1.settings = NO_LINE;
        await g1.call();
        await clock.advance(1000);
        await g1.call({ permits: 20 });
        g1.store = await empty();
        expect((await g1.call({ permits: 20 })).permits).toEqual([]);
        await clock.advance(100);
        expect((await g1.call({ permits: 20 })).permits.length).toBeLessThanOrEqual(10);
      }),
    );

    it(
      'keeps what a gateway knows to be spent, though an older copy of the data does not',
      on(async ({ clock, g1 }) => {
        g1.settings = NO_LINE;
        await g1.call();
        await clock.advance(1000);
        const { view } = await g1.call();
        g1.known = { ...g1.known, doorTat: view.nowUs * 1000 + 200e6 };
        expect((await g1.call({ permits: 20 })).permits).toEqual([]);
        await clock.advance(100);
        expect((await g1.call({ permits: 20 })).permits).toHaveLength(10);
      }),
    );

    it(
      'gives nothing while it is shut, and loses nothing by it',
      on(async (contract) => {
        const { clock, g1 } = contract;
        g1.settings = NO_LINE;
        await g1.call();
        await clock.advance(1000);
        g1.settings = { ...NO_LINE, open: false };
        expect(await drain(contract)).toBe(0);
        g1.settings = NO_LINE;
        expect(await drain(contract)).toBe(20);
      }),
    );
  });

  describe(`CampaignStore on ${adapter}: a late call`, () => {
    it(
      'does nothing at all',
      on(async ({ clock, store, g1 }) => {
        const { view } = await g1.call();
        await clock.advance(1000);
        const late = call({
          notAfterUs: view.nowUs + 999_999,
          permits: 5,
          tick: true,
          asks: [ask('a'), ask('b', { kind: 'join' })],
          known: { ...g1.known, tails: [50, 0] },
        });
        expect(await store.exchange(late)).toEqual({ kind: 'late', nowUs: view.nowUs + 1_000_000 });
        const after = await g1.call();
        expect(after.view).toMatchObject({ tails: [0, 0], taken: 0, loss: false });
        expect((await new StoreGateway(store, 'g2').find('b')).kind).toBe('none');
      }),
    );

    it(
      'is in time up to its very microsecond',
      on(async ({ store, g1 }) => {
        const { view } = await g1.call();
        expect((await store.exchange(call({ notAfterUs: view.nowUs }))).kind).toBe('done');
      }),
    );
  });
}

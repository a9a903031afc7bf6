/** What a campaign store promises of the ledger and the budget. */
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Settlement } from '../../src/admission/exchange.js';
import { ask, done, NO_EVENTS, type Open } from '../admission/stores.js';
import { until } from '../support/until.js';
import { claims, ending, entry, knowing, LEASE_MS, ledgerKit } from './ledger-kit.js';

export function describeClaims(adapter: string, openStore: Open) {
  describe(`The ledger of ${adapter}`, () => {
    const { opened, closeAll } = ledgerKit(openStore);
    afterEach(closeAll);

    it('gives an entry to one of many asks, in one call or in several', async () => {
      const { store, claim } = await opened();
      const asks = ['a1', 'a2', 'a3'].map((attempt) => ask('ann', { ledger: entry('k', attempt) }));
      const { results } = await done(store, { asks });
      expect(results.map(({ kind }) => kind)).toEqual(['enter', 'recorded', 'recorded']);
      expect((await claim('k', 'a4')).result).toMatchObject({
        kind: 'recorded',
        text: expect.stringMatching(/^i\d+ a1 - -$/),
      });
    });

    it('lets nobody take an entry over within its lease, and afterwards only who names the attempt', async () => {
      const { clock, claim } = await opened();
      await claim('k', 'a1');
      expect((await claim('k', 'a2', {}, 'a1')).result.kind).toBe('recorded');
      await clock.advance(LEASE_MS + 1);
      expect((await claim('k', 'a2')).result.kind).toBe('recorded');
      expect((await claim('k', 'a2', {}, 'a0')).result.kind).toBe('recorded');
      const taken = await claim('k', 'a2', {}, 'a1');
      expect([taken.result.kind, taken.view.claims.held]).toEqual(['enter', 1]);
      expect((await claim('k', 'a3', {}, 'a1')).result.kind).toBe('recorded');
    });

    it('ignores the late word of an attempt that was taken over', async () => {
      const { clock, store, claim } = await opened();
      await claim('k', 'a1');
      await clock.advance(LEASE_MS + 1);
      await claim('k', 'a2', {}, 'a1');
      for (const outcome of ['granted', 'free', 'unknown'] as const) {
        const { view } = await done(store, ending('k', 'a1', outcome));
        expect(view.claims).toMatchObject({ granted: 0, held: 1 });
      }
      expect((await done(store, ending('k', 'a2', 'granted'))).view.claims).toMatchObject({ granted: 1, held: 0 });
    });

    it('counts a grant once, however often it is reported', async () => {
      const { store, claim } = await opened();
      await claim('k', 'a1');
      for (let i = 0; i < 3; i++) await done(store, ending('k', 'a1', 'granted'));
      const { result, view } = await claim('k', 'a2');
      expect([result.kind, view.claims.granted]).toEqual(['recorded', 1]);
    });

    it('frees an entry for the next claim, and its unit', async () => {
      const { store, claim } = await opened();
      expect((await claim('k', 'a1', claims({ budget: 1 }))).view.claims.held).toBe(1);
      expect((await done(store, ending('k', 'a1', 'free'))).view.claims.held).toBe(0);
      expect((await claim('k', 'a3', claims({ budget: 1 }))).result.kind).toBe('enter');
    });

    it('remembers a grant beyond its answer', async () => {
      const { clock, store, claim } = await opened();
      await claim('k', 'a1');
      await done(store, ending('k', 'a1', 'granted', { keepMs: 30, markMs: 60_000 }));
      await clock.advance(40);
      // Redis ends what it keeps by its own clock.
      let { result } = await claim('k', 'a2');
      await until(async () => {
        result = (await claim('k', 'a2')).result;
        return result.kind === 'recorded' && result.text === 'm';
      });
      expect(result).toEqual({ kind: 'recorded', text: 'm' });
    });

    it('forgets a rejection with its answer', async () => {
      const { clock, store, claim } = await opened();
      await claim('k', 'a1');
      await done(store, ending('k', 'a1', 'rejected', { keepMs: 2000 }));
      expect((await claim('k', 'a2')).result.kind).toBe('recorded');
      await clock.advance(2001);
      await until(async () => (await claim('k', 'a2')).result.kind === 'enter', 20_000);
    });

    it('is sold out by a certain word, or by three bare ones in a row from different claimants', async () => {
      const { store } = await opened();
      const tell = async (...signs: Array<[string, 'bare' | 'certain' | 'none']>) => {
        const told = signs.map(([claimant, sign]) => ({ claimant, sign }));
        return (await done(store, { events: { ...NO_EVENTS, signs: told } })).view.claims;
      };
      expect(await tell(['ann', 'bare'], ['bob', 'bare'], ['ann', 'bare'])).toMatchObject({ soldOut: 0, signs: 2 });
      expect(await tell(['cat', 'none'])).toMatchObject({ soldOut: 0, signs: 0 });
      expect(await tell(['ann', 'bare'], ['bob', 'bare'], ['cat', 'bare'])).toMatchObject({ soldOut: 1 });
      expect(await tell(['dan', 'certain'])).toMatchObject({ soldOut: 1 });
      expect((await done(store, knowing({ soldOut: 2 }))).view.claims.soldOut).toBe(2);
    });

    it('grants no claim twice and no more than the budget, whatever gateways do, lose and repeat', async () => {
      const step = fc.record({
        key: fc.integer({ min: 0, max: 7 }),
        what: fc.constantFrom('claim', 'claim', 'repeat', 'granted', 'granted', 'free', 'unknown', 'wait'),
        again: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
          const { clock, store, claim } = await opened();
          const bounded = claims({ budget: 4 });
          const owner = new Map<string, string>();
          const granted = new Set<string>();
          const attempts: Array<{ name: string; id: string; repeats: boolean; said: Settlement['outcome'] | null }> =
            [];
          for (const [i, { key, what, again }] of steps.entries()) {
            const name = `k${key}`;
            if (what === 'wait') await clock.advance(LEASE_MS + 1);
            else if (what === 'claim' || what === 'repeat') {
              const before = what === 'repeat' ? (owner.get(name) ?? '') : '';
              const { result } = await claim(name, `a${i}`, bounded, before);
              if (result.kind !== 'enter' && result.kind !== 'door') continue;
              expect(granted.has(name)).toBe(false);
              owner.set(name, `a${i}`);
              attempts.push({ name, id: `a${i}`, repeats: before !== '', said: null });
            } else {
              // Any attempt there ever was may speak, late, and say the same twice; only the owner of an entry is heard.
              const attempt = attempts[(key * 31 + i) % Math.max(1, attempts.length)];
              if (attempt === undefined) continue;
              attempt.said ??= what === 'free' && attempt.repeats ? 'unknown' : (what as Settlement['outcome']);
              const { name: of, id, said } = attempt;
              for (let times = again ? 2 : 1; times > 0; times--)
                await done(store, { ...bounded, ...ending(of, id, said) });
              if (owner.get(of) !== id || said === 'unknown') continue;
              owner.delete(of);
              if (said === 'granted') granted.add(of);
            }
            const { view } = await done(store, bounded);
            expect(view.claims.granted).toBe(granted.size);
            expect(view.claims.held).toBe(owner.size);
            expect(granted.size + owner.size).toBeLessThanOrEqual(4);
          }
          await closeAll();
        }),
        { numRuns: 40, endOnFailure: true },
      );
    }, 60_000);
  });
}

/** What a campaign store promises of the ledger and the budget. */
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ExchangeCall, KnownClaims, Settlement } from '../../src/admission/exchange.js';
import { ask, done, NO_EVENTS, NOTHING_KNOWN, type Open, SETTINGS } from '../admission/stores.js';
import { FakeClock } from '../support/fake-clock.js';
import { until } from '../support/until.js';

const LEASE_MS = SETTINGS.claims.leaseMs;

function claims(changes: Partial<typeof SETTINGS.claims>): Pick<ExchangeCall, 'settings'> {
  return { settings: { ...SETTINGS, claims: { ...SETTINGS.claims, ...changes } } };
}

const entry = (key: string, attempt: string, repeats = '') => ({ key, attempt, memo: '- -', repeats });

export function ending(key: string, attempt: string, outcome: Settlement['outcome'], more: Partial<Settlement> = {}) {
  const text = { granted: 'g\n-\n201t\n\nok', rejected: 'r\n-\n409t\n\nno', free: '', unknown: `u5 ${attempt} - -` }[
    outcome
  ];
  const settled = {
    key,
    attempt,
    outcome,
    text,
    keepMs: 0,
    markMs: -1,
    counts: true,
    generation: 'gen-1',
    era: 0,
    ...more,
  };
  return { events: { ...NO_EVENTS, settled: [settled] } };
}

function knowing(known: Partial<KnownClaims>, generation = 'gen-1') {
  return { known: { ...NOTHING_KNOWN, generation, claims: { ...NOTHING_KNOWN.claims, ...known } } };
}

/** A gateway that follows the newest settings. */
function revised(revision: number): Pick<ExchangeCall, 'settings'> {
  return { settings: { ...SETTINGS, revision } };
}

export function describeClaims(adapter: string, openStore: Open) {
  describe(`The ledger of ${adapter}`, () => {
    let close = async (): Promise<void> => {};
    afterEach(() => close());

    async function opened() {
      const clock = new FakeClock();
      const { store, settings, close: end } = await openStore(clock);
      close = end;
      // A door that nobody knows is an empty one.
      await done(store);
      await clock.advance(1000);
      const claim = async (key: string, attempt: string, more: Partial<ExchangeCall> = {}, repeats = '') => {
        const asked = ask(`c-${key}`, { ledger: entry(key, attempt, repeats) });
        const { results, view } = await done(store, { ...more, asks: [asked] });
        return { result: results[0]!, view };
      };
      return { clock, store, settings, claim };
    }

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

    it('takes the word of an attempt whose entry is gone, and gives back what it set aside for it', async () => {
      const { clock, store } = await opened();
      const lost = await done(store, { ...knowing({ granted: 5, held: 4, unknown: 1, attempts: 9 }, 'gen-0') });
      expect(lost.view.claims).toMatchObject({ granted: 5, lost: 4, losses: 1 });
      const { view } = await done(store, ending('k', 'a1', 'granted', { generation: 'gen-0' }));
      expect(view.claims).toMatchObject({ granted: 6, lost: 3, losses: 1 });
      expect((await done(store, ending('j', 'a2', 'free', { generation: '' }))).view.claims.lost).toBe(3);
      // What no gateway has settled within a lease was counted by an old view; what was unknown stays set aside.
      await clock.advance(LEASE_MS + 1);
      expect((await done(store)).view.claims.lost).toBe(1);
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

    it('begins anew at an operator’s word, and then hears nothing of what was before', async () => {
      const { store, settings, claim } = await opened();
      const anew = async (from: number) =>
        (await settings.amend({ from, overrides: '', record: 'r', head: 'h', begins: 'era', calls: 0 })).kind;
      await claim('k', 'a1');
      expect(await anew(0)).toBe('open');
      await done(store, ending('k', 'a1', 'granted', { markMs: 0 }));
      await done(store, ending('j', 'a0', 'granted'));
      expect(await anew(0)).toBe('amended');
      // A gateway of before: its figures do not count, nor do its claims and settlements, until it has heard.
      const before = { ...knowing({ granted: 2, attempts: 1, soldOut: 1 }), ...revised(1) };
      expect((await done(store, before)).view.claims).toMatchObject({ era: 1, granted: 0, attempts: 0, soldOut: 0 });
      expect((await claim('n', 'a2', before)).result.kind).toBe('untrusted');
      const late = { ...before, ...ending('m', 'a3', 'granted') };
      expect((await done(store, late)).view.claims).toMatchObject({ granted: 0, losses: 0 });
      const now = { ...knowing({ era: 1 }), ...revised(1) };
      expect((await claim('e1k', 'a4', now)).result.kind).toBe('enter');
      const settled = { ...now, ...ending('e1k', 'a4', 'granted', { era: 1 }) };
      expect((await done(store, settled)).view.claims).toMatchObject({ era: 1, granted: 1, held: 0 });
    });

    it('takes the era over from whoever knows of a later one: data was lost', async () => {
      const { store, claim } = await opened();
      await claim('k', 'a1');
      await done(store, ending('k', 'a1', 'granted'));
      const { view } = await done(store, knowing({ era: 2, granted: 1 }));
      expect([view.loss, view.claims.era, view.claims.granted]).toEqual([true, 2, 1]);
    });

    it('adds what it has counted since a loss to whatever is known of before, in whichever order it hears of both', async () => {
      const { store, claim } = await opened();
      expect((await done(store, knowing({ granted: 4, attempts: 9 }, 'gen-0'))).view.claims.granted).toBe(4);
      await claim('k', 'a1');
      expect((await done(store, ending('k', 'a1', 'granted'))).view.claims.granted).toBe(5);
      // A reply of before the loss, that its gateway had not seen when it called first: five then, and one since.
      expect((await done(store, knowing({ grantedBefore: 5 }))).view.claims.granted).toBe(6);
      expect((await done(store, knowing({ granted: 5 }, 'gen-0'))).view.claims.granted).toBe(6);
    });

    it('after a loss sets units aside for all that is at the service and has no entry, whoever has seen it', async () => {
      const { clock, store, claim } = await opened();
      await done(store, { known: { ...knowing({ granted: 2 }, 'gen-0').known, taken: 3, released: 0 } });
      await clock.advance(2000);
      const { view } = await done(store, { known: { ...knowing({}).known, taken: 3, released: 0 } });
      expect(view.claims).toMatchObject({ granted: 2, held: 0, lost: 3 });
      const bounded = claims({ budget: 5 });
      const still = { ...bounded, known: { ...knowing({}).known, taken: 3, released: 0 } };
      expect((await claim('k', 'a1', still)).result.kind).not.toBe('enter');
    });

    it('opens nothing after a loss where an operator has to confirm, and all of it afterwards', async () => {
      const { clock, store, claim } = await opened();
      await done(store, knowing({ granted: 1 }, 'gen-0'));
      await clock.advance(1000);
      const strict = claims({ strict: true });
      expect((await claim('k', 'a1', strict)).result.kind).toBe('untrusted');
      expect((await claim('k', 'a1', { ...strict, ...knowing({ confirmed: 1 }) })).result.kind).toBe('enter');
    });

    it('lets nobody into a bounded campaign just after a loss, until every gateway has told what it knows', async () => {
      const { clock, store, claim } = await opened();
      await done(store, knowing({ granted: 1 }, 'gen-0'));
      const bounded = claims({ budget: 10 });
      expect((await claim('k', 'a1', bounded)).result.kind).toBe('wait');
      await clock.advance(1600);
      await done(store, { ...bounded, tick: true });
      expect((await claim('k', 'a1', bounded)).result.kind).toBe('enter');
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
          await close();
          close = async () => {};
        }),
        { numRuns: 40, endOnFailure: true },
      );
    }, 60_000);
  });
}

/** What a campaign store promises of the ledger when data were lost, and when an operator has it begin anew. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { done, type Open } from '../admission/stores.js';
import { claims, ending, knowing, LEASE_MS, ledgerKit, revised } from './ledger-kit.js';

export function describeLedgerLoss(adapter: string, openStore: Open) {
  describe(`The ledger of ${adapter}, where data were lost or it begins anew`, () => {
    const { opened, closeAll } = ledgerKit(openStore);
    afterEach(closeAll);

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
  });
}

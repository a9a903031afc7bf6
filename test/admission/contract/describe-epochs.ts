import { describe, expect, it } from '@jest/globals';
import type { Amendment, CampaignSettingsStore } from '../../../src/admission/campaign-settings-store.js';
import { bucketRate } from '../../../src/buckets/gcra.js';
import { FakeClock } from '../../support/fake-clock.js';
import { NOTHING_KNOWN, type Open, SETTINGS } from '../stores.js';
import { contractOn, names, placeOf, StoreGateway } from './store-gateway.js';

function change(from: number, more: Partial<Amendment> = {}): Amendment {
  return {
    from,
    overrides: `{"n":${from}}`,
    record: `record ${from}`,
    head: `hash ${from}`,
    begins: 'nothing',
    calls: 0,
    ...more,
  };
}

async function reset(operators: CampaignSettingsStore): Promise<number> {
  const { revision: from } = await operators.read();
  return (await operators.amend(change(from, { begins: 'epoch' }))).settings.revision;
}

export function describeEpochs(adapter: string, open: Open): void {
  const on = contractOn(open, () => new FakeClock());

  describe(`Operators' settings on ${adapter}`, () => {
    it(
      'are none at first, and count their changes up by one',
      on(async ({ operators }) => {
        expect(await operators.read()).toEqual({ revision: 0, overrides: '', head: '' });
        const settings = { revision: 1, overrides: '{"n":0}', head: 'hash 0' };
        expect(await operators.amend(change(0))).toEqual({ kind: 'amended', settings });
        expect(await operators.read()).toEqual(settings);
        expect(await operators.records(10)).toEqual(['record 0']);
      }),
    );

    it(
      'change from the newest revision or not at all',
      on(async ({ operators }) => {
        await operators.amend(change(0));
        const stale = await operators.amend(change(0, { overrides: '{"other":1}', begins: 'epoch' }));
        expect(stale).toEqual({ kind: 'stale', settings: { revision: 1, overrides: '{"n":0}', head: 'hash 0' } });
        expect((await operators.amend(change(7))).kind).toBe('stale');
        expect(await operators.records(10)).toEqual(['record 0']);
      }),
    );

    it(
      'of many who change at once, one wins',
      on(async ({ operators }) => {
        const all = await Promise.all(names('r', 20).map((record) => operators.amend(change(0, { record }))));
        expect(all.filter(({ kind }) => kind === 'amended').length).toBe(1);
        expect((await operators.records(100)).length).toBe(1);
      }),
    );

    it(
      'tell of the newest records, oldest first',
      on(async ({ operators }) => {
        for (let from = 0; from < 5; from++) await operators.amend(change(from));
        expect(await operators.records(2)).toEqual(['record 3', 'record 4']);
      }),
    );

    it(
      'are given back to a store that lost them, and take nothing older',
      on(async ({ operators }) => {
        await operators.restore({ revision: 7, overrides: '{"n":7}', head: 'h7' });
        await operators.restore({ revision: 6, overrides: '{"n":6}', head: 'h6' });
        expect(await operators.read()).toEqual({ revision: 7, overrides: '{"n":7}', head: 'h7' });
      }),
    );

    it(
      'show their revision in every exchange, and let nobody in by older ones',
      on(async ({ clock, operators, g1 }) => {
        await g1.tick();
        await clock.advance(1000);
        expect((await g1.call()).view.settingsRevision).toBe(0);
        await operators.amend(change(0));
        expect((await g1.tick()).view.settingsRevision).toBe(1);
        expect((await g1.claim('late')).kind).toBe('wait');
        await g1.ticks(clock, 1000);
        expect((await g1.claim('late')).kind).toBe('wait');
        g1.settings = { ...SETTINGS, revision: 1 };
        await g1.ticks(clock, 200);
        expect((await g1.claim('late')).kind).toBe('enter');
      }),
    );

    it(
      'that change the rate back and forth mint no token',
      on(async ({ clock, operators, g1, g2 }) => {
        await g1.tick();
        const bounds: number[] = [];
        const given: number[] = [];
        for (let ms = 0; ms < 600; ms++) {
          const rate = ms % 80 < 40 ? 400 : 100;
          if (ms % 40 === 0) {
            const { settings } = await operators.amend(change(ms / 40));
            // The other gateway learns of it later.
            g1.settings = {
              ...SETTINGS,
              revision: settings.revision,
              slots: 0,
              horizonUs: 0,
              door: bucketRate(20, rate),
            };
          }
          if (ms % 40 === 9) g2.settings = g1.settings;
          bounds.push(rate / 1000);
          const replies = [await g1.call({ permits: 50 }), await g2.call({ permits: 50 })];
          given.push(replies[0]!.permits.length + replies[1]!.permits.length);
          await clock.advance(1);
        }
        expect(given.reduce((sum, one) => sum + one)).toBeGreaterThan(100);
        let most = Number.NEGATIVE_INFINITY;
        for (let from = 0; from < given.length; from++) {
          let excess = -20;
          for (let at = from; at < given.length; at++) {
            excess += given[at]!;
            most = Math.max(most, excess);
            excess -= bounds[at]!;
          }
        }
        expect(most).toBeLessThan(0.01);
      }),
    );
  });

  describe(`A new epoch on ${adapter}`, () => {
    it(
      'empties the line and knows none of its tickets, and numbers go on',
      on(async ({ clock, operators, g1 }) => {
        await g1.tick();
        const [first, second] = (await g1.asks('join', ['a', 'b', 'c'])).map(placeOf);
        g1.settings = { ...SETTINGS, revision: await reset(operators) };
        const { view } = await g1.tick();
        expect(view).toMatchObject({ epoch: 2, heads: [3, 0], tails: [3, 0], atDoor: 0 });
        expect((await g1.find('a')).kind).toBe('none');
        expect((await g1.find('b', { place: second! })).kind).toBe('none');
        expect(placeOf(await g1.join('a', { place: first! })).number).toBe(4);
        await g1.ticks(clock, 500);
        expect((await g1.claim('a')).kind).toBe('enter');
      }),
    );

    it(
      'is not disturbed by what is heard of places of the one before',
      on(async ({ clock, operators, g1 }) => {
        await g1.tick();
        await clock.advance(1000);
        const place = placeOf((await g1.asks('join', ['a']))[0]!);
        g1.settings = { ...SETTINGS, revision: await reset(operators) };
        await g1.tell({ entered: [place] });
        await g1.tell({ retained: [{ claimant: 'a', place }] });
        await g1.tell({ gone: [place], spent: [{ claimant: 'a', place }] });
        expect((await g1.find('a')).kind).toBe('none');
        expect((await g1.tick()).view.atDoor).toBe(0);
      }),
    );

    it(
      'mints no token and frees no slot',
      on(async ({ clock, operators, g1 }) => {
        g1.settings = { ...SETTINGS, slots: 4 };
        await g1.tick();
        await clock.advance(1000);
        const before = await g1.call({ permits: 3 });
        g1.settings = { ...g1.settings, revision: await reset(operators) };
        const after = await g1.call({ permits: 30 });
        expect([before.permits.length, after.permits.length, after.view.slotsInUse]).toEqual([3, 1, 4]);
      }),
    );

    it(
      'is known again to a store that lost it, by any gateway',
      on(async ({ operators, g1, empty }) => {
        await g1.tick();
        await g1.asks('join', ['a', 'b']);
        g1.settings = { ...SETTINGS, revision: await reset(operators) };
        await g1.tick();
        const lost = new StoreGateway(await empty(), 'g1');
        const older = new StoreGateway(lost.store, 'g2');
        older.known = { ...NOTHING_KNOWN, generation: 'gen-g1', tails: [2, 0] };
        await older.asks('join', ['x']);
        lost.known = g1.known;
        lost.settings = g1.settings;
        expect((await lost.tick()).view).toMatchObject({ epoch: 2, settingsRevision: 0 });
        expect((await lost.find('x')).kind).toBe('none');
      }),
    );
  });
}

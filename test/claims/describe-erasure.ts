/** What a campaign store promises of an answer that is to be erased. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { packAnswer, unpackAnswer } from '../../src/claims/answer-text.js';
import type { RecordOf } from '../../src/claims/claims-audit.js';
import { ask, done, type Open, type OpenStore } from '../admission/stores.js';
import { FakeClock } from '../support/fake-clock.js';
import { ending } from './ledger-kit.js';

const ANSWER = {
  outcome: 'granted',
  credentials: 'aB.0123456789abcdef',
  payload: 'p',
  status: 201,
  headers: ['content-type', 'text/plain', 'location', '/coupons/RED-1'],
  body: Buffer.from('t\n\n{"coupon":"RED-1"}\nfor ann'),
} as const;

const recordOf: RecordOf = (revision, previous) => ({
  text: JSON.stringify({ revision, previous }),
  hash: `h${revision}`,
});

export function describeErasure(adapter: string, openStore: Open) {
  describe(`Erasure on ${adapter}`, () => {
    let opened: OpenStore;
    afterEach(() => opened.close());

    async function open(): Promise<OpenStore> {
      const clock = new FakeClock();
      opened = await openStore(clock);
      await done(opened.store);
      await clock.advance(1000);
      return opened;
    }
    const entry = (key: string) => ({ key, attempt: 'a1', memo: '- -', repeats: '' });
    const claimed = async (key: string) =>
      (await done(opened.store, { asks: [ask(`c-${key}`, { ledger: entry(key) })] })).results[0]!;
    const granted = async (key: string) => {
      await claimed(key);
      const { events } = ending(key, 'a1', 'granted', { markMs: 0, keepMs: 60_000 });
      const settled = events.settled.map((one) => ({ ...one, text: packAnswer(ANSWER) }));
      await done(opened.store, { events: { ...events, settled } });
    };

    it('leaves that there was an answer, how it ended and for whom, and nothing of what it said', async () => {
      const { audit } = await open();
      await granted('k');
      await granted('other');
      expect(await audit.erase(['k'], recordOf)).toBe('erased');
      const left = packAnswer({ ...ANSWER, headers: [], body: null });
      expect(await claimed('k')).toMatchObject({ kind: 'recorded', text: left });
      expect(unpackAnswer(left)).toMatchObject({ outcome: 'granted', status: 201, body: null, headers: [] });
      expect(await claimed('other')).toMatchObject({ kind: 'recorded', text: packAnswer(ANSWER) });
      expect((await done(opened.store)).view.claims).toMatchObject({ granted: 2, held: 0 });
    });

    it('is written into the log in the same step, whose revision every reply tells; also where nothing was kept', async () => {
      const { audit, settings } = await open();
      await granted('k');
      for (const names of [['k', 'k of an era before'], ['k'], ['nobody']]) await audit.erase(names, recordOf);
      expect(await settings.records(10)).toEqual([1, 2, 3].map((at) => recordOf(at, at > 1 ? `h${at - 1}` : '').text));
      expect(await settings.read()).toMatchObject({ revision: 3, head: 'h3', overrides: '' });
      expect((await done(opened.store)).view.settingsRevision).toBe(3);
    });

    it('can be looked at first, which changes nothing', async () => {
      const { audit, settings } = await open();
      await granted('k');
      expect([await audit.erase(['k'], null), await audit.erase(['nobody'], null)]).toEqual(['erased', 'none']);
      expect(await claimed('k')).toMatchObject({ text: packAnswer(ANSWER) });
      expect(await settings.read()).toMatchObject({ revision: 0, head: '' });
    });

    it('waits for an answer where there is none yet, and leaves no record', async () => {
      const { audit, settings } = await open();
      await granted('k');
      await claimed('open');
      expect([await audit.erase(['open', 'k'], recordOf), await audit.erase(['open'], null)]).toEqual(['open', 'open']);
      await done(opened.store, ending('open', 'a1', 'unknown'));
      expect(await audit.erase(['open'], recordOf)).toBe('open');
      expect(await claimed('k')).toMatchObject({ text: packAnswer(ANSWER) });
      expect(await settings.records(10)).toEqual([]);
    });

    it('finds its place in the log when two are made at once, and beside a change of the settings', async () => {
      const { audit, settings } = await open();
      for (const key of ['k0', 'k1', 'k2']) await granted(key);
      const amendment = { from: 0, overrides: 'o', record: 'r', head: 'h', begins: 'nothing', calls: 0 } as const;
      const erasing = ['k0', 'k1', 'k2'].map((key) => audit.erase([key], recordOf));
      const [amended, ...erased] = await Promise.all([settings.amend(amendment), ...erasing]);
      expect(erased).toEqual(['erased', 'erased', 'erased']);
      expect((await settings.read()).revision).toBe(amended.kind === 'amended' ? 4 : 3);
    });
  });
}

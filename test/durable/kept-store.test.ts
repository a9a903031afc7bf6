/** What the embedded store wrote down is what the next process goes on with. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryCampaignStore } from '../../src/admission/memory-campaign-store.js';
import { MemorySettingsStore } from '../../src/admission/memory-settings-store.js';
import { MemorySlots } from '../../src/admission/memory-slots.js';
import { MemoryClaimsAudit } from '../../src/claims/memory-claims-audit.js';
import { KeptStore } from '../../src/durable/kept-store.js';
import type { Place } from '../../src/waiting-room/place.js';
import { ask, call, done, NO_EVENTS, NOTHING_KNOWN, SETTINGS } from '../admission/stores.js';
import { FakeClock } from '../support/fake-clock.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function open(clock: FakeClock, path = folder) {
  const kept = await KeptStore.open(path);
  const memory = new MemoryCampaignStore(new MemorySlots(), clock);
  const settings = new MemorySettingsStore(memory);
  return { kept, memory, ...kept.campaign('lny', memory, settings, new MemoryClaimsAudit(memory, settings)) };
}

const NAMES = Array.from({ length: 8 }, (_, i) => i);
const who = fc.constantFrom(...NAMES);
const outcome = fc.constantFrom('granted' as const, 'rejected' as const, 'free' as const, 'unknown' as const);
const step = fc.record({
  advanceMs: fc.constantFrom(0, 20, 150, 3000, 50_000),
  asks: fc.array(fc.record({ who, kind: fc.constantFrom('claim' as const, 'join' as const), pays: fc.boolean() }), {
    maxLength: 5,
  }),
  leaves: fc.array(fc.record({ who, kind: fc.constantFrom('spent' as const, 'given' as const, 'retained' as const) }), {
    maxLength: 2,
  }),
  settles: fc.array(fc.record({ who, outcome, mark: fc.boolean() }), { maxLength: 2 }),
  begins: fc.constantFrom(...Array.from({ length: 12 }, () => null), 'epoch' as const, 'era' as const),
});

/** All that is promised to outlive a process. */
function stateOf({ memory }: { readonly memory: MemoryCampaignStore }): unknown {
  const { line, book } = memory;
  const { lineMs: _clock, ...numbers } = line.memory(0);
  const spent = Array.from({ length: 60 }, (_, i) => ({ line: (i % 2) as 0 | 1, number: 1 + (i >> 1), returns: 0 }));
  return {
    numbers,
    places: NAMES.map((name) => line.find(`c${name}`)),
    spent: spent.filter((place) => !line.isPast(place) && line.isSpent(place)),
    book: book.memory(),
    entries: NAMES.map((name) => book.entryOf(`k${name}`)),
  };
}

describe('the embedded store with a folder', () => {
  it('is after a restart what it was before, after any sequence of calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const clock = new FakeClock();
        const path = mkdtempSync(join(folder, 'run-'));
        const first = await open(clock, path);
        for (const { advanceMs, asks, leaves, settles, begins } of steps) {
          await clock.advance(advanceMs);
          if (begins !== null) {
            const { revision: from } = await first.settings.read();
            await first.settings.amend({ from, overrides: '{}', record: `r${from}`, head: 'h', begins, calls: 0 });
          }
          const { era } = first.memory.book.memory();
          const events = { ...NO_EVENTS, spent: [], given: [], retained: [] } as typeof NO_EVENTS & {
            [kind in 'spent' | 'given' | 'retained']: Array<{ claimant: string; place: Place }>;
          };
          for (const { who, kind } of leaves) {
            const place = first.memory.line.find(`c${who}`)?.place;
            if (place !== undefined) events[kind].push({ claimant: `c${who}`, place });
          }
          const settled = settles.map(({ who, outcome, mark }) => ({
            ...{
              key: `k${who}`,
              attempt: 'a',
              outcome,
              text: outcome === 'unknown' ? 'u1 a - -' : 'text',
              keepMs: 0,
            },
            ...{ markMs: mark ? 0 : -1, counts: true, generation: '', era },
          }));
          await first.exchanges.exchange(
            call({
              settings: { ...SETTINGS, revision: 1000, graceMs: 10_000 },
              known: { ...NOTHING_KNOWN, epoch: first.memory.line.epoch, claims: { ...NOTHING_KNOWN.claims, era } },
              tick: true,
              events: { ...events, settled },
              asks: asks.map(({ who, kind, pays }) =>
                ask(`c${who}`, {
                  kind,
                  ...(pays ? { ledger: { key: `k${who}`, attempt: 'a', repeats: '', memo: '- -' } } : {}),
                }),
              ),
            }),
          );
        }
        const before = stateOf(first);
        const [settings, records] = [await first.settings.read(), await first.settings.records(100)];
        await first.kept.close();
        const second = await open(clock, path);
        expect(stateOf(second)).toEqual(before);
        expect(await second.settings.read()).toEqual(settings);
        expect(await second.settings.records(100)).toEqual(records);
        await second.kept.close();
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('finds no loss of data after a restart, and goes on with the next number and the same generation', async () => {
    const clock = new FakeClock();
    const first = await open(clock);
    const joins = { asks: ['ann', 'ben'].map((name) => ask(name, { kind: 'join' })) };
    const { view } = await done(first.exchanges, { ...joins, settings: { ...SETTINGS, open: false } });
    await first.kept.close();
    const second = await open(clock);
    const again = await done(second.exchanges, {
      generation: 'gen-of-another-process',
      settings: { ...SETTINGS, open: false },
      asks: ['ben', 'cid'].map((name) => ask(name, { kind: 'join' })),
    });
    expect(again.results.map((result) => ('place' in result ? result.place?.number : null))).toEqual([2, 3]);
    expect([again.view.loss, again.view.generation]).toEqual([false, view.generation]);
    await second.kept.close();
  });

  it('lets no time of grace run while there is no process', async () => {
    const clock = new FakeClock();
    const first = await open(clock);
    await done(first.exchanges, { tick: true, asks: [ask('ann', { kind: 'join' })] });
    const graceMs = first.memory.line.lineMs(first.memory.storeTimeUs());
    await first.kept.close();
    await clock.advance(3_600_000);
    const second = await open(clock);
    expect(second.memory.line.lineMs(second.memory.storeTimeUs())).toBe(graceMs);
    await second.kept.close();
  });

  it('makes one secret, for all processes after it', async () => {
    const first = await KeptStore.open(folder);
    const secret = await first.secret();
    await first.close();
    const second = await KeptStore.open(folder);
    expect(Buffer.from(await second.secret())).toEqual(Buffer.from(secret));
    await expect(KeptStore.open(folder)).rejects.toThrow('does another gateway use it?');
    await second.close();
  });

  it('has an erased answer no longer after a restart, and the record that it was erased', async () => {
    const clock = new FakeClock();
    const first = await open(clock);
    await done(first.exchanges, {});
    await clock.advance(1000);
    const ledger = { key: 'k', attempt: 'a', repeats: '', memo: '- -' };
    await done(first.exchanges, { asks: [ask('ann', { ledger })] });
    const end = { outcome: 'granted', text: 'g\n-\n201t\n\nRED-1', keepMs: 0, markMs: 0 } as const;
    const settled = [{ ...end, key: 'k', attempt: 'a', counts: true, generation: '', era: 0 }];
    await done(first.exchanges, { events: { ...NO_EVENTS, settled } });
    expect(await first.audit.erase(['k'], () => ({ text: 'record', hash: 'h' }))).toBe('erased');
    await first.kept.close();
    const second = await open(clock);
    expect(second.memory.book.entryOf('k')).toMatchObject({ text: 'g\n-\n201x\n\n', marked: true });
    expect(await second.settings.records(10)).toEqual(['record']);
    await second.kept.close();
  });
});

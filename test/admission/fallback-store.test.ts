import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CampaignStore, ExchangeCall, ExchangeReply, Known } from '../../src/admission/exchange.js';
import { FallbackStore } from '../../src/admission/fallback-store.js';
import { MemoryCampaignStore } from '../../src/admission/memory-campaign-store.js';
import { MemorySlots } from '../../src/admission/memory-slots.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import { FakeClock } from '../support/fake-clock.js';
import { ask, call, type Done, knownFrom, NOTHING_KNOWN, SETTINGS } from './stores.js';

/** A store that can be away. */
class Distant implements CampaignStore {
  away = false;

  constructor(private readonly near: CampaignStore) {}

  exchange(made: ExchangeCall): Promise<ExchangeReply> {
    return this.away ? Promise.reject(new StoreUnavailableError('exchange', 40)) : this.near.exchange(made);
  }
}

const RATE = bucketRate(20, 100);

let clock: FakeClock;
let distant: Distant;
let decisions: number;

beforeEach(() => {
  clock = new FakeClock();
  distant = new Distant(new MemoryCampaignStore(new MemorySlots(), clock));
  decisions = 0;
});

function gateway(name: string, policy: 'local' | 'open' = 'local') {
  const slots = new MemorySlots();
  const store = new FallbackStore({
    policy,
    store: distant,
    openLocal: (nowUs) => new MemoryCampaignStore(slots, clock, nowUs),
    clock,
    onDecision: () => decisions++,
  });
  let known: Known = NOTHING_KNOWN;
  let serial = 0;
  return {
    async exchange(changes: Partial<ExchangeCall>): Promise<Done> {
      const settings = { ...SETTINGS, door: RATE, slots: 0 };
      const reply = await store.exchange(call({ gateway: name, settings, known, ...changes }));
      if (reply.kind !== 'done') throw new Error('late');
      known = knownFrom(reply);
      return reply;
    },
    /** Claims of people whom nobody has seen before. */
    async newcomers(count: number): Promise<number> {
      const asks = Array.from({ length: count }, () => ask(`${name}-${serial++}`));
      const { results } = await this.exchange({ asks });
      return results.filter(({ kind }) => kind === 'enter').length;
    },
  };
}

describe('The policy `local`', () => {
  it('admits nothing in a gateway that has never seen the store', async () => {
    distant.away = true;
    await expect(gateway('born').newcomers(1)).rejects.toThrow(StoreUnavailableError);
  });

  it('lets all gateways together through no faster than the whole rate, starting with an empty door', async () => {
    const gateways = [gateway('g1'), gateway('g2')];
    for (const one of gateways) await one.exchange({ tick: true });
    for (const one of gateways) await one.exchange({ tick: true });
    await clock.advance(1000);
    for (const one of gateways) await one.exchange({ tick: true });
    distant.away = true;
    let admitted = 0;
    for (let step = 0; step < 200; step++) {
      for (const one of gateways) admitted += await one.newcomers(3);
      await clock.advance(10);
    }
    expect(admitted).toBeLessThanOrEqual(100 * 2);
    expect(admitted).toBeGreaterThanOrEqual(100 * 2 - 8);
    expect(decisions).toBe(admitted);
  });

  it('mints nothing when the store is back', async () => {
    const one = gateway('g1');
    await one.exchange({ tick: true });
    await clock.advance(1000);
    await one.exchange({ tick: true });
    distant.away = true;
    await one.newcomers(1);
    for (let step = 0; step < 100; step++) {
      await one.newcomers(3);
      await clock.advance(10);
    }
    distant.away = false;
    expect(await one.newcomers(30)).toBeLessThanOrEqual(1);
  });

  it('issues no number, calls nobody, and lets only called numbers in while anybody waits', async () => {
    const one = gateway('g1');
    await one.exchange({ tick: true });
    await clock.advance(1000);
    const crowd = Array.from({ length: 80 }, (_, at) => ask(`p${at}`));
    const before = await one.exchange({ asks: crowd });
    const waiting = before.results.flatMap((result, at) =>
      result.kind === 'wait' ? [{ claimant: `p${at}`, place: result.place }] : [],
    );
    const atDoor = before.results.flatMap((result, at) =>
      result.kind === 'door' ? [{ claimant: `p${at}`, place: result.place }] : [],
    );
    expect([waiting.length > 0, atDoor.length > 0]).toEqual([true, true]);
    distant.away = true;
    await clock.advance(500);
    await one.exchange({});
    await clock.advance(500);
    const asks = [waiting[0]!, atDoor[0]!].map(({ claimant, place }) => ask(claimant, { place }));
    const { results, view } = await one.exchange({ asks: [...asks, ask('newcomer'), ask('seeker', { kind: 'find' })] });
    expect(results.map(({ kind }) => kind)).toEqual(['wait', 'enter', 'unavailable', 'none']);
    expect([view.heads, view.tails, view.local]).toEqual([before.view.heads, before.view.tails, true]);
  });
});

describe('The policy `open`', () => {
  it('lets everybody in, whoever waits, and issues no number', async () => {
    const one = gateway('g1', 'open');
    await one.exchange({ tick: true });
    await clock.advance(1000);
    const crowd = Array.from({ length: 80 }, (_, at) => ask(`p${at}`));
    const before = await one.exchange({ asks: crowd });
    distant.away = true;
    expect(await one.newcomers(90)).toBe(90);
    const { results, view } = await one.exchange({
      asks: [ask('p79', { place: { line: 0, number: 70, returns: 0 } }), ask('joiner', { kind: 'join' })],
    });
    expect(results.map(({ kind }) => kind)).toEqual(['enter', 'unavailable']);
    expect([view.heads, view.tails, view.local]).toEqual([before.view.heads, before.view.tails, true]);
    expect(decisions).toBe(91);
  });

  it('holds in a gateway that has never seen the store, and loses nothing there when it is back', async () => {
    const other = gateway('g2');
    await other.exchange({ tick: true });
    await clock.advance(1000);
    await other.exchange({ asks: Array.from({ length: 80 }, (_, at) => ask(`p${at}`)) });
    distant.away = true;
    const born = gateway('born', 'open');
    expect(await born.newcomers(5)).toBe(5);
    distant.away = false;
    const { view } = await born.exchange({});
    expect([view.loss, view.tails[0] > 0]).toEqual([false, true]);
  });

  it('leaves an empty door behind: nothing is minted when the store is back', async () => {
    const one = gateway('g1', 'open');
    await one.exchange({ tick: true });
    await clock.advance(1000);
    await one.exchange({ tick: true });
    distant.away = true;
    await one.newcomers(100);
    await clock.advance(1000);
    await one.newcomers(1);
    distant.away = false;
    expect(await one.newcomers(30)).toBeLessThanOrEqual(1);
  });
});

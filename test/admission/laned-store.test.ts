/** Lanes on one Redis: what moves where, and every point at which a call in two steps can be cut off. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CampaignStore, ExchangeCall } from '../../src/admission/exchange.js';
import { STORE_TIME_ORIGIN_MS } from '../../src/admission/exchange.js';
import { type Lane, type LineCopies, laneOf } from '../../src/admission/lane.js';
import { LanedStore } from '../../src/admission/laned-store.js';
import { RedisCampaignStore } from '../../src/admission/redis-campaign-store.js';
import { RedisLane, RedisLineCopies } from '../../src/admission/redis-lane.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import { systemClock } from '../../src/kernel/clock.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import type { RedisConnection } from '../../src/redis/connection.js';
import { campaignKeys, laneKeys } from '../../src/redis/keys.js';
import { loadScripts } from '../../src/redis/script.js';
import { StoreCalls } from '../../src/redis/store-calls.js';
import { connected } from '../redis/connected.js';
import { FakeClock } from '../support/fake-clock.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { ask, call, type Done, done, NO_EVENTS, SETTINGS } from './stores.js';

const LANES = 3;
const limits = [bucketRate(2, 0.001), bucketRate(5, 0.001)];
/** People of each lane. */
const [ANN, BOB, CID] = [0, 1, 2].map(
  (lane) => Array.from({ length: 99 }, (_, i) => `p${i}`).find((name) => laneOf(name, LANES) === lane)!,
) as [string, string, string];
const GRANTED = 'gcred\n-\n201t\n\ncoupon 4711';
const REJECTED = 'rcred\n-\n409t\n\nno';

describe('A campaign in lanes', () => {
  const redis = sharedRedis();
  const scripts = loadScripts();
  let serial = 0;
  let clock: FakeClock;
  let connection: RedisConnection;
  let calls: StoreCalls;
  let prefix: string;
  /** What stands between the store and Redis, for a test to cut. */
  let lanes: Lane[];
  let copies: LineCopies;
  let line: CampaignStore;

  beforeEach(async () => {
    clock = new FakeClock();
    connection = await connected(redis().url, 5000);
    calls = new StoreCalls({ connection, clock: systemClock, random: Math.random, deadlineMs: 5000 });
    prefix = `lanes${process.pid}-${serial++}`;
    const storeTimeUs = (): number => clock.monotonicUs() - STORE_TIME_ORIGIN_MS * 1000;
    const own = { calls, keyPrefix: prefix, campaign: 'lny', storeTimeUs };
    line = new RedisCampaignStore({
      ...own,
      script: scripts.get('exchange'),
      upstream: 'incentives',
      placesAway: true,
    });
    lanes = Array.from({ length: LANES }, (_, lane) => new RedisLane({ ...own, scripts, lane }));
    copies = new RedisLineCopies(calls, scripts, campaignKeys(prefix, 'incentives', 'lny'));
    await done(line);
    await clock.advance(1000);
  });
  afterEach(async () => {
    calls.stop();
    await connection.close();
  });

  const opened = (lineIsAway = () => false): LanedStore => new LanedStore({ line, lanes, copies, lineIsAway });
  const claimOf = (who: string, attempt = `a-${who}`) =>
    ask(who, { ledger: { key: `e-${who}`, attempt, memo: '- -', repeats: '' } });
  const limited = (who: string, kind: 'claim' | 'join' | 'pass' | 'refund' = 'claim') =>
    ask(who, { kind, limits, buckets: [`user:${who}`, 'address:1'] });
  const lineKey = (who: string): string => `${campaignKeys(prefix, 'incentives', 'lny').claimPrefix}e-${who}`;
  const laneKey = (who: string): string => `${laneKeys(prefix, 'lny', laneOf(who, LANES)).claimPrefix}e-${who}`;
  const settled = (who: string, text = GRANTED, more = {}): Partial<ExchangeCall> => {
    const outcome = text.startsWith('g') ? ('granted' as const) : ('rejected' as const);
    const end = { key: `e-${who}`, attempt: `a-${who}`, outcome, text, keepMs: 60_000, counts: true, era: 0 };
    const markMs = outcome === 'granted' ? 0 : -1;
    return { events: { ...NO_EVENTS, settled: [{ ...end, markMs, generation: 'gen-1', ...more }] } };
  };
  const get = (key: string): Promise<unknown> => connection.send('get', [key]);
  const ttl = async (key: string): Promise<number> => Number(await connection.send('pttl', [key]));
  /** Enters, is answered, and the answer is in its lane alone but for a moment. */
  async function moved(store: LanedStore, who: string, text = GRANTED): Promise<void> {
    expect((await done(store, { asks: [claimOf(who)] })).results[0]!.kind).toBe('enter');
    await done(store, settled(who, text));
    await until(async () => (await get(laneKey(who))) === text);
    await until(async () => {
      await done(store, { tick: true });
      return (await ttl(lineKey(who))) <= 15_000;
    });
  }

  it('keeps final answers in lanes, and the line knows for good who was granted', async () => {
    const store = opened();
    await moved(store, ANN);
    await moved(store, BOB, REJECTED);
    await connection.send('del', [lineKey(ANN), lineKey(BOB)]);
    const { results, view } = await done(store, { asks: [claimOf(ANN, 'x'), claimOf(BOB, 'y'), claimOf(CID)] });
    expect(results).toMatchObject([
      { kind: 'recorded', text: GRANTED },
      { kind: 'recorded', text: REJECTED },
      { kind: 'enter' },
    ]);
    expect(view.claims).toMatchObject({ granted: 1, held: 1 });
    // A lane that has lost everything: nobody is paid twice.
    await connection.send('del', [laneKey(ANN)]);
    expect((await done(store, { asks: [claimOf(ANN, 'z')] })).results).toEqual([{ kind: 'recorded', text: 'm' }]);
    expect(Number(await connection.send('hget', [`${prefix}:{incentives}:lny:line`, 'replayed']))).toBe(3);
  });

  it.each(['the copy does not reach the lane', 'the line does not hear that it may let go'])(
    'goes on from the line where %s',
    async (cut) => {
      if (cut.startsWith('the copy')) lanes = lanes.map((lane) => ({ ...bound(lane), keep: away }));
      else copies = { letGo: away };
      const store = opened();
      await done(store, { asks: [claimOf(ANN)] });
      await done(store, settled(ANN));
      for (let i = 0; i < 3; i++) await done(store, { tick: true });
      expect(await ttl(lineKey(ANN))).toBeGreaterThan(15_000);
      expect((await done(opened(), { asks: [claimOf(ANN, 'x')] })).results).toEqual([
        { kind: 'recorded', text: GRANTED },
      ]);
    },
  );

  it('copies nothing of an attempt whose word may not count', async () => {
    const store = opened();
    await done(store, { asks: [claimOf(ANN), claimOf(BOB), claimOf(CID)] });
    await done(store, settled(BOB, GRANTED, { generation: 'gen-0' }));
    // A grant without a mark is known by its answer alone.
    await done(store, settled(CID, GRANTED, { markMs: -1 }));
    await clock.advance(SETTINGS.claims.leaseMs + 1);
    const repeated = { ...claimOf(ANN, 'later').ledger!, repeats: `a-${ANN}` };
    expect((await done(store, { asks: [ask(ANN, { ledger: repeated })] })).results[0]!.kind).toBe('enter');
    await done(store, settled(ANN));
    await done(store, settled(ANN, REJECTED, { attempt: 'later' }));
    await until(async () => (await get(laneKey(ANN))) !== null);
    expect([await get(laneKey(ANN)), await get(lineKey(ANN))]).toEqual([REJECTED, REJECTED]);
    expect([await get(laneKey(BOB)), await get(laneKey(CID))]).toEqual([null, null]);
  });

  it('lets go of nothing that is open again', async () => {
    const store = opened();
    await done(store, { asks: [claimOf(ANN)] });
    await copies.letGo([`e-${ANN}`]);
    expect(await ttl(lineKey(ANN))).toBe(-1);
  });

  it('charges a claimant’s own bucket in the lane, and what is shared at the line: all or none', async () => {
    const store = opened();
    const of = (who: string) => done(store, { asks: [limited(who)] }).then(({ results }) => results[0]);
    expect(await of(ANN)).toMatchObject({ kind: 'enter', remaining: [1, 4] });
    expect(await of(ANN)).toMatchObject({ kind: 'enter', remaining: [0, 3] });
    expect(await of(ANN)).toMatchObject({ kind: 'limited', limit: 0, remaining: [0, 3] });
    expect(await of(BOB)).toMatchObject({ kind: 'enter', remaining: [1, 2] });
    expect((await done(store, { asks: [limited(BOB, 'refund')] })).results).toEqual([{ kind: 'none' }]);
    expect(await of(BOB)).toMatchObject({ kind: 'enter', remaining: [1, 2] });
    for (const who of [CID, CID]) await of(who);
    // The address is out of tokens: what the lane has charged Bob is given back.
    for (let i = 0; i < 3; i++) expect(await of(BOB)).toMatchObject({ kind: 'limited', limit: 1, remaining: [1, 0] });
    const own = ask(BOB, { kind: 'pass', limits, buckets: [`user:${BOB}`, null] });
    expect((await done(store, { asks: [own] })).results).toEqual([{ kind: 'pass', remaining: [0, null] }]);
  });

  it('gives back what was charged for a call that did nothing, and not what may have been done', async () => {
    const store = opened();
    const late = await store.exchange(call({ asks: [limited(ANN)], notAfterUs: 1 }));
    expect(late.kind).toBe('late');
    const works = line;
    line = { exchange: away };
    await expect(opened().exchange(call({ asks: [limited(ANN)] }))).rejects.toThrow(StoreUnavailableError);
    // Known to be away: nobody is charged.
    await expect(opened(() => true).exchange(call({ asks: [limited(ANN)] }))).rejects.toThrow(StoreUnavailableError);
    line = works;
    expect((await done(store, { asks: [limited(ANN)] })).results).toMatchObject([{ kind: 'enter', remaining: [0, 4] }]);
  });

  it('refuses those whose lane is away, and goes on with the others', async () => {
    const away0 = laneOf(ANN, LANES);
    lanes = lanes.map((lane, at) => (at === away0 ? { answer: away, change: away, keep: away } : lane));
    const { results } = await done(opened(), { asks: [claimOf(ANN), claimOf(BOB), limited(ANN), ask(CID)] });
    expect(results.map(({ kind }) => kind)).toEqual(['unavailable', 'enter', 'unavailable', 'enter']);
  });

  describe('with people in line', () => {
    const shut = { settings: { ...SETTINGS, open: false } };
    const join = (store: LanedStore, who: string, changes = {}): Promise<Done> =>
      done(store, { ...shut, asks: [ask(who, { kind: 'join', ...changes })] });
    const who = (): string => laneKeys(prefix, 'lny', laneOf(ANN, LANES)).who;

    it('keeps places in lanes: the line holds numbers alone', async () => {
      const store = opened();
      for (const name of [ANN, BOB, ANN]) await join(store, name);
      expect(await connection.send('hget', [who(), ANN])).toBe('0.1.0.0');
      expect(await connection.send('exists', [`${prefix}:{incentives}:lny:who`])).toBe(0);
      const spent = [{ claimant: ANN, place: { line: 0 as const, number: 1, returns: 0 } }];
      await done(store, { ...shut, events: { ...NO_EVENTS, spent } });
      expect(await connection.send('hget', [who(), ANN])).toBeNull();
      expect((await join(store, ANN)).results).toMatchObject([{ place: { number: 3 }, joined: true }]);
    });

    it('gives a claimant one place, though two gateways make one at once', async () => {
      const both = await Promise.all([opened(), opened()].map((store) => join(store, ANN)));
      expect(both.map(({ results }) => results[0])).toMatchObject([
        { kind: 'wait', place: { number: 1 }, joined: true },
        { kind: 'wait', place: { number: 1 }, joined: false },
      ]);
      // The second number is nobody's: it lapses like that of anybody who does not come.
      expect(both[1]!.view.tails).toEqual([2, 0]);
    });

    it('keeps the place of whoever has a ticket, where the lane did not hear of it or has lost it', async () => {
      const works = lanes;
      lanes = lanes.map((lane) => ({ ...bound(lane), change: away }));
      const { results } = await join(opened(), ANN);
      const place = { line: 0 as const, number: 1, returns: 0 };
      expect(results).toMatchObject([{ kind: 'wait', place, joined: true }]);
      lanes = works;
      const store = opened();
      expect((await join(store, ANN, { place })).results).toMatchObject([{ place, joined: false }]);
      expect((await join(store, ANN)).results).toMatchObject([{ place, joined: false }]);
      // What the lane knows is older than the ticket: the claimant has returned, and only the answer tells.
      const returned = { line: 1 as const, number: 1, returns: 1 };
      await connection.send('hset', [`${prefix}:{incentives}:lny:line`, 'tail1', 1]);
      expect((await join(store, ANN, { place: returned })).results).toMatchObject([{ place: returned }]);
      expect(await connection.send('hget', [who(), ANN])).toBe('1.1.1.0');
    });

    it('charges afterwards whom a lane took for somebody with a place', async () => {
      const store = opened();
      const own = { limits, buckets: [`user:${ANN}`, null] };
      await connection.send('hset', [who(), ANN, '0.7.0.0']);
      await connection.send('setbit', [`${prefix}:{incentives}:lny:spent0`, 7, 1]);
      expect((await join(store, ANN, own)).results).toMatchObject([
        { kind: 'wait', joined: true, remaining: [1, null] },
      ]);
      const pass = ask(ANN, { kind: 'pass', ...own });
      expect((await done(store, { asks: [pass] })).results).toEqual([{ kind: 'pass', remaining: [0, null] }]);
    });
  });

  it('sends calls to the line in the order in which they were made, whatever a lane takes', async () => {
    const order: number[] = [];
    const works = line;
    line = {
      exchange: (one) => {
        order.push(one.asks.length);
        return works.exchange(one);
      },
    };
    let release = (): void => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    lanes = lanes.map((lane) => ({ ...bound(lane), answer: (asks) => slow.then(() => lane.answer(asks)) }));
    const store = opened();
    const both: Array<Promise<Done>> = [done(store, { asks: [claimOf(ANN)] }), done(store, settled(ANN))];
    await clock.advance(10);
    expect(order).toEqual([]);
    release();
    const [, second] = await Promise.all(both);
    expect(order).toEqual([1, 0]);
    expect(second!.view.claims.granted).toBe(1);
  });
});

const away = (): Promise<never> => Promise.reject(new StoreUnavailableError('test', 1));
const bound = (lane: Lane): Lane => ({
  answer: (asks) => lane.answer(asks),
  change: (changes) => lane.change(changes),
  keep: (answers) => lane.keep(answers),
});

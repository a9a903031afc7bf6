/** Lanes on one Redis: what moves where, and every point at which a call in two steps can be cut off. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LanedStore } from '../../src/admission/laned-store.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import {
  ANN,
  away,
  BOB,
  bound,
  CID,
  claimOf,
  GRANTED,
  LanedKit,
  laneNumber,
  limited,
  limits,
  REJECTED,
  settled,
} from './laned-kit.js';
import { ask, call, type Done, done, SETTINGS } from './stores.js';

describe('A campaign in lanes', () => {
  const redis = sharedRedis();
  let kit: LanedKit;
  beforeEach(async () => {
    kit = await LanedKit.open(redis().url);
  });
  afterEach(() => kit.close());

  /** Enters, is answered, and the answer is in its lane alone but for a moment. */
  async function moved(store: LanedStore, who: string, text = GRANTED): Promise<void> {
    expect((await done(store, { asks: [claimOf(who)] })).results[0]!.kind).toBe('enter');
    await done(store, settled(who, text));
    await until(async () => (await kit.get(kit.entryInLane(who))) === text);
    await until(async () => {
      await done(store, { tick: true });
      return (await kit.ttl(kit.entryAtLine(who))) <= 15_000;
    });
  }

  it('keeps final answers in lanes, and the line knows for good who was granted', async () => {
    const store = kit.store();
    await moved(store, ANN);
    await moved(store, BOB, REJECTED);
    await kit.connection.send('del', [kit.entryAtLine(ANN), kit.entryAtLine(BOB)]);
    const { results, view } = await done(store, { asks: [claimOf(ANN, 'x'), claimOf(BOB, 'y'), claimOf(CID)] });
    expect(results).toMatchObject([
      { kind: 'recorded', text: GRANTED },
      { kind: 'recorded', text: REJECTED },
      { kind: 'enter' },
    ]);
    expect(view.claims).toMatchObject({ granted: 1, held: 1 });
    // A lane that has lost everything: nobody is paid twice.
    await kit.connection.send('del', [kit.entryInLane(ANN)]);
    expect((await done(store, { asks: [claimOf(ANN, 'z')] })).results).toEqual([{ kind: 'recorded', text: 'm' }]);
    expect(Number(await kit.connection.send('hget', [kit.key('line'), 'replayed']))).toBe(3);
  });

  it.each(['the copy does not reach the lane', 'the line does not hear that it may let go'])(
    'goes on from the line where %s',
    async (cut) => {
      if (cut.startsWith('the copy')) kit.lanes = kit.lanes.map((lane) => ({ ...bound(lane), keep: away }));
      else kit.copies = { letGo: away };
      const store = kit.store();
      await done(store, { asks: [claimOf(ANN)] });
      await done(store, settled(ANN));
      for (let i = 0; i < 3; i++) await done(store, { tick: true });
      expect(await kit.ttl(kit.entryAtLine(ANN))).toBeGreaterThan(15_000);
      expect((await done(kit.store(), { asks: [claimOf(ANN, 'x')] })).results).toEqual([
        { kind: 'recorded', text: GRANTED },
      ]);
    },
  );

  it('copies nothing of an attempt whose word may not count', async () => {
    const store = kit.store();
    await done(store, { asks: [claimOf(ANN), claimOf(BOB), claimOf(CID)] });
    await done(store, settled(BOB, GRANTED, { generation: 'gen-0' }));
    // A grant without a mark is known by its answer alone.
    await done(store, settled(CID, GRANTED, { markMs: -1 }));
    await kit.clock.advance(SETTINGS.claims.leaseMs + 1);
    const repeated = { ...claimOf(ANN, 'later').ledger!, repeats: `a-${ANN}` };
    expect((await done(store, { asks: [ask(ANN, { ledger: repeated })] })).results[0]!.kind).toBe('enter');
    await done(store, settled(ANN));
    await done(store, settled(ANN, REJECTED, { attempt: 'later' }));
    await until(async () => (await kit.get(kit.entryInLane(ANN))) !== null);
    expect([await kit.get(kit.entryInLane(ANN)), await kit.get(kit.entryAtLine(ANN))]).toEqual([REJECTED, REJECTED]);
    expect([await kit.get(kit.entryInLane(BOB)), await kit.get(kit.entryInLane(CID))]).toEqual([null, null]);
  });

  it('lets go of nothing that is open again', async () => {
    const store = kit.store();
    await done(store, { asks: [claimOf(ANN)] });
    await kit.copies.letGo([`e-${ANN}`]);
    expect(await kit.ttl(kit.entryAtLine(ANN))).toBe(-1);
  });

  it('charges a claimant’s own bucket in the lane, and what is shared at the line: all or none', async () => {
    const store = kit.store();
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
    const store = kit.store();
    const late = await store.exchange(call({ asks: [limited(ANN)], notAfterUs: 1 }));
    expect(late.kind).toBe('late');
    const works = kit.line;
    kit.line = { exchange: away };
    await expect(kit.store().exchange(call({ asks: [limited(ANN)] }))).rejects.toThrow(StoreUnavailableError);
    // Known to be away: nobody is charged.
    await expect(kit.store(() => true).exchange(call({ asks: [limited(ANN)] }))).rejects.toThrow(StoreUnavailableError);
    kit.line = works;
    expect((await done(store, { asks: [limited(ANN)] })).results).toMatchObject([{ kind: 'enter', remaining: [0, 4] }]);
  });

  it('refuses those whose lane is away, and goes on with the others', async () => {
    const away0 = laneNumber(ANN);
    kit.lanes = kit.lanes.map((lane, at) => (at === away0 ? { answer: away, change: away, keep: away } : lane));
    const { results } = await done(kit.store(), { asks: [claimOf(ANN), claimOf(BOB), limited(ANN), ask(CID)] });
    expect(results.map(({ kind }) => kind)).toEqual(['unavailable', 'enter', 'unavailable', 'enter']);
  });

  it('sends calls to the line in the order in which they were made, whatever a lane takes', async () => {
    const order: number[] = [];
    const works = kit.line;
    kit.line = {
      exchange: (one) => {
        order.push(one.asks.length);
        return works.exchange(one);
      },
    };
    let release = (): void => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    kit.lanes = kit.lanes.map((lane) => ({ ...bound(lane), answer: (asks) => slow.then(() => lane.answer(asks)) }));
    const store = kit.store();
    const both: Array<Promise<Done>> = [done(store, { asks: [claimOf(ANN)] }), done(store, settled(ANN))];
    await kit.clock.advance(10);
    expect(order).toEqual([]);
    release();
    const [, second] = await Promise.all(both);
    expect(order).toEqual([1, 0]);
    expect(second!.view.claims.granted).toBe(1);
  });
});

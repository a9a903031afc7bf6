/** Lanes on one Redis, with people in line: who has which place lies in lanes, the line holds numbers alone. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LanedStore } from '../../src/admission/laned-store.js';
import { sharedRedis } from '../support/redis-server.js';
import { ANN, away, BOB, bound, LanedKit, limits } from './laned-kit.js';
import { ask, type Done, done, NO_EVENTS, SETTINGS } from './stores.js';

describe('A line in lanes', () => {
  const redis = sharedRedis();
  let kit: LanedKit;
  beforeEach(async () => {
    kit = await LanedKit.open(redis().url);
  });
  afterEach(() => kit.close());

  const shut = { settings: { ...SETTINGS, open: false } };
  const join = (store: LanedStore, who: string, changes = {}): Promise<Done> =>
    done(store, { ...shut, asks: [ask(who, { kind: 'join', ...changes })] });

  it('keeps places in lanes: the line holds numbers alone', async () => {
    const store = kit.store();
    for (const name of [ANN, BOB, ANN]) await join(store, name);
    expect(await kit.connection.send('hget', [kit.placesOf(ANN), ANN])).toBe('0.1.0.0');
    expect(await kit.connection.send('exists', [kit.key('who')])).toBe(0);
    const spent = [{ claimant: ANN, place: { line: 0 as const, number: 1, returns: 0 } }];
    await done(store, { ...shut, events: { ...NO_EVENTS, spent } });
    expect(await kit.connection.send('hget', [kit.placesOf(ANN), ANN])).toBeNull();
    expect((await join(store, ANN)).results).toMatchObject([{ place: { number: 3 }, joined: true }]);
  });

  it('gives a claimant one place, though two gateways make one at once', async () => {
    const both = await Promise.all([kit.store(), kit.store()].map((store) => join(store, ANN)));
    expect(both.map(({ results }) => results[0])).toMatchObject([
      { kind: 'wait', place: { number: 1 }, joined: true },
      { kind: 'wait', place: { number: 1 }, joined: false },
    ]);
    // The second number is nobody's: it lapses like that of anybody who does not come.
    expect(both[1]!.view.tails).toEqual([2, 0]);
  });

  it('keeps the place of whoever has a ticket, where the lane did not hear of it or has lost it', async () => {
    const works = kit.lanes;
    kit.lanes = kit.lanes.map((lane) => ({ ...bound(lane), change: away }));
    const { results } = await join(kit.store(), ANN);
    const place = { line: 0 as const, number: 1, returns: 0 };
    expect(results).toMatchObject([{ kind: 'wait', place, joined: true }]);
    kit.lanes = works;
    const store = kit.store();
    expect((await join(store, ANN, { place })).results).toMatchObject([{ place, joined: false }]);
    expect((await join(store, ANN)).results).toMatchObject([{ place, joined: false }]);
    // What the lane knows is older than the ticket: the claimant has returned, and only the answer tells.
    const returned = { line: 1 as const, number: 1, returns: 1 };
    await kit.connection.send('hset', [kit.key('line'), 'tail1', 1]);
    expect((await join(store, ANN, { place: returned })).results).toMatchObject([{ place: returned }]);
    expect(await kit.connection.send('hget', [kit.placesOf(ANN), ANN])).toBe('1.1.1.0');
  });

  it('charges afterwards whom a lane took for somebody with a place', async () => {
    const store = kit.store();
    const own = { limits, buckets: [`user:${ANN}`, null] };
    await kit.connection.send('hset', [kit.placesOf(ANN), ANN, '0.7.0.0']);
    await kit.connection.send('setbit', [kit.key('spent0'), 7, 1]);
    expect((await join(store, ANN, own)).results).toMatchObject([{ kind: 'wait', joined: true, remaining: [1, null] }]);
    const pass = ask(ANN, { kind: 'pass', ...own });
    expect((await done(store, { asks: [pass] })).results).toEqual([{ kind: 'pass', remaining: [0, null] }]);
  });
});

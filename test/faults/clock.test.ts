/** Clocks that jump: the gateway's own, which nothing may depend on, and the store's, which must mint nothing. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { RedisCampaignStore } from '../../src/admission/redis-campaign-store.js';
import { type Clock, systemClock } from '../../src/kernel/clock.js';
import { loadScripts } from '../../src/redis/script.js';
import { StoreCalls } from '../../src/redis/store-calls.js';
import { ask, done, knownFrom, NOTHING_KNOWN, SETTINGS } from '../admission/stores.js';
import { claim, send } from '../gateway/client.js';
import { connected } from '../redis/connected.js';
import { GatewayBench } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';

const redis = sharedRedis();
const bench = new GatewayBench();
afterEach(() => bench.stopAll());

/** The machine's clock, whose wall time an operator or NTP sets. */
class SetClock implements Clock {
  byMs = 0;
  wallMs(): number {
    return systemClock.wallMs() + this.byMs;
  }
  monotonicUs = systemClock.monotonicUs;
  after = systemClock.after;
  afterTurn = systemClock.afterTurn;
}

describe.each([
  ['an hour ahead', 3_600_000],
  ['an hour back', -3_600_000],
])('A gateway whose clock jumps %s', (_how, byMs) => {
  it.each(['redis', 'memory'])('serves, polls and keeps places as before (%s)', async (kind) => {
    const clock = new SetClock();
    const upstream = await bench.recording();
    const campaign = {
      schedule: { opensAt: '2026-01-01T00:00:00Z', closesAt: '2099-01-01T00:00:00Z' },
      admission: { ratePerSecond: 5, burst: 2 },
      queue: { holdMs: 0 },
    };
    const store = { keyPrefix: `clock${byMs}`, deadlineMs: 1000 };
    const on = kind === 'redis' ? { redisUrl: redis().url, store } : {};
    const { port } = await bench.open(upstream.url, { ...on, campaign, clock });
    const before = await Promise.all(Array.from({ length: 12 }, (_, i) => claim(port, `user-${i}`)));
    const waiting = before.filter(({ status }) => status === 429).at(-1)!;
    const { number } = waiting.json();
    clock.byMs = byMs;
    const poll = await send(port, { path: `/queue/lny/tickets/${waiting.json().ticket}` });
    expect([poll.status, poll.json().number]).toEqual([200, number]);
    const document = (await send(port, { path: '/queue/lny/status.json' })).json();
    expect(document.state).toBe('open');
    const sentUs = performance.now();
    const again = await Promise.all(Array.from({ length: 12 }, (_, i) => claim(port, `late-${i}`)));
    const tookMs = performance.now() - sentUs;
    expect(again.every(({ status }) => status === 201 || status === 429)).toBe(true);
    expect(upstream.requests.length).toBeLessThanOrEqual(2 + 5 * ((performance.now() - sentUs + tookMs) / 1000) + 5);
  });
});

describe('A store whose clock steps back', () => {
  it('mints no token, loses nobody, and goes on when its time has come again', async () => {
    const connection = await connected(redis().url, 5000);
    const calls = new StoreCalls({ connection, clock: systemClock, random: Math.random, deadlineMs: 5000 });
    let storeUs = 100_000_000;
    const store = new RedisCampaignStore({
      calls,
      script: loadScripts().get('exchange'),
      keyPrefix: 'stepping',
      upstream: 'up',
      campaign: 'lny',
      storeTimeUs: () => storeUs,
    });
    const settings = { ...SETTINGS, slots: 0 };
    let known = NOTHING_KNOWN;
    const enter = async (name: string): Promise<number> => {
      const reply = await done(store, {
        settings,
        known,
        tick: true,
        asks: Array.from({ length: 30 }, (_, i) => ask(`${name}-${i}`)),
      });
      known = knownFrom(reply);
      return reply.results.filter(({ kind }) => kind === 'enter').length;
    };
    await enter('first');
    storeUs += 1_000_000;
    let entered = await enter('full');
    expect(entered).toBeGreaterThanOrEqual(20);
    const tails = known.tails[0];
    for (const back of [10_000_000, 1_000_000, 100_000]) {
      storeUs -= back;
      entered = await enter(`back-${back}`);
      expect(entered).toBe(0);
    }
    expect(known.tails[0]).toBeGreaterThanOrEqual(tails);
    expect(known.generation).not.toBe('');
    // Ten steps of a millisecond back and forth are no ten milliseconds' worth of tokens.
    storeUs += 11_100_000;
    let total = await enter('again');
    for (let i = 0; i < 10; i++) {
      storeUs += i % 2 === 0 ? 1_000_000 : -1_000_000;
      total += await enter(`swing-${i}`);
    }
    expect(total).toBeLessThanOrEqual(20 + 100 + 1);
    calls.stop();
    await connection.close();
  });
});

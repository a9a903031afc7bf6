import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bucketRate } from '../../src/buckets/gcra.js';
import { RedisTokenBuckets } from '../../src/buckets/redis-token-buckets.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import type { RedisConnection } from '../../src/redis/connection.js';
import { limiterBucketPrefix } from '../../src/redis/keys.js';
import { loadScripts } from '../../src/redis/script.js';
import { StoreCalls } from '../../src/redis/store-calls.js';
import { connected } from '../redis/connected.js';
import { FakeClock } from '../support/fake-clock.js';
import { sharedRedis } from '../support/redis-server.js';
import { type OpenRedisBuckets, openRedis } from './buckets.js';
import { charge } from './token-buckets.js';

const redis = sharedRedis();
const RATE = bucketRate(5, 0.01);

describe('RedisTokenBuckets on the clock of the server', () => {
  let opened: OpenRedisBuckets;
  beforeEach(async () => {
    opened = await openRedis(redis(), null);
  });
  afterEach(() => opened.close());

  const pttl = (name: string): Promise<unknown> => opened.connection.send('pttl', [opened.keyPrefix + name]);

  it('lets a key expire when its bucket is full', async () => {
    const { levels } = await opened.buckets.take([charge('a', 2, RATE)]);
    expect(levels[0]!.fullInNs).toBe(200e9);
    const left = Number(await pttl('a'));
    expect(left).toBeGreaterThan(195_000);
    expect(left).toBeLessThanOrEqual(200_000);
    await opened.buckets.take([charge('a', -1, RATE)]);
    expect(Number(await pttl('a'))).toBeLessThanOrEqual(100_000);
  });

  it('keeps no key of a refusal, of a look, and of a bucket that is full', async () => {
    await opened.buckets.take([charge('a', 1, RATE), charge('b', 9, RATE)]);
    await opened.buckets.penalize(charge('c', 0, RATE));
    await opened.buckets.take([charge('d', 3, RATE)]);
    await opened.buckets.put('d', RATE, 0);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(pttl))).toEqual([-2, -2, -2, -2]);
  });

  it('refills by the clock of the server, over all who share the limiter', async () => {
    const rate = bucketRate(1000, 1000);
    const before = process.hrtime.bigint();
    await opened.buckets.take([charge('a', 1000, rate)]);
    for (;;) {
      const result = await opened.buckets.take([charge('a', 20, rate)]);
      if (result.kind === 'taken') break;
      expect(result.waitMs).toBeLessThanOrEqual(20);
    }
    // 20 tokens take 20 ms, however long the replies were on their way; the two clocks may tick a little differently.
    expect(Number(process.hrtime.bigint() - before) / 1e6).toBeGreaterThan(19);
  });

  it('makes one script call for all takes of a turn, bounded to 100', async () => {
    await Promise.all(Array.from({ length: 90 }, (_, i) => opened.buckets.take([charge(`k${i}`, 1, RATE)])));
    expect(opened.script.calls).toBe(1);
    await Promise.all(Array.from({ length: 2000 }, (_, i) => opened.buckets.take([charge(`k${i}`, 1, RATE)])));
    expect(opened.script.calls).toBe(21);
  });

  it('carries the orders of one call out one after the other', async () => {
    const { buckets } = opened;
    const [first, look, second, third] = await Promise.all([
      buckets.take([charge('a', 3, RATE)]),
      buckets.penalize(charge('a', 0, RATE)),
      buckets.take([charge('a', 3, RATE)]),
      buckets.take([charge('a', 2, RATE)]),
    ]);
    expect([first.kind, look.remaining, second.kind, third.kind]).toEqual(['taken', 2, 'refused', 'taken']);
    expect(opened.script.calls).toBe(1);
  });

  it('closes a bucket for a century without losing count', async () => {
    await opened.buckets.put('a', RATE, 3_155_760_000e9);
    const refused = await opened.buckets.take([charge('a', 0, RATE)]);
    expect(refused).toMatchObject({ kind: 'refused' });
    expect(Number(await pttl('a'))).toBeGreaterThan(3_155_000_000_000);
  });
});

describe('RedisTokenBuckets on a store that fails', () => {
  it('fails a take that is not answered, and does nothing when it runs too late', async () => {
    const opened = await openRedis(redis(), null, 500);
    const other = await connected(redis().url, 5000);
    await opened.buckets.take([charge('first', 1, RATE)]);
    redis().freeze();
    const fault = await opened.buckets.take([charge('late', 5, RATE)]).catch((err: unknown) => err);
    redis().thaw();
    expect(fault).toBeInstanceOf(StoreUnavailableError);
    expect((fault as StoreUnavailableError).waitedMs).toBeLessThan(5000);
    await opened.connection.send('ping', []);
    expect(await other.send('exists', [`${opened.keyPrefix}first`, `${opened.keyPrefix}late`])).toBe(1);
    await opened.close();
    await other.close();
  });

  it('fails at once while the connection is lost', async () => {
    const opened = await openRedis(redis(), null, 500);
    const lost = new Promise<void>((resolve) => {
      opened.connection.onState((state) => {
        if (state === 'lost') resolve();
      });
    });
    await redis().kill();
    await lost;
    await expect(opened.buckets.take([charge('a', 1, RATE)])).rejects.toThrow(StoreUnavailableError);
    await opened.close();
    await redis().restart();
  });
});

describe('RedisTokenBuckets on a store that never answers', () => {
  it('counts the deadline of a take from its enqueueing, not from its sending', async () => {
    const clock = new FakeClock();
    const connection = { send: () => new Promise(() => {}), onState: () => () => {} } as unknown as RedisConnection;
    const breaker = { failuresToOpen: 1000, pauseMs: 100, maxPauseMs: 100 };
    const calls = new StoreCalls({ connection, clock, random: Math.random, deadlineMs: 40, breaker });
    const script = loadScripts().get('take-buckets');
    const buckets = new RedisTokenBuckets({ calls, script, clock, deadlineMs: 40, keyPrefix: 'p', limiter: 'l' });
    const waits: number[] = [];
    const take = (): void => {
      const failed = (fault: StoreUnavailableError): number => waits.push(fault.waitedMs);
      buckets.take([charge('a', 1, RATE)]).then(() => waits.push(-1), failed);
    };
    for (let i = 0; i < 400; i++) take();
    await clock.advance(30);
    take();
    await clock.advance(10);
    expect(waits).toEqual(Array(400).fill(40));
    await clock.advance(29);
    expect(script.calls).toBe(5);
    expect(waits).toHaveLength(400);
    await clock.advance(1);
    expect(waits.slice(400)).toEqual([40]);
    calls.stop();
  });
});

describe('limiterBucketPrefix', () => {
  it('puts all buckets of a limiter into one slot, apart from other limiters and prefixes', () => {
    expect(limiterBucketPrefix('spillway', 'logins')).toBe('spillway:limiter:{logins}:');
    for (const name of ['', 'a}b', '{a}']) expect(() => limiterBucketPrefix('spillway', name)).toThrow(RangeError);
  });
});

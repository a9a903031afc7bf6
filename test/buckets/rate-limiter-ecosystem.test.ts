/** The limiter among the real classes of rate-limiter-flexible. */
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  BurstyRateLimiter,
  RateLimiterQueue,
  RateLimiterRedis,
  RateLimiterRes,
  RateLimiterUnion,
  RLWrapperBlackAndWhite,
} from 'rate-limiter-flexible';
import { MemoryTokenBuckets } from '../../src/buckets/memory-token-buckets.js';
import { GcraRateLimiter } from '../../src/buckets/rate-limiter-flexible.js';
import { systemClock } from '../../src/kernel/clock.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import { FakeClock } from '../support/fake-clock.js';
import { startRedis } from '../support/redis-server.js';
import { openRedis } from './buckets.js';

const clock = new FakeClock();
const limiter = (keyPrefix: string, points: number, duration: number): GcraRateLimiter =>
  new GcraRateLimiter({ buckets: new MemoryTokenBuckets(clock), keyPrefix, points, duration, clock });
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'admitted',
    (err: unknown) => err,
  );

describe('GcraRateLimiter within rate-limiter-flexible', () => {
  it('stands in a RateLimiterUnion beside another', async () => {
    const union = new RateLimiterUnion(limiter('minute', 3, 60), limiter('hour', 2, 3600));
    expect(await union.consume('k', 2)).toMatchObject({
      minute: { remainingPoints: 1, isFirstInDuration: true },
      hour: { remainingPoints: 0 },
    });
    const refused = (await rejection(union.consume('k'))) as Record<string, RateLimiterRes>;
    expect(Object.keys(refused)).toEqual(['hour']);
    expect(refused.hour).toBeInstanceOf(RateLimiterRes);
    expect(refused.hour?.msBeforeNext).toBe(1_800_000);
  });

  it('is both halves of a BurstyRateLimiter', async () => {
    const [rate, burst] = [limiter('rate', 1, 1), limiter('burst', 2, 10)];
    const bursty = new BurstyRateLimiter(rate, burst);
    for (let i = 0; i < 3; i++) expect(await bursty.consume('k')).toBeInstanceOf(RateLimiterRes);
    const refused = await rejection(bursty.consume('k'));
    expect(refused).toBeInstanceOf(RateLimiterRes);
    expect((refused as RateLimiterRes).msBeforeNext).toBe(1000);
    await clock.advance(1000);
    expect(await bursty.consume('k')).toMatchObject({ consumedPoints: 1 });
  });

  it('is wrapped by RLWrapperBlackAndWhite, which sets its options', async () => {
    const inner = limiter('wrapped', 1, 60);
    const wrapper = new RLWrapperBlackAndWhite({ limiter: inner, whiteList: ['friend'], blackList: ['foe'] });
    expect(wrapper.keyPrefix).toBe('wrapped');
    wrapper.blockDuration = 300;
    expect(inner.blockDuration).toBe(300);
    for (let i = 0; i < 3; i++) await wrapper.consume('friend');
    expect(await rejection(wrapper.consume('foe'))).toBeInstanceOf(RateLimiterRes);
    await wrapper.consume('k');
    expect(await rejection(wrapper.consume('k'))).toMatchObject({ msBeforeNext: 300_000 });
    expect(await wrapper.delete('k')).toBe(true);
    expect(await wrapper.get('k')).toBeNull();
  });

  it('feeds a RateLimiterQueue, whose timer is never early by the wait it is told', async () => {
    const buckets = new MemoryTokenBuckets(systemClock);
    const queue = new RateLimiterQueue(new GcraRateLimiter({ buckets, points: 2, duration: 0.05 }));
    expect(await queue.removeTokens(2)).toBe(0);
    const sinceUs = systemClock.monotonicUs();
    expect(await queue.removeTokens(2)).toBe(0);
    expect(systemClock.monotonicUs() - sinceUs).toBeGreaterThan(45_000);
    await expect(queue.removeTokens(3)).rejects.toThrow('exceeds maximum 2');
  });

  it('insures a limiter of rate-limiter-flexible whose store is away', async () => {
    const redis = await startRedis();
    const storeClient = new Redis(redis.port, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      lazyConnect: true,
    });
    storeClient.on('error', () => {});
    await storeClient.connect();
    const insuranceLimiter = limiter('insurance', 2, 60);
    const insured = new RateLimiterRedis({
      storeClient,
      points: 9,
      duration: 60,
      blockDuration: 120,
      insuranceLimiter,
    });
    expect(insuranceLimiter.blockDuration).toBe(120);
    expect(await insured.consume('k')).toMatchObject({ remainingPoints: 8 });
    await redis.kill();
    expect(await insured.consume('k', 2)).toMatchObject({ remainingPoints: 0, consumedPoints: 2 });
    expect(await rejection(insured.consume('k'))).toMatchObject({ msBeforeNext: 120_000 });
    storeClient.disconnect();
    await redis.stop();
  });

  it('rejects with an Error, not with a refusal, when its own store is away', async () => {
    const redis = await startRedis();
    const opened = await openRedis(redis, null, 1000);
    const one = new GcraRateLimiter({ buckets: opened.buckets, points: 5, duration: 60 });
    await one.consume('k');
    await redis.kill();
    const calls = [one.consume('k'), one.penalty('k'), one.reward('k'), one.get('k'), one.delete('k')];
    for (const call of [...calls, one.block('k', 5), one.set('k', 1, 5)]) {
      expect(await rejection(call)).toBeInstanceOf(StoreUnavailableError);
    }
    await opened.close();
    await redis.stop();
  });
});

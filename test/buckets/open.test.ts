import { describe, expect, it } from '@jest/globals';
import { bucketRate, GcraRateLimiter, openTokenBuckets, StoreUnavailableError } from '../../src/buckets/open.js';
import { faultOf } from '../../src/redis/faults.js';
import { sharedRedis } from '../support/redis-server.js';

const redis = sharedRedis();
const rate = bucketRate(3, 0.01);

describe('openTokenBuckets', () => {
  it('opens buckets in this process', async () => {
    const { buckets, ready, close } = openTokenBuckets({ kind: 'memory' });
    await ready(AbortSignal.timeout(1000));
    expect((await buckets.take([{ bucket: 'a', rate, cost: 3 }])).kind).toBe('taken');
    expect((await buckets.take([{ bucket: 'a', rate, cost: 1 }])).kind).toBe('refused');
    await close();
  });

  it('opens buckets on Redis that all who name the same limiter share', async () => {
    const seen: string[] = [];
    const options = { kind: 'redis', url: redis().url, deadlineMs: 2000 } as const;
    const one = openTokenBuckets({
      ...options,
      limiter: 'shared',
      observe: (script, result) => seen.push(script, result),
    });
    const two = openTokenBuckets({ ...options, limiter: 'shared' });
    const other = openTokenBuckets({ ...options, limiter: 'other' });
    const all = [one, two, other];
    await Promise.all(all.map(({ ready }) => ready(AbortSignal.timeout(10_000))));
    const limiters = all.map(({ buckets }) => new GcraRateLimiter({ buckets, points: 3, duration: 600 }));
    const left = [];
    for (const limiter of limiters) left.push((await limiter.consume('k')).remainingPoints);
    expect(left).toEqual([2, 1, 2]);
    expect(seen).toEqual(['take-buckets', 'ok']);
    for (const { close } of all) await close();
  });

  it('refuses takes at once while it is not connected, with a fault that says nothing was charged', async () => {
    const { buckets, close } = openTokenBuckets({ kind: 'redis', url: redis().url, limiter: 'early' });
    const fault: unknown = await buckets.take([{ bucket: 'a', rate, cost: 1 }]).catch((err: unknown) => err);
    expect(fault).toBeInstanceOf(StoreUnavailableError);
    expect(faultOf(fault)).toBe('not-sent');
    await close();
  });

  it('rejects a name that would spread the buckets over slots, before it connects', () => {
    expect(() => openTokenBuckets({ kind: 'redis', url: redis().url, limiter: '{a}' })).toThrow(RangeError);
  });
});

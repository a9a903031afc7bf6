import { describe, expect, it } from '@jest/globals';
import { RefusalCache } from '../../src/buckets/refusal-cache.js';
import { FakeClock } from '../support/fake-clock.js';

describe('RefusalCache', () => {
  it('knows nothing of a bucket that was not refused', () => {
    expect(new RefusalCache(new FakeClock()).waitMs('a')).toBe(0);
  });

  it('refuses until the tokens are there, and no longer', async () => {
    const clock = new FakeClock();
    const cache = new RefusalCache(clock);
    cache.remember('a', 700);
    expect(cache.waitMs('a')).toBe(700);
    await clock.advance(699.5);
    expect(cache.waitMs('a')).toBe(1);
    await clock.advance(0.5);
    expect(cache.waitMs('a')).toBe(0);
    expect(cache.size).toBe(0);
  });

  it('holds a refusal for one second at most, and tells the whole wait meanwhile', async () => {
    const clock = new FakeClock();
    const cache = new RefusalCache(clock);
    cache.remember('a', 5000);
    expect(cache.waitMs('a')).toBe(5000);
    await clock.advance(999);
    expect(cache.waitMs('a')).toBe(4001);
    await clock.advance(1);
    expect(cache.waitMs('a')).toBe(0);
  });

  it('goes by the newest refusal, be it shorter or longer', async () => {
    const clock = new FakeClock();
    const cache = new RefusalCache(clock);
    cache.remember('a', 900);
    cache.remember('a', 100);
    expect(cache.waitMs('a')).toBe(100);
    cache.remember('a', 300);
    expect(cache.waitMs('a')).toBe(300);
  });

  it('is bounded: the entry remembered longest ago makes room', () => {
    const cache = new RefusalCache(new FakeClock(), 3);
    for (const bucket of ['a', 'b', 'c', 'b']) cache.remember(bucket, 500);
    expect(cache.waitMs('a')).toBe(500);
    for (const bucket of ['a', 'c', 'a', 'd']) cache.remember(bucket, 500);
    expect(['a', 'b', 'c', 'd'].map((bucket) => cache.waitMs(bucket))).toEqual([500, 0, 500, 500]);
    for (let i = 0; i < 1000; i++) cache.remember(`flood-${i}`, 500);
    expect(cache.size).toBe(3);
  });
});

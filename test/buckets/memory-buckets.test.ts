import { describe, expect, it } from '@jest/globals';
import { bucketRate, charged } from '../../src/buckets/gcra.js';
import { MemoryBuckets } from '../../src/buckets/memory-buckets.js';
import { MemoryTokenBuckets } from '../../src/buckets/memory-token-buckets.js';
import { FakeClock } from '../support/fake-clock.js';

describe('MemoryBuckets', () => {
  it('stays in proportion to the buckets that are not full, under 1,000,000 distinct keys', () => {
    const buckets = new MemoryBuckets();
    const rate = bucketRate(1, 100);
    let most = 0;
    for (let i = 0; i < 1_000_000; i++) {
      const nowNs = i * 1000;
      buckets.write(`key-${i}`, charged(buckets.read(`key-${i}`), nowNs, rate), nowNs);
      most = Math.max(most, buckets.size);
    }
    // A bucket is full after 10 ms, in which 10,000 others are written.
    expect(most).toBeGreaterThanOrEqual(10_000);
    expect(most).toBeLessThanOrEqual(30_000);
  });

  it('reads an absent bucket as full before all times', () => {
    expect(new MemoryBuckets().read('a')).toBeLessThan(-1e15);
  });

  it('keeps no bucket that is full at this instant, and looks at two others a write', () => {
    const buckets = new MemoryBuckets();
    buckets.write('full', 1000, 1000);
    expect(buckets.size).toBe(0);
    for (let i = 0; i < 40; i++) buckets.write(`old-${i}`, 2000, 0);
    const dropped: number[] = [];
    for (let i = 0; i < 100; i++) {
      const before = buckets.size;
      buckets.write(`new-${i}`, 9000, 2000);
      dropped.push(before + 1 - buckets.size);
    }
    expect(Math.max(...dropped)).toBe(2);
    expect(buckets.size).toBe(100);
  });

  it('never forgets a bucket that is not full', () => {
    const buckets = new MemoryBuckets();
    buckets.write('slow', 1e15, 0);
    for (let i = 1; i <= 10_000; i++) buckets.write(`key-${i}`, i * 1000 + 1, i * 1000);
    expect(buckets.read('slow')).toBe(1e15);
    expect(buckets.size).toBeLessThan(100);
  });
});

describe('MemoryTokenBuckets', () => {
  it('keeps nothing of refusals, of looks, and of buckets filled again', async () => {
    const buckets = new MemoryTokenBuckets(new FakeClock());
    const rate = bucketRate(5, 1);
    for (let i = 0; i < 100; i++) {
      await buckets.take([{ bucket: `refused-${i}`, rate, cost: 6 }]);
      await buckets.penalize({ bucket: `looked-at-${i}`, rate, cost: 0 });
      await buckets.take([{ bucket: 'given-back', rate, cost: 1 }]);
      await buckets.take([{ bucket: 'given-back', rate, cost: -1 }]);
    }
    expect(buckets.size).toBe(0);
  });

  it('serves buckets before the instant it was made at, should the clock step back so far', async () => {
    const clock = new FakeClock();
    const buckets = new MemoryTokenBuckets(clock);
    await clock.advance(-60_000);
    const taken = await buckets.take([{ bucket: 'a', rate: bucketRate(5, 1), cost: 5 }]);
    expect(taken.kind).toBe('taken');
  });
});

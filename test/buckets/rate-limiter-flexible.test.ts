import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RateLimiterRes } from 'rate-limiter-flexible';
import { GcraRateLimiter, type GcraRateLimiterOptions } from '../../src/buckets/rate-limiter-flexible.js';
import { FakeClock } from '../support/fake-clock.js';
import { sharedRedis } from '../support/redis-server.js';
import { type Open, type OpenBuckets, openMemory, openRedis } from './buckets.js';

const redis = sharedRedis();

describe.each<[string, Open]>([
  ['memory', openMemory],
  ['Redis', (clock) => openRedis(redis(), clock)],
])('GcraRateLimiter on %s', (_adapter, open) => {
  let clock: FakeClock;
  let opened: OpenBuckets;
  const limiter = (options: Partial<GcraRateLimiterOptions> = {}): GcraRateLimiter =>
    new GcraRateLimiter({ buckets: opened.buckets, points: 4, duration: 80, clock, ...options });
  const refusal = async (promise: Promise<RateLimiterRes>): Promise<RateLimiterRes> => {
    const res: unknown = await promise.then(
      () => 'admitted',
      (err: unknown) => err,
    );
    if (!(res instanceof RateLimiterRes)) throw new Error(`Not refused: ${String(res)}`);
    return res;
  };

  beforeEach(async () => {
    clock = new FakeClock();
    opened = await open(clock);
  });
  afterEach(() => opened.close());

  it('tells of each consume what is left, what is consumed, and when more comes', async () => {
    const one = limiter();
    const told = [];
    for (let i = 0; i < 4; i++) told.push((await one.consume('k')).toJSON());
    expect(told).toEqual([
      { remainingPoints: 3, msBeforeNext: 20_000, consumedPoints: 1, isFirstInDuration: true },
      { remainingPoints: 2, msBeforeNext: 40_000, consumedPoints: 2, isFirstInDuration: false },
      { remainingPoints: 1, msBeforeNext: 60_000, consumedPoints: 3, isFirstInDuration: false },
      { remainingPoints: 0, msBeforeNext: 20_000, consumedPoints: 4, isFirstInDuration: false },
    ]);
  });

  it('rejects with a RateLimiterRes and its exact wait, and charges nothing for that', async () => {
    const one = limiter();
    await one.consume('k', 3);
    const rejected = { remainingPoints: 1, msBeforeNext: 20_000, consumedPoints: 3, isFirstInDuration: false };
    for (let i = 0; i < 3; i++) expect((await refusal(one.consume('k', 2))).toJSON()).toEqual(rejected);
    await clock.advance(19_999);
    expect((await refusal(one.consume('k', 2))).msBeforeNext).toBe(1);
    await clock.advance(1);
    expect((await one.consume('k', 2)).remainingPoints).toBe(0);
  });

  it('says of more than it can ever hold that no wait helps', async () => {
    expect((await refusal(limiter().consume('k', 5))).msBeforeNext).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('lets a penalty go beyond what is there, and a reward no further than full', async () => {
    const one = limiter();
    expect(await one.penalty('k', 6)).toMatchObject({ remainingPoints: 0, consumedPoints: 6, msBeforeNext: 60_000 });
    expect((await refusal(one.consume('k'))).consumedPoints).toBe(6);
    expect(await one.reward('k', 3)).toMatchObject({ remainingPoints: 1, consumedPoints: 3 });
    expect(await one.reward('k', 9)).toMatchObject({ remainingPoints: 4, consumedPoints: 0, msBeforeNext: 0 });
    expect(await one.get('k')).toBeNull();
  });

  it('blocks for exactly as long as told; neither rewards nor attempts change that', async () => {
    const one = limiter();
    expect(await one.block('k', 100)).toMatchObject({ remainingPoints: 0, msBeforeNext: 100_000, consumedPoints: 5 });
    await clock.advance(99_999);
    await one.reward('k', 4);
    expect(await refusal(one.consume('k'))).toMatchObject({ msBeforeNext: 1, consumedPoints: 5 });
    expect(await one.get('k')).toMatchObject({ remainingPoints: 0, msBeforeNext: 1, consumedPoints: 5 });
    await clock.advance(1);
    expect(await one.consume('k', 4)).toMatchObject({ remainingPoints: 0 });
  });

  it('blocks without end for 0 seconds, until the key is deleted', async () => {
    const one = limiter();
    expect((await one.block('k', 0)).msBeforeNext).toBe(-1);
    await clock.advance(1e9);
    await refusal(one.consume('k'));
    expect(await one.delete('k')).toBe(true);
    expect(await one.delete('k')).toBe(false);
    expect((await one.consume('k')).remainingPoints).toBe(3);
  });

  it('closes a key for blockDuration when it asks for too much, once', async () => {
    const one = limiter({ blockDuration: 600 });
    await one.consume('k', 4);
    expect((await refusal(one.consume('k'))).msBeforeNext).toBe(600_000);
    await clock.advance(500_000);
    expect((await refusal(one.consume('k'))).msBeforeNext).toBe(100_000);
    await clock.advance(100_000);
    expect((await one.consume('k')).remainingPoints).toBe(3);
  });

  it('sets the points consumed; more than it holds is a block', async () => {
    const one = limiter();
    expect(await one.set('k', 3, 60)).toMatchObject({ remainingPoints: 1, consumedPoints: 3, msBeforeNext: 60_000 });
    expect((await one.get('k'))?.remainingPoints).toBe(1);
    expect(await one.set('k', 9, 30)).toMatchObject({ remainingPoints: 0, consumedPoints: 9, msBeforeNext: 30_000 });
    expect((await refusal(one.consume('k'))).msBeforeNext).toBe(30_000);
    expect((await one.set('k', 9, -1)).msBeforeNext).toBe(80_000);
    await one.set('k', 0, 60);
    expect(await one.get('k')).toBeNull();
  });

  it('keeps keys and limiters apart, even where a key looks like another’s block', async () => {
    const [one, other] = [limiter({ keyPrefix: '' }), limiter({ keyPrefix: 'b' })];
    await one.block('k', 60);
    for (const key of ['block::k', ':k', 7]) await one.consume(key, 4);
    expect((await other.consume('k', 4)).isFirstInDuration).toBe(true);
    await refusal(one.consume(7));
    await refusal(one.consume('7'));
  });

  it('spreads what it admits evenly, when told to', async () => {
    const one = limiter({ execEvenly: true });
    expect((await one.consume('k')).remainingPoints).toBe(3);
    let answer: RateLimiterRes | null = null;
    void one.consume('k').then((res) => {
      answer = res;
    });
    // Two of four points consumed: the next one is due when two intervals have passed.
    await opened.buckets.penalize({ bucket: 'other', rate: { intervalNs: 64, toleranceNs: 64 }, cost: 0 });
    await clock.advance(39_999);
    expect(answer).toBeNull();
    await clock.advance(1);
    expect(answer).toMatchObject({ remainingPoints: 2, msBeforeNext: 0 });
  });

  it.each([{ points: 0 }, { points: 1.5 }, { duration: 0 }, { duration: Number.NaN }])(
    'does not start with %j',
    (wrong) => {
      expect(() => limiter(wrong)).toThrow(RangeError);
    },
  );

  it('rejects points that make no sense with an Error', async () => {
    await expect(limiter().consume('k', 0.5)).rejects.toThrow(RangeError);
  });
});

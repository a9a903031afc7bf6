/** What every store of token buckets keeps. Intervals are long, so that no key expires by the real clock meanwhile. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BucketRate, bucketRate } from '../../src/buckets/gcra.js';
import type { Charge, TakeResult, TokenBuckets } from '../../src/buckets/token-buckets.js';
import { FakeClock } from '../support/fake-clock.js';
import type { Open, OpenBuckets } from './buckets.js';
import { PlainBucket } from './plain-bucket.js';

const SLOW = bucketRate(5, 0.03);

export function charge(bucket: string, cost = 1, rate: BucketRate = SLOW): Charge {
  return { bucket, rate, cost };
}

export function describeTokenBuckets(adapter: string, open: Open): void {
  describe(`TokenBuckets on ${adapter}`, () => {
    let clock: FakeClock;
    let opened: OpenBuckets;
    let buckets: TokenBuckets;
    beforeEach(async () => {
      clock = new FakeClock();
      opened = await open(clock);
      buckets = opened.buckets;
    });
    afterEach(() => opened.close());

    const remaining = async (name: string, rate = SLOW): Promise<number> =>
      (await buckets.penalize(charge(name, 0, rate))).remaining;
    const waitOf = (result: TakeResult): number => {
      if (result.kind !== 'refused' || result.waitMs === null) throw new Error('The take was not told to wait');
      return result.waitMs;
    };

    it('gives what is there, says what is left, and refuses the rest', async () => {
      const results: TakeResult[] = [];
      for (let i = 0; i < 6; i++) results.push(await buckets.take([charge('a')]));
      expect(results.map(({ levels }) => levels[0]!.remaining)).toEqual([4, 3, 2, 1, 0, 0]);
      expect(results.map(({ kind }) => kind)).toEqual([...Array(5).fill('taken'), 'refused']);
      expect(results[5]).toMatchObject({ charge: 0, bucket: 'a' });
    });

    it('refuses without charging, and says when the tokens will be there', async () => {
      await buckets.take([charge('a', 5)]);
      const waits = [];
      for (let i = 0; i < 3; i++) waits.push(waitOf(await buckets.take([charge('a', 2)])));
      const expected = Math.ceil((2 * SLOW.intervalNs) / 1e6);
      expect(waits).toEqual([expected, expected, expected]);
    });

    it('admits whoever waits exactly as long as told, and not one millisecond sooner', async () => {
      const rate = bucketRate(7, 0.0317);
      await buckets.take([charge('a', 7, rate)]);
      for (const cost of [1, 3, 7, 2]) {
        const waitMs = waitOf(await buckets.take([charge('a', cost, rate)]));
        await clock.advance(waitMs - 1);
        expect(await buckets.take([charge('a', cost, rate)])).toMatchObject({ kind: 'refused', waitMs: 1 });
        await clock.advance(1);
        expect((await buckets.take([charge('a', cost, rate)])).kind).toBe('taken');
      }
    });

    it('takes from all buckets or from none, and tells the longest wait', async () => {
      await buckets.take([charge('b', 5)]);
      await buckets.take([charge('c', 4)]);
      const all = [charge('a', 1), charge('b', 1), charge('c', 3)];
      const refused = await buckets.take(all);
      expect(refused).toMatchObject({ kind: 'refused', charge: 2, bucket: 'c' });
      expect(refused.levels.map((level) => level.remaining)).toEqual([5, 0, 1]);
      expect(await buckets.take([...all].reverse())).toMatchObject({ charge: 0, bucket: 'c', waitMs: waitOf(refused) });
      expect(await remaining('a')).toBe(5);
      await clock.advance(waitOf(refused));
      const taken = await buckets.take(all);
      expect(taken.kind).toBe('taken');
      expect(taken.levels.map((level) => level.remaining)).toEqual([4, 1, 0]);
    });

    it('says of a cost beyond the capacity that no wait helps', async () => {
      expect(await buckets.take([charge('a', 6)])).toMatchObject({ kind: 'refused', waitMs: null });
      expect(await remaining('a')).toBe(5);
    });

    it('gives tokens back up to the capacity', async () => {
      await buckets.take([charge('a', 3)]);
      expect((await buckets.take([charge('a', -2)])).levels[0]!.remaining).toBe(4);
      expect((await buckets.take([charge('a', -9)])).levels[0]).toEqual({ remaining: 5, fullInNs: 0 });
      expect((await buckets.take([charge('a', 6)])).kind).toBe('refused');
      expect((await buckets.take([charge('a', 5)])).kind).toBe('taken');
    });

    it('gives nothing back with a take that is refused', async () => {
      await buckets.take([charge('a', 5), charge('b', 5)]);
      expect((await buckets.take([charge('a', -5), charge('b', 1)])).kind).toBe('refused');
      expect(await remaining('a')).toBe(0);
    });

    it('mints and removes nothing when the clock steps back', async () => {
      await buckets.take([charge('a', 3)]);
      await clock.advance(-3_600_000);
      expect((await buckets.take([charge('a', 1)])).kind).toBe('refused');
      await clock.advance(3_600_000);
      expect(await remaining('a')).toBe(2);
      await clock.advance(-1000);
      await clock.advance(1000);
      expect((await buckets.take([charge('a', 2)])).kind).toBe('taken');
      expect((await buckets.take([charge('a', 1)])).kind).toBe('refused');
    });

    it('serves exactly the capacity to 2,000 simultaneous takes', async () => {
      const rate = bucketRate(300, 0.03);
      const takes = Array.from({ length: 2000 }, () => buckets.take([charge('a', 1, rate)]));
      await clock.settle();
      const taken = (await Promise.all(takes)).filter(({ kind }) => kind === 'taken');
      expect(taken).toHaveLength(300);
      expect(new Set(taken.map(({ levels }) => levels[0]!.remaining)).size).toBe(300);
    });

    it('penalizes beyond what is there, and refuses until the debt has refilled', async () => {
      expect(await buckets.penalize(charge('a', 7))).toEqual({ remaining: 0, fullInNs: 7 * SLOW.intervalNs });
      expect((await buckets.take([charge('a', 0)])).kind).toBe('refused');
      expect((await buckets.take([charge('a', -1)])).kind).toBe('taken');
      await buckets.penalize(charge('a', 1));
      const waitMs = waitOf(await buckets.take([charge('a', 1)]));
      expect(waitMs).toBe(Math.ceil((3 * SLOW.intervalNs) / 1e6));
      await clock.advance(waitMs);
      expect((await buckets.take([charge('a', 1)])).kind).toBe('taken');
    });

    it('puts a bucket where it is told, and says where it was', async () => {
      await buckets.take([charge('a', 2)]);
      expect(await buckets.put('a', SLOW, SLOW.toleranceNs)).toEqual({ remaining: 3, fullInNs: 2 * SLOW.intervalNs });
      expect(await remaining('a')).toBe(0);
      expect((await buckets.put('a', SLOW, 0)).remaining).toBe(0);
      expect(await buckets.put('a', SLOW, 0)).toEqual({ remaining: 5, fullInNs: 0 });
    });

    it.each([
      ['no charge', []],
      ['a broken cost', [charge('a', 0.5)]],
      ['a cost that is no number', [charge('a', Number.NaN)]],
      ['a bucket named twice', [charge('a'), charge('b'), charge('a')]],
      ['an impossible rate', [charge('a', 1, { intervalNs: 0, toleranceNs: 5 })]],
      ['more charges than a script should bear', Array.from({ length: 501 }, (_, i) => charge(`${i}`))],
    ])('rejects a take with %s', async (_why, charges) => {
      await expect(buckets.take(charges)).rejects.toThrow(RangeError);
    });

    it('agrees with a bucket of real numbers, and never gives more than capacity + refill × w', async () => {
      // Steps of a quarter of an interval keep the model's own sums exact.
      const rate = bucketRate(8, 0.03125);
      const step = fc.record({
        quarters: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(12), fc.nat(60)),
        costs: fc.array(fc.integer({ min: -3, max: 9 }), { minLength: 1, maxLength: 3 }),
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const names = ['x', 'y', 'z'].map((name) => `${name}${run}`);
          run++;
          const models = names.map(() => new PlainBucket(8, 0.25));
          for (const { quarters, costs } of steps) {
            await clock.advance((quarters * rate.intervalNs) / 4e6);
            for (const model of models) model.pass(quarters);
            const expected = PlainBucket.take(models, costs);
            const result = await buckets.take(costs.map((cost, i) => charge(names[i]!, cost, rate)));
            expect(result.kind).toBe(expected ? 'taken' : 'refused');
            expect(result.levels.map((level) => level.remaining)).toEqual(
              costs.map((_, i) => Math.floor(models[i]!.tokens)),
            );
          }
          for (const model of models) model.checkEveryWindow();
        }),
        { numRuns: 150 },
      );
    });
  });
}

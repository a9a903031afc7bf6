import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GatheringHistogram, newHistogram, spreadOf } from '../../src/replay/histogram.js';

/** Small ones are only counted; the bound between the two is among them. */
const value = fc.oneof(fc.nat(20), fc.integer({ min: 16_380, max: 16_390 }), fc.nat(2 ** 40));
const LOOK = 'look';

describe('GatheringHistogram', () => {
  it('is the histogram in which every value was recorded at once, whenever somebody looks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 5, arbitrary: value }, fc.constant(LOOK)), { maxLength: 100, size: 'max' }),
        (steps) => {
          const gathering = new GatheringHistogram();
          const plain = newHistogram();
          for (const step of [...steps, LOOK]) {
            if (typeof step === 'number') {
              gathering.record(step);
              plain.recordValue(step);
              continue;
            }
            const gathered = gathering.gathered();
            expect(gathered.totalCount).toBe(plain.totalCount);
            expect(gathered.minNonZeroValue).toBe(plain.minNonZeroValue);
            expect(gathered.mean).toBeCloseTo(plain.mean, 6);
            expect(spreadOf(gathered, 1)).toEqual(spreadOf(plain, 1));
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gathers the same histogram again and again, so that what is added to it stays', () => {
    const gathering = new GatheringHistogram();
    gathering.record(7);
    gathering.gathered().recordValue(9);
    gathering.record(8);
    expect(gathering.gathered().totalCount).toBe(3);
  });
});

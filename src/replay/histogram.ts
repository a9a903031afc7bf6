/** Histograms of whole numbers with three significant digits, that can be merged across processes. */
import { build, type Histogram } from 'hdr-histogram-js';
import type { Spread } from './burst-figures.js';

export function newHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
}

const SMALL = 16_384;

/** A histogram of values that are mostly small and very many: those are only counted, until somebody looks. */
export class GatheringHistogram {
  readonly #counts = new Uint32Array(SMALL);
  readonly #histogram = newHistogram();

  /** @param value - a whole number, 0 or more */
  record(value: number): void {
    if (value < SMALL) this.#counts[value] = (this.#counts[value] as number) + 1;
    else this.#histogram.recordValue(value);
  }

  /** With all that was recorded so far. */
  gathered(): Histogram {
    this.#counts.forEach((count, value) => {
      if (count > 0) this.#histogram.recordValueWithCount(value, count);
    });
    this.#counts.fill(0);
    return this.#histogram;
  }
}

/** @param unit - what one of the figures counts of the histogram's own: 1000 turns microseconds into milliseconds */
export function spreadOf(histogram: Histogram, unit: number): Spread {
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / unit;
  return { p50: at(50), p90: at(90), p99: at(99), max: histogram.maxValue / unit };
}

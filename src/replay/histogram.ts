/** Histograms of whole numbers with three significant digits, that can be merged across processes. */
import { build, type Histogram } from 'hdr-histogram-js';
import type { Spread } from './burst-figures.js';

export function newHistogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
}

/** @param unit - what one of the figures counts of the histogram's own: 1000 turns microseconds into milliseconds */
export function spreadOf(histogram: Histogram, unit: number): Spread {
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / unit;
  return { p50: at(50), p90: at(90), p99: at(99), max: histogram.maxValue / unit };
}

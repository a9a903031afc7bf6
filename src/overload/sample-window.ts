/** A stretch of samples, judged together: one answer alone says little. */
import type { Sample } from './limit-law.js';

const LEAST_US = 100_000;
const LEAST_SAMPLES = 8;

export interface Stretch {
  /** Median of those served, in microseconds; null: none was. */
  readonly latencyUs: number | null;
  /** Share that was dropped, 0 to 1. */
  readonly droppedShare: number;
  /** Most in flight when one of them began. */
  readonly inFlight: number;
}

export class SampleWindow {
  #sinceUs = Number.NEGATIVE_INFINITY;
  #latenciesUs: number[] = [];
  #dropped = 0;
  #inFlight = 0;

  /**
   * @param enough - how many requests can be in flight: no more samples than this are waited for
   * @returns the stretch, when this sample ends one
   */
  add(sample: Sample, enough: number): Stretch | null {
    if (this.#sinceUs === Number.NEGATIVE_INFINITY) this.#sinceUs = sample.nowUs;
    if (sample.health === 'dropped') this.#dropped++;
    else this.#latenciesUs.push(sample.latencyUs);
    this.#inFlight = Math.max(this.#inFlight, sample.inFlight);
    const samples = this.#dropped + this.#latenciesUs.length;
    if (sample.nowUs - this.#sinceUs < LEAST_US || samples < Math.min(LEAST_SAMPLES, enough)) return null;
    const stretch = {
      latencyUs: median(this.#latenciesUs),
      droppedShare: this.#dropped / samples,
      inFlight: this.#inFlight,
    };
    this.clear(sample.nowUs);
    return stretch;
  }

  clear(nowUs: number): void {
    this.#sinceUs = nowUs;
    this.#latenciesUs = [];
    this.#dropped = 0;
    this.#inFlight = 0;
  }
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

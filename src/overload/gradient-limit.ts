/**
 * Follows latency: while answers take no longer than `tolerance` times as long as they do at half the load, the limit
 * grows by its root; beyond that it shrinks in proportion. Gradient2 of Netflix, with these differences:
 *
 * - What is dropped or times out shrinks the limit; a stretch without any answer never counts as a stable one.
 * - The baseline is no average of the past, which would follow a queue of our own making step by step. It is measured:
 *   now and then the limit is halved for about two round trips. Since tolerance × ½ < 1, a baseline measured on top of
 *   a queue leads to a smaller queue the next time, never to a larger one.
 * - A limit that is not used does not grow.
 *
 *   steady ──used for `PROBE_EVERY_US`, or too slow for `SLOW_STRETCHES`──▶ probing ──enough measured, or given up──▶ steady
 *
 * @see github.com/Netflix/concurrency-limits, Gradient2Limit
 */
import { bounded, type LimitBounds, type LimitLaw, type Sample } from './limit-law.js';
import { median, SampleWindow, type Stretch } from './sample-window.js';

/** A limit of which less is used is not what holds anything up. */
const USED_SHARE = 0.8;
/** How much of what a stretch asks for is done at once. */
const SMOOTHING = 0.5;
const LEAST_GRADIENT = 0.5;
const LEAST_DECREASE = 0.05;
const MOST_DECREASE = 0.5;
const PROBE_SHARE = 0.5;
const PROBE_SAMPLES = 5;
const PROBE_EVERY_US = 10_000_000;
/** Two probes are never closer together, so that the limit is whole for nearly all of the time. */
const PROBE_PAUSE_US = 1_500_000;
/** A probe that finds too little traffic is given up after so many of the latencies seen before it. */
const PROBE_LATENCIES = 4;
const SLOW_STRETCHES = 3;
/** Half of less is no load to compare with: the latency there is the baseline. */
const LEAST_TO_PROBE = 4;

interface Probe {
  readonly limit: number;
  readonly untilUs: number;
  readonly latenciesUs: number[];
}

export class GradientLimit implements LimitLaw {
  #limit: number;
  #baselineUs: number | null = null;
  #probe: Probe | null = null;
  #probedUs = Number.NEGATIVE_INFINITY;
  #slow = 0;
  readonly #window = new SampleWindow();

  /** @param tolerance - how many times the latency at half the load is taken for no queue; above 1, below 2 */
  constructor(
    private readonly bounds: LimitBounds,
    private readonly tolerance = 1.5,
  ) {
    this.#limit = bounded(bounds.initial, bounds);
  }

  get limit(): number {
    return this.#probe === null ? this.#limit : this.#probe.limit;
  }

  observe(sample: Sample): void {
    if (this.#probe !== null) this.#measure(this.#probe, sample);
    else {
      const stretch = this.#window.add(sample, this.#limit);
      if (stretch !== null) this.#judge(stretch, sample.nowUs);
    }
  }

  #judge({ latencyUs, droppedShare, inFlight }: Stretch, nowUs: number): void {
    if (droppedShare > 0) {
      this.#decrease(droppedShare);
      return;
    }
    if (latencyUs === null) return;
    const small = this.#limit < LEAST_TO_PROBE;
    this.#baselineUs = small ? latencyUs : Math.min(this.#baselineUs ?? latencyUs, latencyUs);
    const used = inFlight >= this.#limit * USED_SHARE - 1;
    const slow = latencyUs > this.#baselineUs * this.tolerance;
    this.#slow = slow ? this.#slow + 1 : 0;
    if (used || slow) this.#move(latencyUs, used);
    if (!small && this.#isProbeDue(used, nowUs)) this.#beginProbe(latencyUs, nowUs);
  }

  #decrease(share: number): void {
    const decrease = Math.min(MOST_DECREASE, Math.max(LEAST_DECREASE, share));
    this.#limit = bounded(this.#limit * (1 - decrease), this.bounds);
  }

  #move(latencyUs: number, used: boolean): void {
    const gradient = Math.min(1, Math.max(LEAST_GRADIENT, (this.tolerance * this.#baselineUs!) / latencyUs));
    const wanted = this.#limit * gradient + (used ? Math.sqrt(this.#limit) : 0);
    this.#limit = bounded(this.#limit + SMOOTHING * (wanted - this.#limit), this.bounds);
  }

  #isProbeDue(used: boolean, nowUs: number): boolean {
    if (this.#probedUs === Number.NEGATIVE_INFINITY) this.#probedUs = nowUs;
    const sinceUs = nowUs - this.#probedUs;
    if (sinceUs < PROBE_PAUSE_US) return false;
    return this.#slow >= SLOW_STRETCHES || (used && sinceUs >= PROBE_EVERY_US);
  }

  #beginProbe(latencyUs: number, nowUs: number): void {
    const limit = bounded(this.#limit * PROBE_SHARE, this.bounds);
    this.#probe = { limit, untilUs: nowUs + latencyUs * PROBE_LATENCIES, latenciesUs: [] };
  }

  /** Only what began at half the load tells of it. */
  #measure(probe: Probe, { health, inFlight, latencyUs, nowUs }: Sample): void {
    const dropped = health === 'dropped';
    if (dropped) this.#decrease(MOST_DECREASE);
    else if (inFlight <= probe.limit) probe.latenciesUs.push(latencyUs);
    if (!dropped && probe.latenciesUs.length < PROBE_SAMPLES && nowUs < probe.untilUs) return;
    if (probe.latenciesUs.length >= PROBE_SAMPLES) this.#baselineUs = median(probe.latenciesUs);
    this.#probe = null;
    this.#probedUs = nowUs;
    this.#slow = 0;
    this.#window.clear(nowUs);
  }
}

/**
 * Whom an overloaded gateway turns away. A threshold rises while the event loop falls behind, over
 *
 *   0 pass ─── 1 low ─── 2 claim ─── 3 called ─── 4 line ─── 5
 *
 * and within each class over the claimants, in an order that is drawn anew each hour. Whoever lies below it is turned
 * away, again and again, and whoever lies above gets through all of the way: half-served people cost twice.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import type { Load, LoadProbe } from './load-probe.js';

export const SHED_CLASSES = ['pass', 'low', 'claim', 'called', 'line'] as const;
export type ShedClass = (typeof SHED_CLASSES)[number];
export type ShedReason = 'event_loop' | 'queue_wait';

export interface ShedderSettings {
  /** How late the event loop, or a claim's question to the store, may be, in milliseconds; 0: nobody is turned away. */
  readonly maxDelayMs: number;
}

const LOOK_MS = 100;
/** Below this share of busy time a delay is somebody else's doing, and turning people away mends nothing. */
const BUSY = 0.9;
const LEAST_RISE = 0.05;
const MOST_RISE = 0.25;
/** Comes down slowly while the loop is busy, and fast when it has time to spare. */
const FALL = 0.02;
const FAST_FALL = 0.25;
const SPARE = 0.7;
/** Of those in line some always get through: they are the reason for all this. */
const MOST = 4.9;
const HOUR_MS = 3_600_000;

export class Shedder {
  /** 0: nobody is turned away. */
  threshold = 0;
  reason: ShedReason = 'event_loop';
  #seen = [0, 0, 0, 0, 0];
  #hour = 0;
  #timer: Timer | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly probe: LoadProbe,
    private settings: ShedderSettings,
  ) {
    this.#hour = Math.floor(clock.wallMs() / HOUR_MS);
  }

  configure(settings: ShedderSettings): void {
    this.settings = settings;
    if (settings.maxDelayMs === 0) this.threshold = 0;
  }

  start(): void {
    this.#timer = this.clock.after(LOOK_MS, () => {
      this.look(this.probe.look());
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Whether a request of this claimant is to be turned away. Before anything is read or asked for it. */
  sheds(shedClass: ShedClass, claimant: string): boolean {
    const rank = SHED_CLASSES.indexOf(shedClass);
    this.#seen[rank]!++;
    return this.threshold > rank && rank + shareOf(claimant, this.#hour) < this.threshold;
  }

  look({ utilization, loopDelayMs, queueWaitMs }: Load): void {
    const { maxDelayMs } = this.settings;
    if (maxDelayMs === 0) return;
    this.#hour = Math.floor(this.clock.wallMs() / HOUR_MS);
    const loop = utilization >= BUSY ? loopDelayMs : 0;
    const delayMs = Math.max(loop, queueWaitMs);
    if (delayMs > maxDelayMs) {
      this.reason = loop >= queueWaitMs ? 'event_loop' : 'queue_wait';
      this.#rise(Math.min(MOST_RISE, LEAST_RISE * (delayMs / maxDelayMs)));
    } else {
      const fall = utilization < SPARE ? FAST_FALL : FALL;
      this.threshold = Math.max(0, this.threshold - fall);
    }
    this.#seen = [0, 0, 0, 0, 0];
  }

  /** Classes in which nobody came are passed over: it would help nobody to turn them away. */
  #rise(by: number): void {
    let rank = Math.floor(this.threshold);
    while (rank < SHED_CLASSES.length - 1 && this.#seen[rank] === 0) rank++;
    this.threshold = Math.min(MOST, Math.max(rank, this.threshold) + by);
  }
}

/** Where a claimant stands in this hour's order, 0 to 1. FNV-1a, mixed; who knows it gains nothing for long. */
function shareOf(claimant: string, hour: number): number {
  let hash = (0x811c9dc5 ^ hour) >>> 0;
  for (let at = 0; at < claimant.length; at++) hash = Math.imul(hash ^ claimant.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296;
}

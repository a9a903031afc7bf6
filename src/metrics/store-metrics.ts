/** The instruments of the store and of the line's tick. */
import type { StoreConfig } from '../config/schema.js';
import { type Families, readState } from './families.js';
import type { Counter, Gauge, Histogram } from './instruments.js';
import {
  BREAKER_STATES,
  type BreakerState,
  STORE_MODES,
  STORE_RESULTS,
  type StoreMode,
  type StoreResult,
} from './vocabulary.js';

/** What the gateway knows of its store, read when somebody scrapes. */
export interface StoreFacts {
  readonly up: boolean;
  readonly mode: StoreMode;
  readonly breaker: BreakerState;
}

/** One exchange: claims that shared it, whether limits were looked at, whether it called the next in line. */
export interface Exchanged {
  readonly asks: number;
  readonly limited: boolean;
  readonly ticked: boolean;
  readonly seconds: number;
}

interface ScriptMeter {
  readonly calls: Counter;
  readonly duration: Histogram;
}

export class StoreMetrics {
  readonly #meters = new Map<string, Map<StoreResult, ScriptMeter>>();

  readonly #limiter: Histogram;
  readonly #tickedAt: Gauge;
  readonly #batch: Histogram;
  readonly #tick: Histogram;

  constructor(
    readonly kind: StoreConfig['kind'],
    private readonly families: Families,
  ) {
    const { limiterDuration, storeBatch, tickDuration } = families.histograms;
    this.#limiter = limiterDuration.of(kind);
    this.#batch = storeBatch.of('exchange');
    this.#tick = tickDuration.of();
    this.#tickedAt = families.gauges.tickTimestamp.of();
  }

  /** Counts one script call and how long it took. */
  readonly called = (script: string, result: StoreResult, seconds: number): void => {
    const meter = this.#meters.get(script)?.get(result) ?? this.#meter(script, result);
    meter.calls.inc();
    meter.duration.observe(seconds);
  };

  /** Counts one exchange with the store, whichever kind it is. @param atMs - when it ended, in Unix milliseconds */
  exchanged({ asks, limited, ticked, seconds }: Exchanged, atMs: number): void {
    if (asks > 0) this.#batch.observe(asks);
    if (limited) this.#limiter.observe(seconds);
    if (!ticked) return;
    this.#tick.observe(seconds);
    this.#tickedAt.set(atMs / 1000);
  }

  /** Registers what the store's gauges are read from. The object may be changed in place. */
  mirror(facts: StoreFacts): void {
    const { gauges } = this.families;
    gauges.storeUp.of(this.kind).readFrom(() => (facts.up ? 1 : 0));
    readState(
      STORE_MODES,
      (mode) => gauges.storeMode.of(mode),
      () => facts.mode,
    );
    readState(
      BREAKER_STATES,
      (state) => gauges.storeBreaker.of(state),
      () => facts.breaker,
    );
  }

  /** Puts the counts of these scripts at 0. */
  begin(scripts: readonly string[]): void {
    for (const script of scripts) {
      for (const result of STORE_RESULTS) this.families.counters.storeCalls.of(script, result);
    }
  }

  #meter(script: string, result: StoreResult): ScriptMeter {
    const calls = this.families.counters.storeCalls.of(script, result);
    const duration = this.families.histograms.storeDuration.of(script, result);
    const meters = this.#meters.get(script) ?? new Map<StoreResult, ScriptMeter>();
    this.#meters.set(script, meters);
    const meter = { calls, duration };
    meters.set(result, meter);
    return meter;
  }
}

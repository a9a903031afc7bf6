/** The instruments of the store and of the line's tick. */
import type { StoreConfig } from '../config/schema.js';
import { type Families, readState } from './families.js';
import type { Counter, Histogram } from './instruments.js';
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

interface ScriptMeter {
  readonly calls: Counter;
  readonly duration: Histogram;
}

export class StoreMetrics {
  readonly #meters = new Map<string, Map<StoreResult, ScriptMeter>>();

  constructor(
    readonly kind: StoreConfig['kind'],
    private readonly families: Families,
  ) {}

  /** Counts one script call and how long it took. */
  readonly called = (script: string, result: StoreResult, seconds: number): void => {
    const meter = this.#meters.get(script)?.get(result) ?? this.#meter(script, result);
    meter.calls.inc();
    meter.duration.observe(seconds);
  };

  /** Claims that shared one call. */
  batchSize(script: string): Histogram {
    return this.families.histograms.storeBatch.of(script);
  }

  /** In seconds. */
  limiterCheckDuration(): Histogram {
    return this.families.histograms.limiterDuration.of(this.kind);
  }

  /** Counts one tick of the line. @param atMs - when it ended, in Unix milliseconds */
  ticked(seconds: number, atMs: number): void {
    this.families.histograms.tickDuration.of().observe(seconds);
    this.families.gauges.tickTimestamp.of().set(atMs / 1000);
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
    this.limiterCheckDuration();
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

/** The instruments of one upstream. */
import type { UpstreamConfig } from '../config/schema.js';
import { type Families, readState } from './families.js';
import { RequestMeter } from './request-meter.js';
import {
  BREAKER_STATES,
  type BreakerState,
  type CodeClass,
  UPSTREAM_ERRORS,
  type UpstreamError,
} from './vocabulary.js';

/** What the gateway knows of the upstream, read when somebody scrapes. */
export interface UpstreamFacts {
  /** null: there is no such upstream any more. */
  readonly inFlight: number | null;
  readonly limit: number | null;
  readonly breaker: BreakerState | null;
  readonly targets: number | null;
  /** Targets that take requests like any other. */
  readonly targetsInUse: number | null;
}

export class UpstreamMetrics {
  readonly #answered: RequestMeter[] = [];
  readonly #failed = new Map<UpstreamError, RequestMeter>();

  constructor(
    readonly id: string,
    private readonly families: Families,
  ) {
    const codeClasses: CodeClass[] = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'];
    this.#answered = codeClasses.map((codeClass) => this.#meter('none', codeClass));
    for (const error of UPSTREAM_ERRORS) this.#failed.set(error, this.#meter(error, 'none'));
  }

  /** @param status - 100 to 599 */
  answered(status: number, seconds: number): void {
    (this.#answered[Math.trunc(status / 100)] ?? this.#answered[0]!).finished(status, seconds);
  }

  /** No usable answer came. */
  failed(error: UpstreamError, seconds: number): void {
    this.#failed.get(error)?.finished(0, seconds);
  }

  /** Registers what the upstream's gauges are read from. The object may be changed in place. */
  mirror(facts: UpstreamFacts): void {
    const { gauges } = this.families;
    gauges.upstreamInFlight.of(this.id).readFrom(() => facts.inFlight);
    gauges.upstreamLimit.of(this.id).readFrom(() => facts.limit);
    gauges.upstreamTargets.of(this.id).readFrom(() => facts.targets);
    gauges.upstreamTargetsInUse.of(this.id).readFrom(() => facts.targetsInUse);
    readState(
      BREAKER_STATES,
      (state) => gauges.upstreamBreaker.of(this.id, state),
      () => facts.breaker,
    );
  }

  /** Puts the usual counts at 0 and the configured limit on show. */
  begin(config: UpstreamConfig): void {
    this.#answered[2]?.expect(200);
    this.#answered[5]?.expect(500);
    for (const meter of this.#failed.values()) meter.expect(0);
    this.families.histograms.upstreamDuration.of(this.id, '2xx');
    this.families.gauges.upstreamLimit.of(this.id).set(config.concurrency.limit);
  }

  #meter(error: UpstreamError | 'none', codeClass: CodeClass): RequestMeter {
    const { counters, histograms } = this.families;
    return new RequestMeter(
      (code) => counters.upstreamRequests.of(this.id, code, error),
      () => histograms.upstreamDuration.of(this.id, codeClass),
    );
  }
}

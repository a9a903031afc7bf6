/** What the primary process of several workers has to say itself: how it read the configuration. All else its workers count. */
import { exposeSome, type MetricsFormat, type MetricsSnapshot } from './exposition.js';
import { Families } from './families.js';
import type { ReloadResult } from './vocabulary.js';

export class PrimaryMetrics {
  readonly #families = new Families();
  readonly snapshot: () => Promise<MetricsSnapshot>;

  constructor(format: MetricsFormat) {
    const { gauges, counters } = this.#families;
    this.snapshot = exposeSome([gauges.configReloadSuccessful], [counters.configReloads], format);
  }

  /** The configuration was read anew. One that is refused leaves the one before in force. */
  reloaded(result: ReloadResult): void {
    const { gauges, counters } = this.#families;
    counters.configReloads.of(result).inc();
    gauges.configReloadSuccessful.of().set(result === 'applied' || result === 'unchanged' ? 1 : 0);
  }
}

/**
 * One scrape for the processes of one machine. Counters and histograms are added up; of facts that every process
 * reports, the catalogue says which one stands. What a process counted before it ended goes on counting: a total that
 * fell would read as a restart from 0, and everything before it would be counted twice.
 */
import { AggregatorRegistry } from 'prom-client';
import { contentTypeOf, type MetricsFormat, type MetricsSnapshot } from './exposition.js';

/** What one process says. */
export interface ProcessMetrics {
  readonly metrics: MetricsSnapshot;
  /** It is about to be gone: what it counts still counts, but the facts are those of the others. */
  readonly leaving: boolean;
}

const TOTALS = new Set(['counter', 'histogram']);

export class MergedExposition {
  #departed: MetricsSnapshot = [];

  readonly contentType: string;

  constructor(private readonly format: MetricsFormat = 'classic') {
    this.contentType = contentTypeOf(format);
  }

  /** Keeps the totals of a process that is gone. */
  async depart(last: MetricsSnapshot): Promise<void> {
    const before = this.#departed;
    // Taken over at once, so that two that go together do not overwrite each other.
    this.#departed = [...before, ...last.filter(({ type }) => TOTALS.has(String(type)))];
    const all = this.#departed;
    const merged = await aggregate(all).getMetricsAsJSON();
    if (this.#departed === all) this.#departed = merged;
  }

  /** The text of one scrape, of what each live process says, and the one that adds them up. */
  text(processes: readonly ProcessMetrics[], own: MetricsSnapshot = []): Promise<string> {
    const allLeave = processes.every(({ leaving }) => leaving);
    const snapshots = processes.map(({ metrics, leaving }) =>
      leaving && !allLeave ? metrics.filter(({ aggregator }) => aggregator === 'sum') : metrics,
    );
    const merged = aggregate([...snapshots.flat(), ...own, ...this.#departed]);
    merged.setContentType(contentTypeOf(this.format) as typeof AggregatorRegistry.PROMETHEUS_CONTENT_TYPE);
    return merged.metrics();
  }
}

/** prom-client groups by name, so that one list of everything is the same as a list a process. */
function aggregate(metrics: MetricsSnapshot) {
  return AggregatorRegistry.aggregate([[...metrics]]);
}

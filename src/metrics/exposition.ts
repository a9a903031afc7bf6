/**
 * The bridge to prom-client, and the only importer of it: its metric classes, with our numbers inside. A registry of
 * its own for every gateway; the metrics of Node itself are the process's and therefore made once.
 *
 * One text format a process, and never one a scrape: on the first OpenMetrics scrape prom-client strips `_total` from its
 * counters' names for good, and the classic output is wrong from then on.
 */
import {
  type Aggregator,
  collectDefaultMetrics,
  type MetricObjectWithValues,
  type MetricValue,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client';
import type { Families } from './families.js';
import type { Family } from './family.js';
import type { Counter, Gauge, Histogram } from './instruments.js';

/** The samples of one scrape as data, for a process that adds several together. */
export type MetricsSnapshot = ReadonlyArray<MetricObjectWithValues<MetricValue<string>>>;

export interface Exposition {
  readonly contentType: string;
  /** The text of one scrape. */
  text(): Promise<string>;
  snapshot(): Promise<MetricsSnapshot>;
}

/** `openmetrics` has exemplars: the trace of one request for each bucket. */
export type MetricsFormat = 'classic' | 'openmetrics';

export function contentTypeOf(format: MetricsFormat) {
  return format === 'openmetrics' ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
}

/** @throws Error when this process has answered in the other format already */
export function expose(families: Families, format: MetricsFormat): Exposition {
  const registry = newRegistry(format);
  for (const family of Object.values(families.gauges)) new ExposedGauge(family, registry);
  for (const family of Object.values(families.counters)) new ExposedCounter(family, registry);
  for (const family of Object.values(families.histograms)) new ExposedHistogram(family, registry);
  const node = nodeRegistry(format);
  return {
    contentType: registry.contentType,
    text: async () => (await registry.metrics()).replace(END, '') + (await node.metrics()),
    snapshot: async () => [...(await registry.getMetricsAsJSON()), ...(await node.getMetricsAsJSON())],
  };
}

/** The samples of some families, of a process that serves nobody itself. */
export function exposeSome(
  gauges: ReadonlyArray<Family<Gauge>>,
  counters: ReadonlyArray<Family<Counter>>,
  format: MetricsFormat,
): () => Promise<MetricsSnapshot> {
  const registry = newRegistry(format);
  for (const family of gauges) new ExposedGauge(family, registry);
  for (const family of counters) new ExposedCounter(family, registry);
  return () => registry.getMetricsAsJSON();
}

/** Of a text in OpenMetrics. */
const END = /# EOF\n$/;

function newRegistry(format: MetricsFormat): Registry {
  const registry = new Registry();
  registry.setContentType(contentTypeOf(format) as typeof Registry.PROMETHEUS_CONTENT_TYPE);
  return registry;
}

let ofNode: Registry | undefined;

/** Observers of the event loop and of garbage collection cannot be taken back, so there is one set a process. */
function nodeRegistry(format: MetricsFormat): Registry {
  if (ofNode === undefined) {
    ofNode = newRegistry(format);
    collectDefaultMetrics({ register: ofNode });
  }
  if (ofNode.contentType !== contentTypeOf(format)) throw new Error('One process exposes its metrics in one format');
  return ofNode;
}

function configuration({ definition }: Family<unknown>, registry: Registry) {
  const { name, help, labels } = definition;
  const aggregator: Aggregator = definition.shared === true ? 'max' : (definition.workers ?? 'sum');
  return { name, help, labelNames: [...labels], aggregator, registers: [registry] };
}

class ExposedCounter extends PromCounter {
  constructor(
    private readonly family: Family<Counter>,
    registry: Registry,
  ) {
    super(configuration(family, registry));
  }

  override async get() {
    const facts = await super.get();
    const values = [...this.family.members()].map(({ labels, instrument }) => ({ labels, value: instrument.value }));
    return { ...facts, values };
  }
}

class ExposedGauge extends PromGauge {
  constructor(
    private readonly family: Family<Gauge>,
    registry: Registry,
  ) {
    super(configuration(family, registry));
  }

  override async get() {
    const facts = await super.get();
    const values = [];
    for (const { labels, instrument } of this.family.members()) {
      const { value } = instrument;
      if (value !== null) values.push({ labels, value });
    }
    return { ...facts, values };
  }
}

interface Sample {
  readonly metricName: string;
  readonly labels: Record<string, string | number>;
  /** prom-client writes these once and remembers their text. */
  readonly sharedLabels: Record<string, string>;
  readonly value: number;
  readonly exemplar?: { readonly labelSet: Record<string, string>; readonly value: number; readonly timestamp: number };
}

class ExposedHistogram extends PromHistogram {
  constructor(
    private readonly family: Family<Histogram>,
    registry: Registry,
  ) {
    super({ ...configuration(family, registry), buckets: [...(family.definition.buckets ?? [])] });
  }

  override async get() {
    const facts = await super.get();
    const values = this.#samples().map(({ metricName, labels, sharedLabels, value }) => ({
      metricName,
      labels: { ...labels, ...sharedLabels },
      value,
    }));
    return { ...facts, values };
  }

  /** What prom-client asks for instead of `get` when it writes text. */
  async getForPromString() {
    const { name, help } = this.family.definition;
    return { name, help, type: 'histogram', aggregator: 'sum', values: this.#samples() };
  }

  #samples(): Sample[] {
    const { name } = this.family.definition;
    const samples: Sample[] = [];
    for (const { labels: sharedLabels, instrument } of this.family.members()) {
      let count = 0;
      for (let i = 0; i < instrument.counts.length; i++) {
        count += instrument.counts[i]!;
        const le = instrument.bounds[i] ?? '+Inf';
        const seen = instrument.exemplars?.[i];
        const exemplar = seen && { labelSet: { trace_id: seen.traceId }, value: seen.value, timestamp: seen.atSeconds };
        samples.push({
          metricName: `${name}_bucket`,
          labels: { le },
          sharedLabels,
          value: count,
          ...(exemplar && { exemplar }),
        });
      }
      samples.push({ metricName: `${name}_sum`, labels: {}, sharedLabels, value: instrument.sum });
      samples.push({ metricName: `${name}_count`, labels: {}, sharedLabels, value: count });
    }
    return samples;
  }
}

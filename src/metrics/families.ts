/** One family for every definition, sharing one vocabulary. */
import { STATUS_CODES } from 'node:http';
import { COUNTERS, GAUGES, HISTOGRAMS, type MetricDefinition } from './definitions.js';
import { Family } from './family.js';
import { Counter, Gauge, Histogram } from './instruments.js';

type FamiliesOf<Definitions, Instrument> = { readonly [Name in keyof Definitions]: Family<Instrument> };

export class Families {
  /** Label values learned from configuration. */
  readonly vocabulary = new Map<string, Set<string>>([
    ['campaign', new Set()],
    ['limit', new Set()],
    ['upstream', new Set()],
    ['script', new Set()],
    ['code', new Set([...Object.keys(STATUS_CODES), 'none'])],
  ]);
  readonly counters = this.#all(COUNTERS, () => new Counter());
  readonly gauges = this.#all(GAUGES, () => new Gauge());
  readonly histograms = this.#all(HISTOGRAMS, (definition) => new Histogram(definition.buckets ?? []));

  learn(label: 'campaign' | 'limit' | 'upstream' | 'script', values: Iterable<string>): void {
    const known = this.vocabulary.get(label);
    for (const value of values) known?.add(value);
  }

  #all<D extends Record<string, MetricDefinition>, I>(
    definitions: D,
    make: (definition: MetricDefinition) => I,
  ): FamiliesOf<D, I> {
    const families = Object.entries(definitions).map(([name, definition]) => [
      name,
      new Family(definition, () => make(definition), this.vocabulary),
    ]);
    return Object.fromEntries(families) as FamiliesOf<D, I>;
  }
}

/** Sets every gauge of a state to 0 but that of the current one, whenever somebody scrapes; none is exposed for null. */
export function readState<S extends string>(
  states: readonly S[],
  gauge: (state: S) => Gauge,
  current: () => S | null,
): void {
  for (const state of states) {
    gauge(state).readFrom(() => {
      const now = current();
      return now === null ? null : Number(now === state);
    });
  }
}

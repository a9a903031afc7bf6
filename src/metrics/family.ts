/**
 * All instruments of one metric, by their labels. Label values come from a known vocabulary only; any other counts
 * under `_other`, so that no input of a client can make a new time series.
 */
import type { MetricDefinition } from './definitions.js';

export const OTHER = '_other';

export type LabelRecord = Readonly<Record<string, string>>;
/** Known values by label; a label that is missing here is bounded by its type. */
export type Vocabulary = ReadonlyMap<string, ReadonlySet<string>>;

export class Family<Instrument> {
  readonly #members = new Map<string, { readonly labels: LabelRecord; readonly instrument: Instrument }>();

  constructor(
    readonly definition: MetricDefinition,
    private readonly make: () => Instrument,
    private readonly vocabulary: Vocabulary,
  ) {}

  /**
   * The instrument of these label values, made on first use and then exposed from 0 on.
   * @param values - one a label, in the order of the definition
   * @throws TypeError when there are more or fewer values than labels
   */
  of(...values: readonly string[]): Instrument {
    const { labels, name } = this.definition;
    if (values.length !== labels.length) throw new TypeError(`${name} has the labels ${labels.join(', ')}`);
    const known = labels.map((label, i) => this.#known(label, values[i]!));
    const key = known.join('\n');
    let member = this.#members.get(key);
    if (member === undefined) {
      member = { labels: Object.fromEntries(labels.map((label, i) => [label, known[i]!])), instrument: this.make() };
      this.#members.set(key, member);
    }
    return member.instrument;
  }

  /** Forgets every instrument; those already handed out count on, unseen. */
  clear(): void {
    this.#members.clear();
  }

  members(): Iterable<{ readonly labels: LabelRecord; readonly instrument: Instrument }> {
    return this.#members.values();
  }

  #known(label: string, value: string): string {
    const known = this.vocabulary.get(label);
    return known === undefined || known.has(value) ? value : OTHER;
  }
}

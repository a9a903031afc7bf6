/**
 * What the rooms hold: plain numbers with a method. Counting touches one field, so that it costs nanoseconds; names,
 * labels and text exist only when a scrape asks. An instrument is resolved once and kept, never looked up per request.
 */
export class Counter {
  value = 0;

  inc(by = 1): void {
    this.value += by;
  }
}

/** A gauge that nobody has set or given a reader is not exposed: an unknown number is not 0. */
export class Gauge {
  #value: number | null = null;
  #read: (() => number | null) | null = null;

  get value(): number | null {
    return this.#read === null ? this.#value : this.#read();
  }

  set(value: number): void {
    this.#value = value;
  }

  add(by: number): void {
    this.#value = (this.#value ?? 0) + by;
  }

  /** From now on the value is asked for when somebody scrapes. */
  readFrom(read: () => number | null): void {
    this.#read = read;
  }
}

/** One observation, and the trace that it was made in. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly atSeconds: number;
}

export class Histogram {
  /** One more than there are bounds: the last counts what is above all of them. Not cumulative. */
  readonly counts: number[];
  sum = 0;
  /** The last of each bucket; null where nothing was ever traced. */
  exemplars: Array<Exemplar | undefined> | null = null;

  /** @param bounds - upper bounds, inclusive, ascending */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** @param traceId - of a trace that is recorded; left out: there is none */
  observe(value: number, traceId?: string): void {
    const { bounds } = this;
    let i = 0;
    while (i < bounds.length && value > bounds[i]!) i++;
    this.counts[i]!++;
    this.sum += value;
    if (traceId === undefined) return;
    this.exemplars ??= [];
    this.exemplars[i] = { traceId, value, atSeconds: Date.now() / 1000 };
  }
}

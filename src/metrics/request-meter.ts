/** Counts the ends of one kind of request: by status, and how long each took. */
import type { Counter, Histogram } from './instruments.js';

export class RequestMeter {
  /** By HTTP status; 0 where there was none. Sparse: filled as statuses occur. */
  readonly #byStatus: Array<Counter | undefined> = [];
  #duration: Histogram | null = null;

  constructor(
    private readonly counter: (code: string) => Counter,
    private readonly histogram: () => Histogram,
  ) {}

  /**
   * @param status - the HTTP status sent; 0 when none was
   * @param traceId - of a trace that is recorded; left out: there is none
   */
  finished(status: number, seconds: number, traceId?: string): void {
    const counter = this.#byStatus[status] ?? this.expect(status);
    counter.inc();
    this.#duration ??= this.histogram();
    this.#duration.observe(seconds, traceId);
  }

  /** Puts the count of a status at 0, so that its first occurrence shows as a rise. */
  expect(status: number): Counter {
    const counter = this.counter(status === 0 ? 'none' : String(status));
    if (Number.isInteger(status) && status >= 0 && status < 600) this.#byStatus[status] = counter;
    return counter;
  }
}

/** One way of the network, always equally long: what goes in first comes out first, with one timer for all. */
import type { Clock } from '../kernel/clock.js';

interface Passing {
  readonly outUs: number;
  readonly run: () => void;
}

export class DelayLine {
  #passing: Passing[] = [];
  #next = 0;

  constructor(
    private readonly clock: Clock,
    private readonly delayMs: number,
  ) {}

  /** Runs `run` when the delay is over. */
  pass(run: () => void): void {
    const idle = this.#next === this.#passing.length;
    this.#passing.push({ outUs: this.clock.monotonicUs() + this.delayMs * 1000, run });
    if (idle) this.clock.after(this.delayMs, this.#release);
  }

  readonly #release = (): void => {
    const nowUs = this.clock.monotonicUs();
    while (this.#next < this.#passing.length && this.#passing[this.#next]!.outUs <= nowUs + 1) {
      this.#passing[this.#next++]!.run();
    }
    if (this.#next === this.#passing.length) {
      this.#passing = [];
      this.#next = 0;
      return;
    }
    if (this.#next > 10_000) {
      this.#passing = this.#passing.slice(this.#next);
      this.#next = 0;
    }
    this.clock.after((this.#passing[this.#next]!.outUs - nowUs) / 1000, this.#release);
  };
}

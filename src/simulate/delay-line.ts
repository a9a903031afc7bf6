/** One way of the network, always equally long: what goes in first comes out first, with one timer for all. */
import type { Clock } from '../kernel/clock.js';

export interface Passing {
  /** When it comes out; the line's own to set. */
  outUs: number;
  /** Runs when it does. */
  out(): void;
}

/** Left in their places before the others move up. */
const MOST_OUT = 256;

export class DelayLine<T extends Passing> {
  #passing: T[] = [];
  #next = 0;

  constructor(
    private readonly clock: Clock,
    private readonly delayMs: number,
  ) {}

  pass(one: T): void {
    const idle = this.#next === this.#passing.length;
    one.outUs = this.clock.monotonicUs() + this.delayMs * 1000;
    this.#passing.push(one);
    if (idle) this.clock.after(this.delayMs, this.#release);
  }

  readonly #release = (): void => {
    const nowUs = this.clock.monotonicUs();
    while (this.#next < this.#passing.length && this.#passing[this.#next]!.outUs <= nowUs + 1) {
      this.#passing[this.#next++]!.out();
    }
    if (this.#next === this.#passing.length) {
      this.#passing = [];
      this.#next = 0;
      return;
    }
    // What is out must not be held on to: it would be taken for in use, and moved by the garbage collector.
    if (this.#next > MOST_OUT) {
      this.#passing = this.#passing.slice(this.#next);
      this.#next = 0;
    }
    this.clock.after((this.#passing[this.#next]!.outUs - nowUs) / 1000, this.#release);
  };
}

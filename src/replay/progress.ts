/** One line a second about a running burst: rewritten in place on a terminal, one after the other elsewhere. */
import type { Clock, Timer } from '../kernel/clock.js';
import { whole } from './report-text.js';
import type { Tally } from './tally.js';

/** Where lines go; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

const EVERY_MS = 1000;
const CLEAR_LINE = '\r\u001b[K';

export class Progress {
  readonly #tally: Tally;
  readonly #clock: Clock;
  readonly #out: Output;
  readonly #startUs: number;
  #timer: Timer | null = null;
  #requests = 0;
  #granted = 0;

  constructor(tally: Tally, clock: Clock, out: Output) {
    this.#tally = tally;
    this.#clock = clock;
    this.#out = out;
    this.#startUs = clock.monotonicUs();
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    if (this.#out.isTTY) this.#out.write(CLEAR_LINE);
  }

  #arm(): void {
    this.#timer = this.#clock.after(EVERY_MS, () => {
      const line = this.#line();
      this.#out.write(this.#out.isTTY ? `${CLEAR_LINE}${line}` : `${line}\n`);
      this.#arm();
    });
  }

  #line(): string {
    const { arrived, requests, granted, waiting, slipUs } = this.#tally;
    const second = Math.round((this.#clock.monotonicUs() - this.#startUs) / 1e6);
    const sentNow = requests - this.#requests;
    const grantedNow = granted - this.#granted;
    this.#requests = requests;
    this.#granted = granted;
    const refused = [...this.#tally.refused.values()].reduce((sum, count) => sum + count, 0);
    const failed = [...this.#tally.errors.values()].reduce((sum, count) => sum + count, 0);
    const slipMs = slipUs.getValueAtPercentile(99) / 1000;
    return (
      `${String(second).padStart(3)} s  arrived ${whole(arrived)}  granted ${whole(granted)} (${grantedNow}/s)` +
      `  waiting ${whole(waiting)}  refused ${whole(refused)}  failed ${whole(failed)}` +
      `  sent ${whole(sentNow)}/s  slip p99 ${slipMs.toFixed(1)} ms`
    );
  }
}

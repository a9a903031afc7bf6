/**
 * When a campaign's line ticks: at full pace while somebody looks at it or it moves, else just often enough to hear of
 * what operators change.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { StoreView } from './exchange.js';

const TICK_MS = 100;
/** Twice within the second in which every gateway is to know what an operator changed. */
const IDLE_TICK_MS = 450;
/** How long a campaign that somebody asked for ticks at full pace. */
const BUSY_US = 3_000_000;

export interface TickerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** What is known of the line; null: nothing yet. */
  readonly view: () => StoreView | null;
  readonly tick: () => void;
}

export class Ticker {
  #busyUntilUs = 0;
  #timer: Timer | null = null;
  #stopped = false;

  constructor(private readonly options: TickerOptions) {}

  start(): void {
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Somebody looks at this campaign: it ticks at full pace for a while. @param nowUs - the time, where it is known already */
  readonly touch = (nowUs = this.options.clock.monotonicUs()): void => {
    const idle = nowUs >= this.#busyUntilUs;
    this.#busyUntilUs = nowUs + BUSY_US;
    if (idle && this.#timer !== null && !this.#stopped) {
      this.#timer.cancel();
      this.#schedule();
    }
  };

  #schedule(): void {
    const { clock, random, tick } = this.options;
    const busy = clock.monotonicUs() < this.#busyUntilUs || this.#lineMoves();
    const delayMs = (busy ? TICK_MS : IDLE_TICK_MS) * (0.95 + 0.1 * random());
    this.#timer = clock.after(delayMs, () => {
      if (this.#stopped) return;
      tick();
      this.#schedule();
    });
  }

  #lineMoves(): boolean {
    const view = this.options.view();
    return view !== null && (view.atDoor > 0 || view.tails[0] > view.heads[0] || view.tails[1] > view.heads[1]);
  }
}

/** A clock that stands still until a test moves it. Timers run in order of their time, then of their making. */
import type { Clock, Timer } from '../../src/kernel/clock.js';

interface Pending {
  readonly atUs: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

export class FakeClock implements Clock {
  #nowUs: number;
  #order = 0;
  #pending: Pending[] = [];
  #turn: Array<() => void> = [];

  constructor(startMs = 1_770_000_000_000) {
    this.#nowUs = startMs * 1000;
  }

  wallMs(): number {
    return Math.floor(this.#nowUs / 1000);
  }

  monotonicUs(): number {
    return this.#nowUs;
  }

  after(delayMs: number, run: () => void): Timer {
    const pending = { atUs: this.#nowUs + Math.ceil(delayMs * 1000), order: this.#order++, run, cancelled: false };
    this.#pending.push(pending);
    return {
      cancel: () => {
        pending.cancelled = true;
      },
    };
  }

  afterTurn(run: () => void): void {
    this.#turn.push(run);
  }

  /** Runs what was put off to the end of the turn, and what that puts off in its turn. */
  endTurn(): void {
    while (this.#turn.length > 0) {
      const turn = this.#turn;
      this.#turn = [];
      for (const run of turn) run();
    }
  }

  /** Moves time, running every timer on the way at its own instant. Promise callbacks run between timers. */
  async advance(ms: number): Promise<void> {
    const untilUs = this.#nowUs + Math.round(ms * 1000);
    await this.settle();
    for (;;) {
      this.#pending = this.#pending.filter((pending) => !pending.cancelled);
      const next = this.#pending.reduce<Pending | null>(
        (best, one) =>
          one.atUs <= untilUs &&
          (best === null || one.atUs < best.atUs || (one.atUs === best.atUs && one.order < best.order))
            ? one
            : best,
        null,
      );
      if (next === null) break;
      next.cancelled = true;
      this.#nowUs = Math.max(this.#nowUs, next.atUs);
      next.run();
      await this.settle();
    }
    this.#nowUs = untilUs;
    await this.settle();
  }

  /** Lets promise callbacks and end-of-turn work run until nothing more is queued. */
  async settle(): Promise<void> {
    for (let round = 0; round < 8; round++) {
      this.endTurn();
      await Promise.resolve();
    }
  }
}

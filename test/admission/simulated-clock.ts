/**
 * A clock for whole simulated lines: like FakeClock, with a heap, so that thousands of people cost little, and with
 * pauses of the whole process.
 */
import type { Clock, Timer } from '../../src/kernel/clock.js';
import { type Timed, TimerHeap } from '../../src/simulate/timer-heap.js';

interface Due extends Timed {
  readonly run: () => void;
  cancelled: boolean;
}

/** Promise callbacks that one event may set off, one after another. */
const ROUNDS = 6;

export class SimulatedClock implements Clock {
  #nowUs: number;
  #order = 0;
  #live = 0;
  readonly #heap = new TimerHeap<Due>();
  #turn: Array<() => void> = [];

  constructor(startMs = 1_770_000_000_000) {
    this.#nowUs = startMs * 1000;
  }

  /** Timers that wait for their time. */
  get timers(): number {
    return this.#live;
  }

  wallMs(): number {
    return Math.floor(this.#nowUs / 1000);
  }

  monotonicUs(): number {
    return this.#nowUs;
  }

  after(delayMs: number, run: () => void): Timer {
    const due = { atUs: this.#nowUs + Math.ceil(delayMs * 1000), order: this.#order++, run, cancelled: false };
    this.#heap.push(due);
    this.#live++;
    return {
      cancel: () => {
        if (!due.cancelled) this.#live--;
        due.cancelled = true;
      },
    };
  }

  afterTurn(run: () => void): void {
    this.#turn.push(run);
  }

  /** The process stands still: time goes on, no timer runs. */
  pause(ms: number): void {
    this.#nowUs += ms * 1000;
  }

  async advance(ms: number): Promise<void> {
    const untilUs = this.#nowUs + Math.round(ms * 1000);
    await this.settle();
    for (let due = this.#heap.first; due !== undefined && due.atUs <= untilUs; due = this.#heap.first) {
      this.#heap.pop();
      if (due.cancelled) continue;
      due.cancelled = true;
      this.#live--;
      this.#nowUs = Math.max(this.#nowUs, due.atUs);
      due.run();
      await this.settle();
    }
    this.#nowUs = Math.max(this.#nowUs, untilUs);
  }

  async settle(): Promise<void> {
    for (let quiet = 0; quiet < ROUNDS; quiet++) {
      if (this.#turn.length > 0) quiet = 0;
      const turn = this.#turn;
      this.#turn = [];
      for (const run of turn) run();
      await Promise.resolve();
    }
  }
}

/**
 * A clock that runs as fast as the machine allows. Timers fire in order of their time; all of one millisecond belong
 * to one turn, at whose end run what waits for it, and every promise they set off, before time goes on.
 */
import type { Clock, Timer } from '../kernel/clock.js';
import { type Timed, TimerHeap } from './timer-heap.js';

class Due implements Timer, Timed {
  constructor(
    readonly atUs: number,
    readonly order: number,
    /** Null once it is cancelled. */
    public run: (() => void) | null,
  ) {}

  cancel(): void {
    this.run = null;
  }
}

const TURN_US = 1000;
/** Promise callbacks that one event may set off, one after another. */
const ROUNDS = 6;
/** Made once: it is waited for several times a turn. */
const NOTHING = Promise.resolve();

export class VirtualClock implements Clock {
  readonly #wallOffsetUs: number;
  #nowUs = 1_000_000;
  #order = 0;
  readonly #heap = new TimerHeap<Due>();
  #turn: Array<() => void> = [];

  constructor(startWallMs: number) {
    this.#wallOffsetUs = startWallMs * 1000 - this.#nowUs;
  }

  wallMs(): number {
    return Math.floor((this.#nowUs + this.#wallOffsetUs) / 1000);
  }

  monotonicUs(): number {
    return Math.floor(this.#nowUs);
  }

  after(delayMs: number, run: () => void): Timer {
    const due = new Due(this.#nowUs + Math.max(0, delayMs) * 1000, this.#order++, run);
    this.#heap.push(due);
    return due;
  }

  afterTurn(run: () => void): void {
    this.#turn.push(run);
  }

  /**
   * Lets time pass until `isOver` says so after a turn, or no timer is left.
   * @param everyTurns - how many turns it may take until `isOver` is asked again
   */
  async runUntil(isOver: () => boolean, everyTurns = 1): Promise<void> {
    await this.#settle();
    for (let turn = 0; ; turn++) {
      if (turn % everyTurns === 0 && isOver()) return;
      const first = this.#heap.first;
      if (first === undefined) return;
      const endUs = first.atUs + TURN_US;
      for (let due = this.#heap.first; due !== undefined && due.atUs < endUs; due = this.#heap.first) {
        this.#heap.pop();
        if (due.run === null) continue;
        this.#nowUs = Math.max(this.#nowUs, due.atUs);
        due.run();
      }
      await this.#settle();
    }
  }

  async #settle(): Promise<void> {
    if (this.#turn.length === 0) return;
    for (let quiet = 0; quiet < ROUNDS; quiet++) {
      if (this.#turn.length > 0) {
        quiet = 0;
        const turn = this.#turn;
        this.#turn = [];
        for (const run of turn) run();
      }
      await NOTHING;
    }
  }
}

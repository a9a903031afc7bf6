/**
 * The clock by which grace runs out. It is the store's, and stands still while nobody who was called could claim: while
 * the campaign is not open, while slots are full and nothing moves, and while nobody ticks.
 */
import { STALL_US } from './caller.js';

const TICK_US = 50_000;

export interface Passed {
  /** Since the last tick. */
  readonly sinceUs: number;
  /** Nobody could come in meanwhile. */
  readonly shut: boolean;
  /** For how long slots have been full, and nothing has moved. */
  readonly stoodUs: number;
}

export class GraceClock {
  #shutUs = 0;
  #tickUs = 0;
  #stoodUs = 0;
  #enteredAtTick = 0;

  lineMs(nowUs: number): number {
    return Math.floor((nowUs - this.#shutUs) / 1000);
  }

  /** Goes on at `lineMs`, as if no time had passed. */
  recall(lineMs: number, nowUs: number): void {
    this.#shutUs = nowUs - lineMs * 1000;
  }

  /**
   * @param entered - claims that ever went in
   * @returns null if there was a tick a moment ago: this was none
   */
  tick(nowUs: number, open: boolean, slotsFull: boolean, entered: number): Passed | null {
    const sinceUs = nowUs - this.#tickUs;
    const first = this.#tickUs === 0;
    if (!first && sinceUs < TICK_US) return null;
    const stood = open && slotsFull && entered === this.#enteredAtTick;
    this.#stoodUs = stood ? this.#stoodUs + sinceUs : 0;
    const shut = !open || stood;
    if (!first) {
      if (shut) this.#shutUs += sinceUs;
      else if (sinceUs > STALL_US) this.#shutUs += sinceUs - TICK_US;
    }
    this.#tickUs = nowUs;
    this.#enteredAtTick = entered;
    return { sinceUs, shut, stoodUs: this.#stoodUs };
  }
}

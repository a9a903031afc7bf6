/**
 * What this gateway remembers of people in line, to measure what they were told against what came: when they joined,
 * how long they were told to wait, when they may ask again. A table of a fixed size, indexed by number; whoever finds
 * its row taken by somebody still in line is not measured. No allocation per person, and no claimant.
 */
import { MAIN, type Place } from './place.js';

/** Rows; a power of two. */
const ROWS = 65_536;
/** A row whose owner did not come for so long is free again, in milliseconds. */
const FORGET_MS = 6 * 3_600_000;
/** By how much a question may come before its time: clocks are read in whole milliseconds. */
const EARLY_SLACK_MS = 5;

export interface Wait {
  readonly seconds: number;
  /** What was promised first, in seconds; null: nothing was. */
  readonly promisedSeconds: number | null;
}

export class LineNotes {
  #owners: Float64Array | null = null;
  #joinedMs = new Float64Array(0);
  #promised = new Float64Array(0);
  #dueMs = new Float64Array(0);

  /** @param promisedSeconds - null where no wait was named */
  joined(place: Place, nowMs: number, promisedSeconds: number | null): void {
    if (place.line !== MAIN) return;
    const owners = this.#table();
    const row = place.number & (ROWS - 1);
    if (owners[row] !== 0 && nowMs - this.#joinedMs[row]! < FORGET_MS) return;
    owners[row] = place.number;
    this.#joinedMs[row] = nowMs;
    this.#promised[row] = promisedSeconds ?? Number.NaN;
    this.#dueMs[row] = 0;
  }

  /** The owner was told to ask again in `pollAfterMs`. @returns whether it asked before the time it had been told */
  asked(place: Place, nowMs: number, pollAfterMs: number): boolean {
    const row = this.#rowOf(place);
    if (row < 0) return false;
    const early = nowMs < this.#dueMs[row]! - EARLY_SLACK_MS;
    this.#dueMs[row] = nowMs + pollAfterMs;
    return early;
  }

  /** The place came to its end. @returns null where it was not noted */
  ended(place: Place, nowMs: number): Wait | null {
    const row = this.#rowOf(place);
    if (row < 0) return null;
    const promised = this.#promised[row]!;
    this.#owners![row] = 0;
    return {
      seconds: Math.max(0, nowMs - this.#joinedMs[row]!) / 1000,
      promisedSeconds: Number.isNaN(promised) ? null : promised,
    };
  }

  #rowOf({ line, number }: Place): number {
    const row = number & (ROWS - 1);
    return line === MAIN && this.#owners !== null && this.#owners[row] === number ? row : -1;
  }

  #table(): Float64Array {
    if (this.#owners === null) {
      this.#owners = new Float64Array(ROWS);
      this.#joinedMs = new Float64Array(ROWS);
      this.#promised = new Float64Array(ROWS);
      this.#dueMs = new Float64Array(ROWS);
    }
    return this.#owners;
  }
}

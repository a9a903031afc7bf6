/**
 * What this gateway remembers of people in line, to measure what they were told against what came: when they joined,
 * how long they were told to wait. A table of a fixed size, indexed by number; whoever finds its row taken by somebody
 * still in line is not measured. No allocation per person, and no claimant.
 */
import { MAIN, type Place } from './place.js';

/** Rows; a power of two. */
const ROWS = 65_536;
/** The numbers of a row, side by side, as they are read together. An owner of 0: the row is free. */
const OWNER = 0;
const JOINED_MS = 1;
const PROMISED = 2;
const FIELDS = 3;
/** A row whose owner did not come for so long is free again, in milliseconds. */
const FORGET_MS = 6 * 3_600_000;

export interface Wait {
  readonly seconds: number;
  /** What was promised first, in seconds; null: nothing was. */
  readonly promisedSeconds: number | null;
}

export class LineNotes {
  #rows: Float64Array | null = null;

  /** @param promisedSeconds - null where no wait was named */
  joined(place: Place, nowMs: number, promisedSeconds: number | null): void {
    if (place.line !== MAIN) return;
    this.#rows ??= new Float64Array(ROWS * FIELDS);
    const rows = this.#rows;
    const at = startOf(place);
    if (rows[at + OWNER] !== 0 && nowMs - rows[at + JOINED_MS]! < FORGET_MS) return;
    rows[at + OWNER] = place.number;
    rows[at + JOINED_MS] = nowMs;
    rows[at + PROMISED] = promisedSeconds ?? Number.NaN;
  }

  /** The place came to its end. @returns null where it was not noted */
  ended(place: Place, nowMs: number): Wait | null {
    const rows = this.#rows;
    const at = startOf(place);
    if (rows === null || !isOf(rows, at, place)) return null;
    const promised = rows[at + PROMISED]!;
    rows[at + OWNER] = 0;
    return {
      seconds: Math.max(0, nowMs - rows[at + JOINED_MS]!) / 1000,
      promisedSeconds: Number.isNaN(promised) ? null : promised,
    };
  }
}

function startOf({ number }: Place): number {
  return (number & (ROWS - 1)) * FIELDS;
}

function isOf(rows: Float64Array, at: number, { line, number }: Place): boolean {
  return line === MAIN && rows[at + OWNER] === number;
}

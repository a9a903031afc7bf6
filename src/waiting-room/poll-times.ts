/**
 * Who asks before its time. What each place was told last is kept in a table of fixed size; a place whose row another one
 * has taken is simply not judged. Coming early is never of use: the answer is the same.
 */
import { type Place, placeKey } from './place.js';

/** Far too early is no impatience, but a loop. */
export type Promptness = 'in-time' | 'early' | 'far-too-early';

/** Rows; a power of two. */
const ROWS = 65_536;
/** The numbers of a row, side by side, as they are read together: one line of memory for each of a crowd. */
const OWNER = 0;
const TOLD_AT_MS = 1;
const POLL_AFTER_MS = 2;
/** 1: told to who polled; 0: with the refusal of a claim, after which a first look at the place is nobody's loop. */
const POLLED = 3;
/** A power of two, so that no row lies on two lines. */
const FIELDS = 4;
/** By how much a question may come before its time: clocks are read in whole milliseconds. */
const EARLY_SLACK_MS = 5;
/** Earlier than after this share of the time told is far too early. */
const FAR_SHARE = 0.25;
/** Of shorter times nothing is far, as the network moves polls by so much, in milliseconds. */
const SHORTEST_FAR_MS = 1000;

export class PollTimes {
  /** Whole numbers modulo 2³²; an owner of 0: the row is free. */
  #rows: Uint32Array | null = null;

  /**
   * The owner of a place polls, and is told to ask again in `pollAfterMs`.
   * @param nowMs - monotonic
   * @returns whether it had been told to come later
   */
  polled(place: Place, nowMs: number, pollAfterMs: number): Promptness {
    const at = startOf(place);
    const promptness = this.#judge(place, at, nowMs);
    this.#tell(place, at, nowMs, pollAfterMs, 1);
    return promptness;
  }

  /** The owner of a place was refused at the door, and told to ask again in `pollAfterMs`. @param nowMs - monotonic */
  refused(place: Place, nowMs: number, pollAfterMs: number): void {
    this.#tell(place, startOf(place), nowMs, pollAfterMs, 0);
  }

  #judge(place: Place, at: number, nowMs: number): Promptness {
    const rows = this.#rows;
    if (rows === null || rows[at + OWNER] !== ownerOf(place)) return 'in-time';
    const toldMs = rows[at + POLL_AFTER_MS]!;
    const earlyMs = toldMs - ((nowMs - rows[at + TOLD_AT_MS]!) >>> 0);
    if (earlyMs <= EARLY_SLACK_MS) return 'in-time';
    const isFar = toldMs >= SHORTEST_FAR_MS && earlyMs > toldMs * (1 - FAR_SHARE);
    return isFar && rows[at + POLLED] === 1 ? 'far-too-early' : 'early';
  }

  #tell(place: Place, at: number, nowMs: number, pollAfterMs: number, polled: 0 | 1): void {
    this.#rows ??= new Uint32Array(ROWS * FIELDS);
    const rows = this.#rows;
    rows[at + OWNER] = ownerOf(place);
    rows[at + TOLD_AT_MS] = nowMs;
    rows[at + POLL_AFTER_MS] = pollAfterMs;
    rows[at + POLLED] = polled;
  }
}

function startOf(place: Place): number {
  return (ownerOf(place) & (ROWS - 1)) * FIELDS;
}

/** Modulo 2³²: places so far apart are not in line together. */
function ownerOf(place: Place): number {
  return placeKey(place) >>> 0;
}

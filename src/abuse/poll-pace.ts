/**
 * Whether polls come far too early. What each place was told last is kept in a table of fixed size; a place whose entry
 * another one has taken is simply not judged. Coming early is never of use: the answer is the same.
 */
const SLOTS = 65_536;
/** Earlier than after this share of the time told is no impatience, but a loop. */
const FAR_SHARE = 0.25;
/** Shorter waits are not judged, as the network moves polls by so much, in milliseconds. */
const SHORTEST_MS = 1000;

export class PollPace {
  /** Of each slot, in turn: the place, and when it may ask at the earliest. Together, as they are read together. */
  readonly #slots = new Float64Array(2 * SLOTS);

  /**
   * @param place - a number above 0 that tells the places of a campaign apart
   * @param nowMs - monotonic
   */
  isFarTooEarly(place: number, nowMs: number): boolean {
    const at = 2 * (place % SLOTS);
    return this.#slots[at] === place && nowMs < this.#slots[at + 1]!;
  }

  told(place: number, pollAfterMs: number, nowMs: number): void {
    const at = 2 * (place % SLOTS);
    this.#slots[at] = place;
    this.#slots[at + 1] = pollAfterMs < SHORTEST_MS ? 0 : nowMs + pollAfterMs * FAR_SHARE;
  }
}

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
  readonly #places = new Float64Array(SLOTS);
  readonly #earliestMs = new Float64Array(SLOTS);

  /**
   * @param place - a number above 0 that tells the places of a campaign apart
   * @param nowMs - monotonic
   */
  isFarTooEarly(place: number, nowMs: number): boolean {
    const slot = place % SLOTS;
    return this.#places[slot] === place && nowMs < this.#earliestMs[slot]!;
  }

  told(place: number, pollAfterMs: number, nowMs: number): void {
    const slot = place % SLOTS;
    this.#places[slot] = place;
    this.#earliestMs[slot] = pollAfterMs < SHORTEST_MS ? 0 : nowMs + pollAfterMs * FAR_SHARE;
  }
}

/**
 * Places whose claim has left this door and is not answered yet. The store learns of it a moment later, and may say
 * meanwhile that the same place stands at the door: one place never enters twice.
 */
import type { Place } from '../waiting-room/place.js';

export class PlacesAway {
  readonly #places = new Set<number>();

  add(place: Place): void {
    this.#places.add(keyOf(place));
  }

  has(place: Place): boolean {
    return this.#places.has(keyOf(place));
  }

  delete(place: Place): void {
    this.#places.delete(keyOf(place));
  }
}

function keyOf({ line, number }: Place): number {
  return 2 * number + line;
}

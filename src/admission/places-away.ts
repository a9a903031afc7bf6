/**
 * Places whose claim has left this door and is not answered yet. The store learns of it a moment later, and may say
 * meanwhile that the same place stands at the door: one place never enters twice.
 */
import type { Place } from '../waiting-room/place.js';

export class PlacesAway {
  readonly #places = new Set<string>();

  add(place: Place): void {
    this.#places.add(nameOf(place));
  }

  has(place: Place): boolean {
    return this.#places.has(nameOf(place));
  }

  delete(place: Place): void {
    this.#places.delete(nameOf(place));
  }
}

function nameOf(place: Place): string {
  return `${place.line}.${place.number}`;
}

/** Who has which place. In the main line and never called in vain, it is a number alone, which is what a million cost. */
import { TextNumbers } from '../kernel/text-numbers.js';
import { MAIN, type Place } from './place.js';

export interface PlaceEntry {
  readonly place: Place;
  /** When its owner was told of the call, on the line's clock, in milliseconds; 0: not yet. */
  readonly toldMs: number;
}

export class ClaimantPlaces {
  readonly #numbers = new TextNumbers();
  readonly #entries = new Map<string, PlaceEntry>();

  find(claimant: string): PlaceEntry | null {
    const number = this.#numbers.get(claimant);
    if (number !== undefined) return { place: { line: MAIN, number, returns: 0 }, toldMs: 0 };
    return this.#entries.get(claimant) ?? null;
  }

  set(claimant: string, place: Place, toldMs: number): void {
    const plain = place.line === MAIN && place.returns === 0 && toldMs === 0;
    if (plain) {
      this.#entries.delete(claimant);
      this.#numbers.set(claimant, place.number);
    } else {
      this.#numbers.delete(claimant);
      this.#entries.set(claimant, { place, toldMs });
    }
  }

  delete(claimant: string): void {
    this.#numbers.delete(claimant);
    this.#entries.delete(claimant);
  }

  clear(): void {
    this.#numbers.clear();
    this.#entries.clear();
  }
}

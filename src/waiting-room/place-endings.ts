/** How places ended that this gateway saw end; of an older epoch's place of the same number nothing is kept. */
import { BoundedCache } from '../kernel/bounded-cache.js';
import { type Place, placeKey } from './place.js';

export type PlaceEnding = 'claimed' | 'left';

export class PlaceEndings {
  readonly #endings: BoundedCache<{ readonly epoch: number; readonly how: PlaceEnding }, number>;

  /** @param most - endings kept, at least */
  constructor(most: number) {
    this.#endings = new BoundedCache(most);
  }

  ended(epoch: number, place: Place, how: PlaceEnding): void {
    this.#endings.set(placeKey(place), { epoch, how });
  }

  /** Undefined: it was not seen to end. */
  of(epoch: number, place: Place): PlaceEnding | undefined {
    const ending = this.#endings.get(placeKey(place));
    return ending?.epoch === epoch ? ending.how : undefined;
  }
}

/**
 * The claims that a door holds: in the order in which they go, found by their place, and by when their time is over.
 * Whoever goes is only marked as gone where finding it would cost a walk, and passed over later: with thousands held
 * before a fast door, a walk for each of them costs more than all the rest.
 */
import type { Place } from '../waiting-room/place.js';

export interface Holdable {
  readonly place: Place | null;
  /** When its time is over, in microseconds. */
  readonly untilUs: number;
  /** Where it stands in the one list that holds it; the list's own to set. */
  held: Held | null;
}

/** A claim's stand, in each order. Once it is gone it lets go of the claim: marks may lie about for long. */
export interface Held {
  claim: Holdable | null;
  readonly order: number;
  readonly untilUs: number;
}

/** Marks of those gone that may be left lying about, beside as many as there are claims. */
const MOST_GONE = 64;

export class HeldClaims<T extends Holdable> {
  #inOrder: Held[] = [];
  #byTime: Held[] = [];
  readonly #byPlace = new Map<number, Held>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The claim that goes next; undefined when none is held. */
  get first(): T | undefined {
    return (firstThere(this.#inOrder)?.claim ?? undefined) as T | undefined;
  }

  /** When the first of them has to be sent back; infinite when none is held. */
  get nextUntilUs(): number {
    return firstThere(this.#byTime)?.untilUs ?? Number.POSITIVE_INFINITY;
  }

  /** @param order - the smaller, the sooner it goes; of equal ones, those added first */
  add(claim: T, order: number): void {
    const held: Held = { claim, order, untilUs: claim.untilUs };
    claim.held = held;
    insert(this.#inOrder, held, (other) => other.order <= order);
    insert(this.#byTime, held, (other) => other.untilUs <= held.untilUs);
    this.#size++;
    if (claim.place !== null) this.#byPlace.set(keyOf(claim.place), held);
  }

  find(place: Place): T | null {
    return (this.#byPlace.get(keyOf(place))?.claim ?? null) as T | null;
  }

  /** @returns false when it is not held */
  remove(claim: T): boolean {
    const { held, place } = claim;
    if (held === null) return false;
    claim.held = null;
    held.claim = null;
    this.#size--;
    if (place !== null && this.#byPlace.get(keyOf(place)) === held) this.#byPlace.delete(keyOf(place));
    if (this.#inOrder.length > 2 * this.size + MOST_GONE) this.#inOrder = this.#inOrder.filter(isThere);
    if (this.#byTime.length > 2 * this.size + MOST_GONE) this.#byTime = this.#byTime.filter(isThere);
    return true;
  }

  /** Takes away all whose time is over. */
  takeLate(nowUs: number): T[] {
    const late: T[] = [];
    for (let one = firstThere(this.#byTime); one !== undefined; one = firstThere(this.#byTime)) {
      if (one.untilUs > nowUs) break;
      const claim = one.claim as T;
      late.push(claim);
      this.remove(claim);
    }
    return late;
  }

  takeAll(): T[] {
    const all = this.#inOrder.filter(isThere).map(({ claim }) => claim as T);
    for (const claim of all) this.remove(claim);
    return all;
  }
}

function firstThere(list: Held[]): Held | undefined {
  while (list[0]?.claim === null) list.shift();
  return list[0];
}

function isThere({ claim }: Held): boolean {
  return claim !== null;
}

/** Behind all that go before it. Before a fast door thousands are held, and many come a little out of order. */
function insert(list: Held[], held: Held, goesBefore: (other: Held) => boolean): void {
  const last = list.at(-1);
  if (last === undefined || goesBefore(last)) {
    list.push(held);
    return;
  }
  let from = 0;
  let to = list.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (goesBefore(list[middle]!)) from = middle + 1;
    else to = middle;
  }
  list.splice(from, 0, held);
}

function keyOf({ line, number }: Place): number {
  return 2 * number + line;
}

/**
 * The claims that a door holds: in the order in which they go, found by their place, and by when their time is over.
 * Whoever goes is only marked as gone where finding it would cost a walk, and passed over later: with thousands held
 * before a fast door, a walk for each of them costs more than all the rest.
 */
import type { Place } from '../waiting-room/place.js';

interface Holdable {
  readonly place: Place | null;
  /** When its time is over, in microseconds. */
  readonly untilUs: number;
}

interface Held<T> {
  readonly claim: T;
  readonly order: number;
  gone: boolean;
}

/** Marks of those gone that may be left lying about, beside as many as there are claims. */
const MOST_GONE = 64;

export class HeldClaims<T extends Holdable> {
  #inOrder: Held<T>[] = [];
  #byTime: Held<T>[] = [];
  readonly #byClaim = new Map<T, Held<T>>();
  readonly #byPlace = new Map<number, T>();

  get size(): number {
    return this.#byClaim.size;
  }

  /** The claim that goes next; undefined when none is held. */
  get first(): T | undefined {
    return firstThere(this.#inOrder)?.claim;
  }

  /** When the first of them has to be sent back; infinite when none is held. */
  get nextUntilUs(): number {
    return firstThere(this.#byTime)?.claim.untilUs ?? Number.POSITIVE_INFINITY;
  }

  /** @param order - the smaller, the sooner it goes; of equal ones, those added first */
  add(claim: T, order: number): void {
    const held: Held<T> = { claim, order, gone: false };
    insert(this.#inOrder, held, (other) => other.order <= order);
    insert(this.#byTime, held, (other) => other.claim.untilUs <= claim.untilUs);
    this.#byClaim.set(claim, held);
    if (claim.place !== null) this.#byPlace.set(keyOf(claim.place), claim);
  }

  find(place: Place): T | null {
    return this.#byPlace.get(keyOf(place)) ?? null;
  }

  /** @returns false when it is not held */
  remove(claim: T): boolean {
    const held = this.#byClaim.get(claim);
    if (held === undefined) return false;
    held.gone = true;
    this.#byClaim.delete(claim);
    const { place } = claim;
    if (place !== null && this.#byPlace.get(keyOf(place)) === claim) this.#byPlace.delete(keyOf(place));
    if (this.#inOrder.length > 2 * this.size + MOST_GONE) this.#inOrder = this.#inOrder.filter(isThere);
    if (this.#byTime.length > 2 * this.size + MOST_GONE) this.#byTime = this.#byTime.filter(isThere);
    return true;
  }

  /** Takes away all whose time is over. */
  takeLate(nowUs: number): T[] {
    const late: T[] = [];
    for (let one = firstThere(this.#byTime); one !== undefined; one = firstThere(this.#byTime)) {
      if (one.claim.untilUs > nowUs) break;
      late.push(one.claim);
      this.remove(one.claim);
    }
    return late;
  }

  takeAll(): T[] {
    const all = this.#inOrder.filter(isThere).map(({ claim }) => claim);
    for (const claim of all) this.remove(claim);
    return all;
  }
}

function firstThere<T>(list: Held<T>[]): Held<T> | undefined {
  while (list[0]?.gone) list.shift();
  return list[0];
}

function isThere({ gone }: { readonly gone: boolean }): boolean {
  return !gone;
}

/** Behind all that go before it. Before a fast door thousands are held, and many come a little out of order. */
function insert<T>(list: Held<T>[], held: Held<T>, goesBefore: (other: Held<T>) => boolean): void {
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

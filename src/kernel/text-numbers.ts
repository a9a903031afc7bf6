/**
 * Numbers by name, for millions of names: what a `Map<string, number>` does, in columns. A look-up reads one place of a
 * table of hashes where a map walks a chain of entries and their texts, no number is an object of its own, and next to
 * nothing of it is looked at by the garbage collector. Names lie in rows, in the order in which they were added as far as
 * rows that came free allow; they can be walked through by row, a few at a time.
 *
 * Open addressing with linear probing; a deleted name leaves no mark behind. The hash is seeded anew by each process.
 * @see Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithms L and R
 */
import { randomInt } from 'node:crypto';

const LEAST_SLOTS = 16;
/** Of the slots, so many in a hundred are taken at most; below the other, there are too many. */
const MOST_TAKEN = 0.6;
const LEAST_TAKEN = 0.1;
const SEED = randomInt(2 ** 32);

export class TextNumbers {
  /** Two to a slot: the hash of a name, and its row, counted from 1 (0: the slot is empty). */
  #slots = new Int32Array(2 * LEAST_SLOTS);
  #mask = LEAST_SLOTS - 1;
  /** By row; a row that is free has no name. */
  #names: Array<string | undefined> = [];
  #numbers = new Float64Array(Math.floor(LEAST_SLOTS * MOST_TAKEN));
  #freeRows: number[] = [];

  /** @param hash - 32 bits that differ for most names */
  constructor(private readonly hash: (name: string) => number = seededHash) {}

  get size(): number {
    return this.#names.length - this.#freeRows.length;
  }

  /** Rows that may hold a name, from 0 up. */
  get rows(): number {
    return this.#names.length;
  }

  get(name: string): number | undefined {
    const slot = this.#slotOf(name, this.hash(name));
    const row = this.#slots[2 * slot + 1]!;
    return row === 0 ? undefined : this.#numbers[row - 1];
  }

  set(name: string, number: number): void {
    const hash = this.hash(name);
    const slot = this.#slotOf(name, hash);
    const known = this.#slots[2 * slot + 1]!;
    if (known !== 0) this.#numbers[known - 1] = number;
    else if (this.size < this.#numbers.length) this.#put(slot, hash, name, number);
    else {
      this.#grow();
      this.set(name, number);
    }
  }

  delete(name: string): void {
    const slot = this.#slotOf(name, this.hash(name));
    const row = this.#slots[2 * slot + 1]!;
    if (row === 0) return;
    this.#names[row - 1] = undefined;
    this.#freeRows.push(row - 1);
    this.#empty(slot);
    const slots = this.#mask + 1;
    if (slots > LEAST_SLOTS && this.size < slots * LEAST_TAKEN) this.#shrink();
  }

  clear(): void {
    this.#allot(LEAST_SLOTS);
  }

  /** The name in `row`; undefined: none. Rows change places only while names are added or deleted. */
  nameIn(row: number): string | undefined {
    return this.#names[row];
  }

  /** The number of the name in `row`, which must hold one. */
  numberIn(row: number): number {
    return this.#numbers[row]!;
  }

  /** Where a name is, or would be put. */
  #slotOf(name: string, hash: number): number {
    const slots = this.#slots;
    let slot = hash & this.#mask;
    for (let row = slots[2 * slot + 1]!; row !== 0; row = slots[2 * slot + 1]!) {
      if (slots[2 * slot] === hash && this.#names[row - 1] === name) return slot;
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #put(slot: number, hash: number, name: string, number: number): void {
    let row = this.#freeRows.pop();
    if (row === undefined) row = this.#names.push(name) - 1;
    else this.#names[row] = name;
    this.#numbers[row] = number;
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = row + 1;
  }

  /** Empties a slot, and moves into the gap whatever would not be found behind it. */
  #empty(slot: number): void {
    const slots = this.#slots;
    let gap = slot;
    for (let at = (gap + 1) & this.#mask; slots[2 * at + 1] !== 0; at = (at + 1) & this.#mask) {
      const home = slots[2 * at]! & this.#mask;
      // How far from its home a name stands, and would stand in the gap.
      if (((at - home) & this.#mask) < ((at - gap) & this.#mask)) continue;
      slots[2 * gap] = slots[2 * at]!;
      slots[2 * gap + 1] = slots[2 * at + 1]!;
      gap = at;
    }
    slots[2 * gap + 1] = 0;
  }

  /** Twice as many slots; every row is full, and stays where it is. */
  #grow(): void {
    const before = this.#slots;
    const numbers = this.#numbers;
    this.#makeSlots(before.length);
    this.#numbers.set(numbers);
    for (let at = 0; at < before.length; at += 2) {
      if (before[at + 1] === 0) continue;
      const slot = this.#freeSlot(before[at]!);
      this.#slots[2 * slot] = before[at]!;
      this.#slots[2 * slot + 1] = before[at + 1]!;
    }
  }

  /** Half as many slots, and no row that is free. */
  #shrink(): void {
    const names = this.#names;
    const numbers = this.#numbers;
    this.#allot((this.#mask + 1) / 2);
    for (let row = 0; row < names.length; row++) {
      const name = names[row];
      if (name === undefined) continue;
      const hash = this.hash(name);
      this.#put(this.#freeSlot(hash), hash, name, numbers[row]!);
    }
  }

  #freeSlot(hash: number): number {
    let slot = hash & this.#mask;
    while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #allot(slots: number): void {
    this.#makeSlots(slots);
    this.#names = [];
    this.#freeRows = [];
  }

  #makeSlots(slots: number): void {
    this.#slots = new Int32Array(2 * slots);
    this.#mask = slots - 1;
    this.#numbers = new Float64Array(Math.floor(slots * MOST_TAKEN));
  }
}

/** FNV-1a over the characters, mixed by the end of MurmurHash3. */
function seededHash(name: string): number {
  let hash = SEED | 0;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

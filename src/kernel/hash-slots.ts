/**
 * Which row a name has, by its hash: open addressing with linear probing, in one array of integers. A row that leaves
 * leaves no mark behind.
 * @see Knuth, The Art of Computer Programming, volume 3, section 6.4, algorithms L and R
 */
import type { TextRows } from './text-rows.js';

/** Of the slots, so many in a hundred are taken at most. */
const MOST_TAKEN = 0.6;

export class HashSlots {
  /** Two to a slot: the hash of a name, and its row, counted from 1 (0: the slot is empty). */
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** Rows that it may hold. */
  readonly most: number;

  /** @param count - a power of two */
  constructor(readonly count: number) {
    this.#slots = new Int32Array(2 * count);
    this.#mask = count - 1;
    this.most = Math.floor(count * MOST_TAKEN);
  }

  /** The row that has `name`; -1: none has it. */
  rowOf(hash: number, name: string, rows: TextRows): number {
    const slots = this.#slots;
    let slot = hash & this.#mask;
    for (let row = slots[2 * slot + 1]!; row !== 0; row = slots[2 * slot + 1]!) {
      if (slots[2 * slot] === hash && rows.nameOf(row - 1) === name) return row - 1;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  /** What is in row `from` is in another from now on. @returns false where it is not here */
  move(hash: number, from: number, to: number): boolean {
    const slot = this.#slotOf(hash, from);
    if (slot < 0) return false;
    this.#slots[2 * slot + 1] = to + 1;
    return true;
  }

  /** @returns false where the row is not here */
  remove(hash: number, row: number): boolean {
    const slot = this.#slotOf(hash, row);
    if (slot < 0) return false;
    this.#empty(slot);
    return true;
  }

  /** @param row - of a name that has none here */
  add(hash: number, row: number): void {
    let slot = hash & this.#mask;
    while (this.#slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[2 * slot] = hash;
    this.#slots[2 * slot + 1] = row + 1;
  }

  /** -1: the row is not here. */
  #slotOf(hash: number, row: number): number {
    const slots = this.#slots;
    let slot = hash & this.#mask;
    for (; slots[2 * slot + 1] !== 0; slot = (slot + 1) & this.#mask) if (slots[2 * slot + 1] === row + 1) return slot;
    return -1;
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

  /** Moves what is in `slot`, and what follows into it, to other slots. */
  moveTo(others: HashSlots, slot: number): void {
    while (this.#slots[2 * slot + 1] !== 0) {
      others.add(this.#slots[2 * slot]!, this.#slots[2 * slot + 1]! - 1);
      this.#empty(slot);
    }
  }
}

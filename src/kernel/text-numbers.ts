/**
 * Numbers by name, for millions of names: what a `Map<string, number>` does, in columns. A look-up reads one place of a
 * table of hashes where a map walks a chain of entries and their texts, no number is an object of its own, and next to
 * nothing of it is looked at by the garbage collector. Names lie in rows, without gaps, and can be walked through by row,
 * a few at a time. The hash is seeded anew by each process.
 *
 * Nothing is done for all names at once, which for a crowd's would hold up everybody for a tenth of a second: where other
 * slots are needed, old ones are moved a few with each name that comes or goes, and a name is looked for in both.
 */
import { randomInt } from 'node:crypto';
import { HashSlots } from './hash-slots.js';
import { TextRows } from './text-rows.js';

const LEAST_SLOTS = 16;
/** With fewer names to a slot, a quarter of the slots is enough. */
const LEAST_TAKEN = 0.1;
const SHRINK = 4;
/** Slots moved with each name that comes or goes: all are, long before others are needed. */
const MOVED_AT_ONCE = 32;
const SEED = randomInt(2 ** 32);

export class TextNumbers {
  #slots = new HashSlots(LEAST_SLOTS);
  /** Those from before; null: all are moved. Below `#moved` they are. */
  #before: HashSlots | null = null;
  #moved = 0;
  #rows = new TextRows();
  #walked = 0;

  /** @param hash - 32 bits that differ for most names */
  constructor(private readonly hash: (name: string) => number = seededHash) {}

  /** Names, in rows from 0 up. */
  get size(): number {
    return this.#rows.count;
  }

  get(name: string): number | undefined {
    const row = this.#rowOf(name, this.hash(name));
    return row < 0 ? undefined : this.#rows.numberOf(row);
  }

  set(name: string, number: number): void {
    const hash = this.hash(name);
    const row = this.#rowOf(name, hash);
    if (row < 0) this.#add(hash, name, number);
    else this.#rows.setNumber(row, number);
  }

  delete(name: string): void {
    const hash = this.hash(name);
    const row = this.#rowOf(name, hash);
    if (row < 0) return;
    if (!this.#slots.remove(hash, row)) this.#before!.remove(hash, row);
    this.#giveBack(row);
    this.#moveSome();
    const { count } = this.#slots;
    if (count > LEAST_SLOTS && this.size < count * LEAST_TAKEN) this.#resize(Math.max(LEAST_SLOTS, count / SHRINK));
  }

  clear(): void {
    this.#slots = new HashSlots(LEAST_SLOTS);
    this.#before = null;
    this.#rows = new TextRows();
  }

  /**
   * The next row of a walk that goes round and round, for whoever looks for names that are over; -1: there is none. What
   * takes the place of a deleted row is among the newest, and not looked at again.
   */
  nextRow(): number {
    if (this.#walked >= this.size) this.#walked = 0;
    return this.size === 0 ? -1 : this.#walked++;
  }

  /** The name in `row`. When a name is deleted, that of the last row takes its place. */
  nameIn(row: number): string {
    return this.#rows.nameOf(row);
  }

  /** The number of the name in `row`. */
  numberIn(row: number): number {
    return this.#rows.numberOf(row);
  }

  /** -1: no such name. */
  #rowOf(name: string, hash: number): number {
    const row = this.#slots.rowOf(hash, name, this.#rows);
    return row >= 0 || this.#before === null ? row : this.#before.rowOf(hash, name, this.#rows);
  }

  #add(hash: number, name: string, number: number): void {
    this.#moveSome();
    if (this.size === this.#slots.most) this.#resize(this.#slots.count * 2);
    this.#slots.add(hash, this.#rows.push(name, number));
  }

  /** The last row takes the place of `row`. */
  #giveBack(row: number): void {
    const last = this.#rows.count - 1;
    if (row !== last) {
      const name = this.#rows.nameOf(last);
      const hash = this.hash(name);
      if (!this.#slots.move(hash, last, row)) this.#before!.move(hash, last, row);
      this.#rows.put(row, name, this.#rows.numberOf(last));
    }
    this.#rows.pop();
  }

  #resize(count: number): void {
    while (this.#before !== null) this.#moveSome();
    this.#before = this.#slots;
    this.#moved = 0;
    this.#slots = new HashSlots(count);
  }

  #moveSome(): void {
    const before = this.#before;
    if (before === null) return;
    const end = Math.min(before.count, this.#moved + MOVED_AT_ONCE);
    for (; this.#moved < end; this.#moved++) before.moveTo(this.#slots, this.#moved);
    if (end === before.count) this.#before = null;
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

/**
 * People by the millisecond of their next step: a wheel with a slot for each, so that a step costs the same however many
 * are due. Who is due beyond its turn stands in a heap. Within a millisecond, those planned first go first.
 *
 * A slot's people lie in blocks that hold a few of them side by side. Whoever is next is then in the processor's cache
 * already; linked from person to person, each of millions would be waited for.
 */
import { DueHeap } from './due-heap.js';

/** Milliseconds of one turn, a power of two: more than the longest usual time between two polls. */
const SLOTS = 65_536;
/** People of one block: their numbers fill a cache line. */
const BLOCK = 16;
const NONE = -1;

export class DueWheel {
  /** Who is due and when, block by block. */
  readonly #person: Int32Array;
  readonly #stepUs: Float64Array;
  /** The block that follows in the same slot, or among those that are free. */
  readonly #following: Int32Array;
  #freeBlock = NONE;
  #usedBlocks = 0;
  /** Of each slot, where its first step and its last one stand; no first one: it is empty. */
  readonly #first = new Int32Array(SLOTS).fill(NONE);
  readonly #last = new Int32Array(SLOTS);
  readonly #beyond: DueHeap;
  #inSlots = 0;
  /** Nobody in a slot is due before this millisecond, nor a turn or more after it. */
  #sinceMs = 0;
  /** The first slot that holds somebody, as far as it was looked for. */
  #atMs = 0;
  /** When the step was due of the person popped last. */
  dueUs = 0;

  /** @param capacity - people are numbered from 0 up to this; each has one step due at a time */
  constructor(capacity: number) {
    // Of each slot the first block and the last one may be full in part.
    const blocks = Math.ceil(capacity / BLOCK) + 2 * Math.min(capacity, SLOTS);
    this.#person = new Int32Array(blocks * BLOCK);
    this.#stepUs = new Float64Array(blocks * BLOCK);
    this.#following = new Int32Array(blocks);
    this.#beyond = new DueHeap(capacity);
  }

  get size(): number {
    return this.#inSlots + this.#beyond.size;
  }

  /** The end of the millisecond in which somebody is due first; Infinity when nobody is. */
  get nextDueUs(): number {
    return Math.min(this.#seek() * 1000, this.#beyond.nextDueUs);
  }

  push(person: number, dueUs: number): void {
    const ms = Math.max(this.#sinceMs, Math.ceil(dueUs / 1000));
    if (ms >= this.#sinceMs + SLOTS) {
      this.#beyond.push(person, dueUs);
      return;
    }
    const at = this.#placeIn(ms & (SLOTS - 1));
    this.#person[at] = person;
    this.#stepUs[at] = dueUs;
    this.#inSlots++;
    if (ms < this.#atMs || this.#inSlots === 1) this.#atMs = ms;
  }

  /** Takes the person whose step is due first. @throws RangeError when nobody is */
  pop(): number {
    const ms = this.#seek();
    const { nextDueUs } = this.#beyond;
    if (nextDueUs <= ms * 1000) {
      this.#sinceMs = Math.max(this.#sinceMs, Math.floor(nextDueUs / 1000));
      this.dueUs = nextDueUs;
      return this.#beyond.pop();
    }
    const slot = ms & (SLOTS - 1);
    const at = this.#first[slot] as number;
    this.#passOn(slot, at);
    this.#inSlots--;
    this.#sinceMs = ms;
    this.dueUs = this.#stepUs[at] as number;
    return this.#person[at] as number;
  }

  /** @returns where one more step of a slot goes */
  #placeIn(slot: number): number {
    const last = this.#last[slot] as number;
    const empty = this.#first[slot] === NONE;
    let at = last + 1;
    if (empty || at % BLOCK === 0) {
      const block = this.#takeBlock();
      at = block * BLOCK;
      if (empty) this.#first[slot] = at;
      else this.#following[Math.floor(last / BLOCK)] = block;
    }
    this.#last[slot] = at;
    return at;
  }

  /** The step at `at`, a slot's first, is taken from it. */
  #passOn(slot: number, at: number): void {
    const isLast = at === this.#last[slot];
    const next = at + 1;
    if (!isLast && next % BLOCK !== 0) {
      this.#first[slot] = next;
      return;
    }
    const block = Math.floor(at / BLOCK);
    this.#first[slot] = isLast ? NONE : (this.#following[block] as number) * BLOCK;
    this.#following[block] = this.#freeBlock;
    this.#freeBlock = block;
  }

  #takeBlock(): number {
    const block = this.#freeBlock;
    if (block === NONE) return this.#usedBlocks++;
    this.#freeBlock = this.#following[block] as number;
    return block;
  }

  /** @returns Infinity when all slots are empty */
  #seek(): number {
    if (this.#inSlots === 0) return Number.POSITIVE_INFINITY;
    while (this.#first[this.#atMs & (SLOTS - 1)] === NONE) this.#atMs++;
    return this.#atMs;
  }
}

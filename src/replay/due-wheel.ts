/**
 * People by the millisecond of their next step: a wheel with a slot for each, whose people are linked through a fixed
 * array, so that a step costs the same however many are due. Who is due beyond its turn stands in a heap. Within a
 * millisecond, those planned first go first.
 */
import { DueHeap } from './due-heap.js';

/** Milliseconds of one turn, a power of two: more than the longest usual time between two polls. */
const SLOTS = 65_536;
const NOBODY = -1;

export class DueWheel {
  /** Who follows in the same slot. */
  readonly #next: Int32Array;
  readonly #dueUs: Float64Array;
  readonly #first = new Int32Array(SLOTS).fill(NOBODY);
  readonly #last = new Int32Array(SLOTS);
  readonly #beyond: DueHeap;
  #inSlots = 0;
  /** Nobody in a slot is due before this millisecond, nor a turn or more after it. */
  #sinceMs = 0;
  /** The first slot that holds somebody, as far as it was looked for. */
  #atMs = 0;

  /** @param capacity - people are numbered from 0 up to this; each has one step due at a time */
  constructor(capacity: number) {
    this.#next = new Int32Array(capacity);
    this.#dueUs = new Float64Array(capacity);
    this.#beyond = new DueHeap(capacity);
  }

  get size(): number {
    return this.#inSlots + this.#beyond.size;
  }

  /** The end of the millisecond in which somebody is due first; Infinity when nobody is. */
  get nextDueUs(): number {
    return Math.min(this.#seek() * 1000, this.#beyond.nextDueUs);
  }

  /** When the step of `person` is due, or was if it was popped since. */
  dueUs(person: number): number {
    return this.#dueUs[person] as number;
  }

  push(person: number, dueUs: number): void {
    this.#dueUs[person] = dueUs;
    const ms = Math.max(this.#sinceMs, Math.ceil(dueUs / 1000));
    if (ms >= this.#sinceMs + SLOTS) {
      this.#beyond.push(person, dueUs);
      return;
    }
    const slot = ms & (SLOTS - 1);
    this.#next[person] = NOBODY;
    if (this.#first[slot] === NOBODY) this.#first[slot] = person;
    else this.#next[this.#last[slot] as number] = person;
    this.#last[slot] = person;
    this.#inSlots++;
    if (ms < this.#atMs || this.#inSlots === 1) this.#atMs = ms;
  }

  /** Takes the person whose step is due first. @throws RangeError when nobody is */
  pop(): number {
    const ms = this.#seek();
    if (this.#beyond.nextDueUs <= ms * 1000) {
      this.#sinceMs = Math.max(this.#sinceMs, Math.floor(this.#beyond.nextDueUs / 1000));
      return this.#beyond.pop();
    }
    const slot = ms & (SLOTS - 1);
    const person = this.#first[slot] as number;
    this.#first[slot] = this.#next[person] as number;
    this.#inSlots--;
    this.#sinceMs = ms;
    return person;
  }

  /** @returns Infinity when all slots are empty */
  #seek(): number {
    if (this.#inSlots === 0) return Number.POSITIVE_INFINITY;
    while (this.#first[this.#atMs & (SLOTS - 1)] === NOBODY) this.#atMs++;
    return this.#atMs;
  }
}

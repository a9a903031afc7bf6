/**
 * People by the time of their next step. Those who have still to arrive stand in order already, and only those who are
 * there are kept in a heap: it is as large as the line, not as the burst.
 */
import { DueHeap } from './due-heap.js';

export class DuePeople {
  readonly #there: DueHeap;
  #next = 0;

  /**
   * @param arriving - people who arrive by themselves, in order of time
   * @param arrivesAtUs - when each person does
   */
  constructor(
    private readonly arriving: Int32Array,
    private readonly arrivesAtUs: Float64Array,
  ) {
    this.#there = new DueHeap(arrivesAtUs.length);
  }

  /** Infinity when nobody has a step due. */
  get nextDueUs(): number {
    return Math.min(this.#arrivalUs, this.#there.nextDueUs);
  }

  get isEmpty(): boolean {
    return this.#there.size === 0 && this.#next === this.arriving.length;
  }

  push(person: number, dueUs: number): void {
    this.#there.push(person, dueUs);
  }

  /** Takes the person whose step is due first. @throws RangeError when nobody is */
  pop(): number {
    if (this.#arrivalUs <= this.#there.nextDueUs && this.#next < this.arriving.length) {
      return this.arriving[this.#next++] as number;
    }
    return this.#there.pop();
  }

  get #arrivalUs(): number {
    const person = this.arriving[this.#next];
    return person === undefined ? Number.POSITIVE_INFINITY : (this.arrivesAtUs[person] as number);
  }
}

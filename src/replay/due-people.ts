/**
 * People by the time of their next step. Those who have still to arrive stand in order already, and only those who are
 * there are kept on a wheel.
 */
import { DueWheel } from './due-wheel.js';

export class DuePeople {
  readonly #there: DueWheel;
  #next = 0;
  /** When the step was due of the person popped last. */
  dueUs = 0;

  /**
   * @param arriving - people who arrive by themselves, in order of time
   * @param arrivesAtUs - when each person does
   */
  constructor(
    private readonly arriving: Int32Array,
    private readonly arrivesAtUs: Float64Array,
  ) {
    this.#there = new DueWheel(arrivesAtUs.length);
  }

  /** When somebody is to be popped next: within a millisecond after the step is due. Infinity when nobody is. */
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
    const arrivalUs = this.#arrivalUs;
    if (arrivalUs <= this.#there.nextDueUs && this.#next < this.arriving.length) {
      this.dueUs = arrivalUs;
      return this.arriving[this.#next++] as number;
    }
    const person = this.#there.pop();
    this.dueUs = this.#there.dueUs;
    return person;
  }

  get #arrivalUs(): number {
    const person = this.arriving[this.#next];
    return person === undefined ? Number.POSITIVE_INFINITY : (this.arrivesAtUs[person] as number);
  }
}

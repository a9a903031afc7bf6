/** People by the time of their next step: a binary heap over fixed arrays, so that tens of thousands cost little. */
export class DueHeap {
  readonly #person: Int32Array;
  readonly #dueUs: Float64Array;
  #size = 0;

  /** @param capacity - most people at once; each has one step due at a time */
  constructor(capacity: number) {
    this.#person = new Int32Array(capacity);
    this.#dueUs = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Infinity when nobody has a step due. */
  get nextDueUs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#dueUs[0] as number);
  }

  /** @throws RangeError when more than `capacity` people have a step due */
  push(person: number, dueUs: number): void {
    if (this.#size === this.#person.length) throw new RangeError(`more than ${this.#size} steps are due`);
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#dueUs[parent] as number) <= dueUs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#place(at, person, dueUs);
  }

  /** Takes the person whose step is due first. @throws RangeError when nobody is */
  pop(): number {
    if (this.#size === 0) throw new RangeError('no step is due');
    const first = this.#person[0] as number;
    this.#size -= 1;
    const person = this.#person[this.#size] as number;
    const dueUs = this.#dueUs[this.#size] as number;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && (this.#dueUs[child + 1] as number) < (this.#dueUs[child] as number)) child += 1;
      if ((this.#dueUs[child] as number) >= dueUs) break;
      this.#move(child, at);
      at = child;
    }
    this.#place(at, person, dueUs);
    return first;
  }

  #move(from: number, to: number): void {
    this.#place(to, this.#person[from] as number, this.#dueUs[from] as number);
  }

  #place(at: number, person: number, dueUs: number): void {
    this.#person[at] = person;
    this.#dueUs[at] = dueUs;
  }
}

/** Which of an upstream's targets takes the next request. */
export interface TargetChoice {
  /**
   * @param except - index of a target that must not be chosen, or -1
   * @returns an index into the upstream's targets; -1 when `except` was the only one
   */
  next(except: number): number;
}

/** Each in turn. */
export class RoundRobin implements TargetChoice {
  #last = -1;

  /** @param count - number of targets; at least 1 */
  constructor(private readonly count: number) {}

  next(except: number): number {
    if (this.count === 1) return except === 0 ? -1 : 0;
    this.#last = (this.#last + 1) % this.count;
    if (this.#last === except) this.#last = (this.#last + 1) % this.count;
    return this.#last;
  }
}

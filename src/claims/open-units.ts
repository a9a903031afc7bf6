/**
 * Units of the budget that open entries hold, by name: until when each is surely in flight. Every reply of the store says
 * how many are over; it is counted as they change, since a walk through all of them a reply costs a fast door more than
 * its claims.
 */
export class OpenUnits {
  readonly #untilUs = new Map<string, number>();
  /** Over at `#countedUs`, and until `#nextUs`, where the next one may be. */
  #over = 0;
  #countedUs = Number.NEGATIVE_INFINITY;
  #nextUs = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#untilUs.size;
  }

  has(key: string): boolean {
    return this.#untilUs.has(key);
  }

  /** Null: it holds none. */
  untilUs(key: string): number | null {
    return this.#untilUs.get(key) ?? null;
  }

  /** @param untilUs - store time; 0: over already */
  set(key: string, untilUs: number): void {
    this.#forget(key);
    this.#untilUs.set(key, untilUs);
    if (untilUs < this.#countedUs) this.#over++;
    else this.#nextUs = Math.min(this.#nextUs, untilUs);
  }

  delete(key: string): void {
    this.#forget(key);
    this.#untilUs.delete(key);
  }

  clear(): void {
    this.#untilUs.clear();
    this.#over = 0;
    this.#nextUs = Number.POSITIVE_INFINITY;
  }

  /** How many are surely in flight no more. */
  overAt(nowUs: number): number {
    if (nowUs < this.#countedUs || nowUs > this.#nextUs) this.#count(nowUs);
    return this.#over;
  }

  /** Those that are over, the oldest first. */
  keysOver(nowUs: number): string[] {
    const over = [...this.#untilUs].filter(([, untilUs]) => untilUs < nowUs);
    return over.sort(([, a], [, b]) => a - b).map(([key]) => key);
  }

  #forget(key: string): void {
    const untilUs = this.#untilUs.get(key);
    if (untilUs !== undefined && untilUs < this.#countedUs) this.#over--;
  }

  #count(nowUs: number): void {
    this.#over = 0;
    this.#countedUs = nowUs;
    this.#nextUs = Number.POSITIVE_INFINITY;
    for (const untilUs of this.#untilUs.values()) {
      if (untilUs < nowUs) this.#over++;
      else this.#nextUs = Math.min(this.#nextUs, untilUs);
    }
  }
}

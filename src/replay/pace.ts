/** The pace that a door is set to over a burst: one, or several after one another where operators change it. */

/** A pace that holds from a moment of the burst on. */
export interface PaceChange {
  readonly atSeconds: number;
  /** 0: the door is shut. */
  readonly ratePerSecond: number;
  readonly burst: number;
}

interface PaceSet {
  readonly ratePerSecond: number;
  readonly burst: number;
  /** In order of time; none: the same pace all the time. */
  readonly changes: readonly PaceChange[];
}

/** A lower rate holds on every gateway after this, at the latest. */
const SETTLES_SECONDS = 1;

export class Pace {
  readonly #steps: readonly PaceChange[];

  constructor({ ratePerSecond, burst, changes }: PaceSet) {
    this.#steps = [{ atSeconds: 0, ratePerSecond, burst }, ...changes];
  }

  /** Largest burst that is ever set. */
  get burst(): number {
    return Math.max(...this.#steps.map(({ burst }) => burst));
  }

  get mostPerSecond(): number {
    return Math.max(...this.#steps.map(({ ratePerSecond }) => ratePerSecond));
  }

  /** What is set at `second`. */
  rateAt(second: number): number {
    return (this.#steps.findLast(({ atSeconds }) => atSeconds <= second) ?? this.#steps[0]!).ratePerSecond;
  }

  /** Whether another pace was set within the `before` seconds that end at `second`. */
  changedWithin(before: number, second: number): boolean {
    return this.#steps.some(({ atSeconds }, step) => step > 0 && atSeconds > second - before && atSeconds <= second);
  }

  /** Tokens of a whole burst up to `second`; what a change lowers is counted in full until it has settled. */
  tokensUpTo(second: number): number {
    if (this.#steps.length === 1) return this.#steps[0]!.ratePerSecond * second;
    let tokens = this.#steps[0]!.ratePerSecond * Math.min(0, second);
    this.#steps.forEach(({ atSeconds, ratePerSecond }, step) => {
      const until = Math.min(second, this.#steps[step + 1]?.atSeconds ?? Number.POSITIVE_INFINITY);
      if (until > atSeconds) tokens += ratePerSecond * (until - atSeconds);
      const fall = (this.#steps[step - 1]?.ratePerSecond ?? 0) - ratePerSecond;
      if (fall > 0) tokens += fall * Math.min(SETTLES_SECONDS, Math.max(0, second - atSeconds));
    });
    return tokens;
  }
}

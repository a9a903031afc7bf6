/** A token bucket as a schoolbook has it: a real number of tokens that grows with time. Time is in steps. */
export class PlainBucket {
  tokens: number;
  #now = 0;
  readonly #taken: Array<{ at: number; cost: number }> = [];

  constructor(
    readonly capacity: number,
    readonly perStep: number,
  ) {
    this.tokens = capacity;
  }

  static take(buckets: readonly PlainBucket[], costs: readonly number[]): boolean {
    if (costs.some((cost, i) => cost >= 0 && buckets[i]!.tokens < cost)) return false;
    costs.forEach((cost, i) => {
      const bucket = buckets[i]!;
      bucket.tokens = Math.min(bucket.capacity, bucket.tokens - cost);
      bucket.#taken.push({ at: bucket.#now, cost });
    });
    return true;
  }

  pass(steps: number): void {
    this.#now += steps;
    this.tokens = Math.min(this.capacity, this.tokens + steps * this.perStep);
  }

  /** What was taken net of what was given back, between any two takes, is at most capacity + refill × time. */
  checkEveryWindow(): void {
    for (let first = 0; first < this.#taken.length; first++) {
      let sum = 0;
      for (let last = first; last < this.#taken.length; last++) {
        sum += this.#taken[last]!.cost;
        const bound = this.capacity + this.perStep * (this.#taken[last]!.at - this.#taken[first]!.at);
        if (sum > bound) throw new Error(`${sum} taken where ${bound} are allowed`);
      }
    }
  }
}

/** How far was called when, and which calls are over. Its rungs are so many that nobody lapses later than by one. */
const RUNGS = 64;

type Heads = readonly [number, number];

export class GraceLadder {
  /** Called up to here, and over. */
  lapsed: Heads = [0, 0];
  #rungs: Array<{ readonly lineMs: number; readonly heads: Heads }> = [];

  begin(heads: Heads): void {
    this.lapsed = heads;
    this.#rungs = [];
  }

  /** @param lineMs - now, on the clock of grace */
  climb(lineMs: number, heads: Heads, graceMs: number): void {
    const last = this.#rungs.at(-1);
    const moved = last === undefined || last.heads[0] !== heads[0] || last.heads[1] !== heads[1];
    if (moved && (last === undefined || lineMs - last.lineMs >= graceMs / RUNGS)) {
      this.#rungs.push({ lineMs, heads: [heads[0], heads[1]] });
    }
    while (this.#rungs[0] !== undefined && this.#rungs[0].lineMs + graceMs < lineMs) {
      this.lapsed = this.#rungs[0].heads;
      this.#rungs.shift();
    }
  }
}

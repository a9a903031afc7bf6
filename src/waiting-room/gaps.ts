/** Numbers that were left out after a loss of data, and that no head has passed yet: nobody waits there. */
import type { LineIndex } from './place.js';

export interface Gap {
  readonly line: LineIndex;
  /** Both included. */
  readonly from: number;
  readonly to: number;
}

/** How many numbers of `gaps` lie in `line` above `head`, up to `highest`. */
export function leftOut(gaps: readonly Gap[], line: LineIndex, head: number, highest: number): number {
  let count = 0;
  for (const gap of gaps) {
    if (gap.line === line) count += Math.max(0, Math.min(gap.to, highest) - Math.max(gap.from - 1, head));
  }
  return count;
}

export class Gaps {
  #gaps: readonly Gap[] = [];

  get all(): readonly Gap[] {
    return this.#gaps;
  }

  add(gap: Gap): void {
    if (gap.to >= gap.from) this.#gaps = [...this.#gaps, gap];
  }

  /** The next gap that ends at `number` or above. */
  next(line: LineIndex, number: number): Gap | undefined {
    return this.#gaps.find((gap) => gap.line === line && gap.to >= number);
  }

  /** Forgets those up to `highest`. */
  drop(line: LineIndex, highest: number): void {
    if (this.#gaps.length > 0) this.#gaps = this.#gaps.filter((gap) => gap.line !== line || gap.to > highest);
  }

  clear(): void {
    this.#gaps = [];
  }
}

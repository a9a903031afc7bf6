/**
 * Final answers that this process gave or replayed a while ago, so that a repeat costs no store call and gets its
 * answer while the store is away. A final answer never changes, so none is ever wrong. Bounded by size: the oldest
 * make room. Kept as the text that the store keeps (answer-text.ts): one string costs the garbage collector next to
 * nothing, and most answers are never asked for again.
 */

/** Counted for an answer beyond its text: its name, and the map's own. */
const OVERHEAD_BYTES = 150;
/** What a character may take. */
const CHAR_BYTES = 2;

export class AnswerCache {
  readonly #answers = new Map<string, string>();
  #bytes = 0;

  constructor(private readonly mostBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): string | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: string): void {
    const before = this.#answers.get(key);
    if (before !== undefined) {
      this.#answers.delete(key);
      this.#bytes -= sizeOf(before);
    }
    this.#answers.set(key, answer);
    this.#bytes += sizeOf(answer);
    for (const [oldest, stored] of this.#answers) {
      if (this.#bytes <= this.mostBytes) return;
      this.#answers.delete(oldest);
      this.#bytes -= sizeOf(stored);
    }
  }

  entries(): IterableIterator<[string, string]> {
    return this.#answers.entries();
  }

  clear(): void {
    this.#answers.clear();
    this.#bytes = 0;
  }
}

function sizeOf(answer: string): number {
  return OVERHEAD_BYTES + CHAR_BYTES * answer.length;
}

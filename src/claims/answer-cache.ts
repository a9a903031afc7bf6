/**
 * Final answers that this process gave or replayed a while ago, so that a repeat costs no store call and gets its
 * answer while the store is away. A final answer never changes, so none is ever wrong. Bounded by size: the oldest
 * make room.
 */
import type { StoredAnswer } from './answer-text.js';

/** Counted for an answer beyond its body: header fields, fingerprints, the entry itself. */
const OVERHEAD_BYTES = 500;

export class AnswerCache {
  readonly #answers = new Map<string, StoredAnswer>();
  #bytes = 0;

  constructor(private readonly mostBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): StoredAnswer | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: StoredAnswer): void {
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

  entries(): IterableIterator<[string, StoredAnswer]> {
    return this.#answers.entries();
  }

  clear(): void {
    this.#answers.clear();
    this.#bytes = 0;
  }
}

function sizeOf(answer: StoredAnswer): number {
  return OVERHEAD_BYTES + (answer.body?.length ?? 0);
}

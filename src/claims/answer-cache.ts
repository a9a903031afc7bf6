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

/**
 * In two generations: when the young one has half of the room it becomes the old one, and what was in the old one and
 * not asked for since is gone.
 */
export class AnswerCache {
  #young = new Map<string, string>();
  #old = new Map<string, string>();
  #youngBytes = 0;
  #oldBytes = 0;

  constructor(private readonly mostBytes: number) {}

  get bytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  get(key: string): string | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, answer: string): void {
    const bytes = sizeOf(answer);
    if (this.#youngBytes + bytes > this.mostBytes / 2) {
      this.#old = this.#young;
      this.#oldBytes = this.#youngBytes;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#youngBytes += bytes - removed(this.#young, key);
    this.#young.set(key, answer);
  }

  /** Puts another text in the place of one that is kept, and leaves the first nowhere. */
  change(key: string, change: (answer: string) => string): void {
    const answer = this.#young.get(key) ?? this.#old.get(key);
    if (answer === undefined) return;
    this.#youngBytes -= removed(this.#young, key);
    this.#oldBytes -= removed(this.#old, key);
    this.set(key, change(answer));
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#youngBytes = 0;
    this.#oldBytes = 0;
  }

  *entries(): Generator<[string, string]> {
    yield* this.#young;
    for (const entry of this.#old) if (!this.#young.has(entry[0])) yield entry;
  }
}

/** @returns the bytes that this makes free */
function removed(generation: Map<string, string>, key: string): number {
  const answer = generation.get(key);
  if (answer === undefined) return 0;
  generation.delete(key);
  return sizeOf(answer);
}

function sizeOf(answer: string): number {
  return OVERHEAD_BYTES + CHAR_BYTES * answer.length;
}

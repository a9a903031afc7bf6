/**
 * What the ledger of the embedded store has written, each entry until its end, and beside it the marks of all that was
 * granted: they stay when the answers are no longer kept. A few entries are looked at for their end with each one
 * written, so that what is over takes no room and nothing is ever walked through.
 */

/** Entries looked at for their end with each one written. */
const SWEEP_PER_WRITE = 2;
const MARK = 'm';

interface Entry {
  readonly text: string;
  /** Store time in microseconds; infinite: for good. */
  readonly untilUs: number;
}

export class MemoryEntries {
  #entries = new Map<string, Entry>();
  #sweep = this.#entries.entries();
  readonly #marks = new Set<string>();
  #marksUntilUs = 0;

  get marks(): ReadonlySet<string> {
    return this.#marks;
  }

  get marksUntilUs(): number {
    return this.#marksUntilUs;
  }

  /** @returns the entry's text, or that it was granted, if only that is still known */
  read(key: string, nowUs: number): string | null {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.untilUs > nowUs) return entry.text;
    if (this.#marksUntilUs <= nowUs) this.#marks.clear();
    return this.#marks.has(key) ? MARK : null;
  }

  write(key: string, text: string, untilUs: number, nowUs: number): void {
    this.#entries.set(key, { text, untilUs });
    for (let step = 0; step < SWEEP_PER_WRITE; step++) {
      const next = this.#sweep.next();
      if (next.done) {
        this.#sweep = this.#entries.entries();
        return;
      }
      if (next.value[1].untilUs <= nowUs) this.#entries.delete(next.value[0]);
    }
  }

  /** Another text until the same end. */
  rewrite(key: string, text: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#entries.set(key, { ...entry, text });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** All marks end together, with the campaign. */
  mark(key: string, untilUs: number): void {
    this.#marks.add(key);
    this.#marksUntilUs = untilUs;
  }

  clear(): void {
    this.#marks.clear();
    this.#entries.clear();
    this.#sweep = this.#entries.entries();
  }

  /** All that is kept under a name, be it over or not. */
  keptOf(key: string): { readonly entry: Entry | null; readonly marked: boolean } {
    return { entry: this.#entries.get(key) ?? null, marked: this.#marks.has(key) };
  }

  recallMarksUntil(untilUs: number): void {
    this.#marksUntilUs = untilUs;
  }

  /** @returns false when nothing of it still counts */
  recall(key: string, entry: Entry | null, marked: boolean, nowUs: number): boolean {
    const [kept, marks] = [
      entry !== null && entry.untilUs > nowUs ? entry : null,
      marked && this.#marksUntilUs > nowUs,
    ];
    if (kept !== null) this.#entries.set(key, kept);
    if (marks) this.#marks.add(key);
    return kept !== null || marks;
  }
}

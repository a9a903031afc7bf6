/**
 * What the ledger of the embedded store has written, each entry until its end, and beside it the marks of all that was
 * granted: they stay when the answers are no longer kept. A few entries are looked at for their end with each one
 * written, so that what is over takes no room. In columns: ten million entries are no objects, and an entry and its mark
 * are found by one look-up.
 */
import { TextNumbers } from '../kernel/text-numbers.js';
import { NumberSet } from '../waiting-room/number-set.js';

/** Entries looked at for their end with each one written. */
const SWEEP_PER_WRITE = 2;
const MARK = 'm';

interface Entry {
  readonly text: string;
  /** Store time in microseconds; infinite: for good. */
  readonly untilUs: number;
}

export class MemoryEntries {
  /** By key, the row of its entry, its mark, or both. */
  readonly #rows = new TextNumbers();
  /** Undefined where there is no entry. */
  #texts: Array<string | undefined> = [];
  #untilUs: number[] = [];
  #freeRows: number[] = [];
  /** Rows, counted from 1. */
  readonly #marks = new NumberSet();
  #anyMarks = false;
  #marksUntilUs = 0;

  /** Keys of which something is held. */
  get size(): number {
    return this.#rows.size;
  }

  /** Keys of all that was granted. */
  get marks(): Iterable<string> {
    return this.#marked();
  }

  get marksUntilUs(): number {
    return this.#marksUntilUs;
  }

  /** @returns the entry's text, or that it was granted, if only that is still known */
  read(key: string, nowUs: number): string | null {
    const row = this.#rows.get(key);
    const text = row === undefined ? undefined : this.#texts[row];
    if (text !== undefined && this.#untilUs[row!]! > nowUs) return text;
    if (this.#anyMarks && this.#marksUntilUs <= nowUs) this.#clearMarks();
    return row !== undefined && this.#marks.has(row + 1) ? MARK : null;
  }

  write(key: string, text: string, untilUs: number, nowUs: number): void {
    this.#put(key, text, untilUs);
    for (let step = 0; step < SWEEP_PER_WRITE; step++) this.#sweepNext(nowUs);
  }

  /** Another text until the same end. */
  rewrite(key: string, text: string): void {
    const row = this.#rows.get(key);
    if (row !== undefined && this.#texts[row] !== undefined) this.#texts[row] = text;
  }

  delete(key: string): void {
    const row = this.#rows.get(key);
    if (row !== undefined) this.#drop(key, row);
  }

  /** All marks end together, with the campaign. */
  mark(key: string, untilUs: number): void {
    this.#marks.add(this.#rowOf(key) + 1);
    this.#anyMarks = true;
    this.#marksUntilUs = untilUs;
  }

  clear(): void {
    this.#rows.clear();
    this.#texts = [];
    this.#untilUs = [];
    this.#freeRows = [];
    this.#marks.clear();
    this.#anyMarks = false;
  }

  /** All that is kept under a key, be it over or not. */
  keptOf(key: string): { readonly entry: Entry | null; readonly marked: boolean } {
    const row = this.#rows.get(key);
    if (row === undefined) return { entry: null, marked: false };
    const text = this.#texts[row];
    const entry = text === undefined ? null : { text, untilUs: this.#untilUs[row]! };
    return { entry, marked: this.#marks.has(row + 1) };
  }

  recallMarksUntil(untilUs: number): void {
    this.#marksUntilUs = untilUs;
  }

  /** @returns false when nothing of it still counts */
  recall(key: string, entry: Entry | null, marked: boolean, nowUs: number): boolean {
    const kept = entry !== null && entry.untilUs > nowUs;
    const marks = marked && this.#marksUntilUs > nowUs;
    if (kept) this.#put(key, entry.text, entry.untilUs);
    if (marks) this.mark(key, this.#marksUntilUs);
    return kept || marks;
  }

  #put(key: string, text: string, untilUs: number): void {
    const row = this.#rowOf(key);
    this.#texts[row] = text;
    this.#untilUs[row] = untilUs;
  }

  #rowOf(key: string): number {
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = this.#freeRows.pop() ?? this.#texts.length;
    this.#texts[row] = undefined;
    this.#untilUs[row] = Number.POSITIVE_INFINITY;
    this.#rows.set(key, row);
    return row;
  }

  /** The entry goes, and with it the row, unless a mark is left. */
  #drop(key: string, row: number): void {
    this.#texts[row] = undefined;
    if (this.#marks.has(row + 1)) return;
    this.#rows.delete(key);
    this.#freeRows.push(row);
  }

  #sweepNext(nowUs: number): void {
    const at = this.#rows.nextRow();
    if (at < 0) return;
    const row = this.#rows.numberIn(at);
    const isOver = this.#texts[row] === undefined ? !this.#marks.has(row + 1) : this.#untilUs[row]! <= nowUs;
    if (isOver) this.#drop(this.#rows.nameIn(at), row);
  }

  *#marked(): Generator<string> {
    for (let at = 0; at < this.#rows.size; at++) {
      if (this.#marks.has(this.#rows.numberIn(at) + 1)) yield this.#rows.nameIn(at);
    }
  }

  /** Rows that held only a mark come free as they are swept over: a million at once would hold up the process. */
  #clearMarks(): void {
    this.#marks.clear();
    this.#anyMarks = false;
  }
}

/** Rows of a name and a number each, in pages: no more than a page is ever copied, or given back, at once. */

const PAGE_BITS = 16;
const PAGE_ROWS = 1 << PAGE_BITS;
const WITHIN = PAGE_ROWS - 1;
/** The first page of a small table is small. */
const LEAST_ROWS = 16;

interface Page {
  readonly names: string[];
  numbers: Float64Array;
}

export class TextRows {
  readonly #pages: Page[] = [];
  #count = 0;

  /** Rows, from 0 up. */
  get count(): number {
    return this.#count;
  }

  nameOf(row: number): string {
    return this.#pages[row >> PAGE_BITS]!.names[row & WITHIN]!;
  }

  numberOf(row: number): number {
    return this.#pages[row >> PAGE_BITS]!.numbers[row & WITHIN]!;
  }

  setNumber(row: number, number: number): void {
    this.#pages[row >> PAGE_BITS]!.numbers[row & WITHIN] = number;
  }

  put(row: number, name: string, number: number): void {
    const { names, numbers } = this.#pages[row >> PAGE_BITS]!;
    names[row & WITHIN] = name;
    numbers[row & WITHIN] = number;
  }

  /** @returns the new row */
  push(name: string, number: number): number {
    const row = this.#count++;
    const within = row & WITHIN;
    if (within === 0) this.#pages.push({ names: [], numbers: new Float64Array(row === 0 ? LEAST_ROWS : PAGE_ROWS) });
    const page = this.#pages[row >> PAGE_BITS]!;
    if (within === page.numbers.length) {
      const numbers = new Float64Array(2 * within);
      numbers.set(page.numbers);
      page.numbers = numbers;
    }
    page.names[within] = name;
    page.numbers[within] = number;
    return row;
  }

  /** Gives the last row back. */
  pop(): void {
    const row = --this.#count;
    this.#pages[row >> PAGE_BITS]!.names.pop();
    if ((row & WITHIN) === 0) this.#pages.pop();
  }
}

/** A set of whole numbers from 1 up, one bit each, that can count its members in a range. */
const BITS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

export class NumberSet {
  #bytes = new Uint8Array(64);

  has(number: number): boolean {
    return ((this.#bytes[number >>> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }

  add(number: number): void {
    const at = number >>> 3;
    if (at >= this.#bytes.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[at] = (this.#bytes[at] ?? 0) | (1 << (number & 7));
  }

  /** Members from `from` to `to`, both included. */
  count(from: number, to: number): number {
    let total = 0;
    let number = from;
    while (number <= to) {
      if ((number & 7) === 0 && number + 7 <= to) {
        total += BITS[this.#bytes[number >>> 3] ?? 0] ?? 0;
        number += 8;
      } else {
        if (this.has(number)) total++;
        number++;
      }
    }
    return total;
  }

  clear(): void {
    this.#bytes = new Uint8Array(64);
  }
}

/**
 * Which claims may have been granted, once nothing is left: a Bloom filter over the names of all that were, read once
 * when the campaign is over. Whoever is not in it certainly was not granted and hears the end without a store call;
 * whoever is, asks the store. The names are keyed hashes already, so their own bits serve as hash functions.
 * @see B. H. Bloom, Space/time trade-offs in hash coding with allowable errors, CACM 13 (1970)
 */
import type { GrantedMarks } from './granted-marks.js';

/** With 16 bits and 4 functions a name, one stranger in 400 asks the store. */
const BITS_PER_NAME = 16;
const FUNCTIONS = 4;
const LEAST_BITS = 8192;

export class GrantedFilter {
  #bits: Uint8Array | null = null;
  /** What the filter in use was read for; another one makes it outdated. */
  #of = '';
  #reading: string | null = null;

  constructor(
    private readonly marks: GrantedMarks,
    private readonly onFault: (fault: unknown) => void,
  ) {}

  /** False: certainly not granted. Before the names have been read, everybody may have been. */
  mayContain(name: string): boolean {
    if (this.#bits === null) return true;
    return positions(name, this.#bits.length * 8).every((bit) => (this.#bits![bit >>> 3]! & (1 << (bit & 7))) !== 0);
  }

  /**
   * Reads the names anew, unless that has been done for `version`.
   * @param count - how many there are, about
   */
  async refresh(version: string, count: number): Promise<void> {
    if (this.#of === version || this.#reading !== null) return;
    this.#reading = version;
    try {
      this.#bits = await this.#read(count);
      this.#of = version;
    } catch (fault) {
      this.onFault(fault);
    } finally {
      this.#reading = null;
    }
  }

  async #read(count: number): Promise<Uint8Array> {
    const bits = new Uint8Array(Math.max(LEAST_BITS, count * BITS_PER_NAME) >>> 3);
    let cursor = '';
    do {
      const { names, next } = await this.marks.read(cursor);
      for (const name of names) {
        for (const bit of positions(name, bits.length * 8)) bits[bit >>> 3]! |= 1 << (bit & 7);
      }
      cursor = next;
    } while (cursor !== '');
    return bits;
  }
}

function positions(name: string, bits: number): number[] {
  const bytes = Buffer.alloc(FUNCTIONS * 4);
  bytes.write(name, 'base64url');
  return Array.from({ length: FUNCTIONS }, (_, i) => bytes.readUInt32LE(i * 4) % bits);
}

/** What is told of a line: by one gateway to a store that may have lost it, and by one process to the next. */
import type { Gap } from './gaps.js';
import type { Lottery } from './lottery.js';

export interface KnownLine {
  readonly epoch: number;
  readonly generation: string;
  readonly heads: readonly [number, number];
  readonly tails: readonly [number, number];
  readonly lottery: Lottery | null;
}

/** What of a line outlives its process, beside places and numbers that are spent. */
export interface LineMemory extends KnownLine {
  readonly bases: readonly [number, number];
  readonly lapsed: readonly [number, number];
  readonly gaps: readonly Gap[];
  readonly entered: number;
  /** The clock of grace. */
  readonly lineMs: number;
}

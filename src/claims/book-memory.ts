/** What of the embedded store's ledger outlives its process, as JSON can say it. */
import type { LossMemory } from './lost-claims.js';

/** All that is known under one key. */
export interface KeptEntry {
  readonly era: number;
  /** Null: only that it was granted is known. */
  readonly text: string | null;
  /** Null: for good. */
  readonly untilUs: number | null;
  readonly marked: boolean;
  /** Of an open entry, until when it is surely in flight; null: it is none. */
  readonly unitUs: number | null;
}

/** What of a ledger outlives its process, beside the entries. */
export interface BookMemory extends LossMemory {
  readonly era: number;
  readonly granted: number;
  readonly grantedSince: number;
  readonly attempts: number;
  readonly soldOut: number;
  readonly replayed: number;
  /** Null: for good. */
  readonly marksUntilUs: number | null;
}

/** JSON knows no infinity. */
export function orNull(us: number): number | null {
  return us === Number.POSITIVE_INFINITY ? null : us;
}

export function orForGood(us: number | null): number {
  return us ?? Number.POSITIVE_INFINITY;
}

/**
 * A lane: a part of a campaign's claimants, kept on a shard that need not be the line's. It holds their places, their own
 * buckets, and the answers that are final. Everything that decides who goes in (numbers, the door, slots, open entries of the
 * ledger, the budget, who was granted) stays with the line, so that a lane can be lost without anybody paid twice.
 */
import type { BucketRate } from '../buckets/gcra.js';
import type { Place } from '../waiting-room/place.js';
import type { Remaining } from './ask.js';

export interface LaneAsk {
  /**
   * `take` charges all buckets or none; `owe` charges all, be the tokens there or not; `give` gives back what was charged;
   * `look` charges nothing.
   */
  readonly kind: 'take' | 'owe' | 'give' | 'look';
  /** Whose place is looked for; who has one is charged nothing. Null: none is. */
  readonly claimant: string | null;
  /** The entry whose stored answer is looked for; what finds one is charged nothing. Null: none is. */
  readonly entry: string | null;
  readonly limits: readonly BucketRate[];
  /** The claimant's own bucket under each limit; null where the line keeps it, or it does not apply. */
  readonly buckets: ReadonlyArray<string | null>;
}

export interface LaneAnswer {
  /** The stored answer, as the ledger writes it. */
  readonly text: string | null;
  readonly place: KeptPlace | null;
  readonly refused: LaneRefusal | null;
  /** Whole tokens left had nothing been charged, and with the charge; null where the lane keeps no bucket. */
  readonly uncharged: Remaining;
  readonly charged: Remaining;
}

export interface KeptPlace {
  readonly place: Place;
  /** When its owner was told of the call, on the line's clock, in milliseconds; 0: not yet. */
  readonly toldMs: number;
}

/** A place that is written, or taken away, if the claimant has still the one that was seen. */
export interface PlaceChange {
  readonly claimant: string;
  readonly seen: Place | null;
  readonly next: KeptPlace | null;
}

export interface LaneRefusal {
  readonly limit: number;
  readonly waitMs: number;
}

/** A final answer on its way from the line to its lane. */
export interface FinalAnswer {
  readonly entry: string;
  readonly text: string;
  /** In milliseconds; 0: for good. */
  readonly keepMs: number;
}

export interface Lane {
  /** @throws StoreUnavailableError when no answer came in time: what was asked counts as charged */
  answer(asks: readonly LaneAsk[]): Promise<readonly LaneAnswer[]>;
  /**
   * @returns of each the place that is there now
   * @throws StoreUnavailableError when it is not known which is
   */
  change(changes: readonly PlaceChange[]): Promise<ReadonlyArray<KeptPlace | null>>;
  /** @throws StoreUnavailableError when it is not known whether they are kept */
  keep(answers: readonly FinalAnswer[]): Promise<void>;
}

/** The line's own copies of final answers. */
export interface LineCopies {
  /** They end soon, since their lane keeps them. @throws StoreUnavailableError when they may stay as long as before */
  letGo(entries: readonly string[]): Promise<void>;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The lane of a claimant: FNV-1a, so that every gateway comes to the same. */
export function laneOf(claimant: string, lanes: number): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < claimant.length; at++) hash = Math.imul(hash ^ claimant.charCodeAt(at), FNV_PRIME);
  return (hash >>> 0) % lanes;
}

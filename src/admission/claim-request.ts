/** What a claim brings along, and the ask that the store is put for it. */
import type { BucketRate } from '../buckets/gcra.js';
import type { LedgerRequest } from '../claims/verdict.js';
import type { Place } from '../waiting-room/place.js';
import type { Ask, AskLedger } from './ask.js';

export interface ClaimRequest {
  /** Keyed hash of the claimant. */
  readonly claimant: string;
  /** The place of a verified ticket of this epoch, and when its owner was told of the call (0: not yet). */
  readonly place: Place | null;
  readonly toldMs: number;
  /** This claim's bucket under each of the campaign's limits; null where a limit does not apply. */
  readonly buckets: ReadonlyArray<string | null>;
  /** The limits that they stand under; left out: those of the options. */
  readonly limits?: readonly BucketRate[];
  /** Left out where the campaign keeps no entries. */
  readonly ledger?: LedgerRequest | null;
  /** Of a lower class: it goes straight in or not at all. */
  readonly spare?: boolean;
}

export function askOf(
  kind: Ask['kind'],
  request: ClaimRequest,
  usualLimits: readonly BucketRate[],
  ledger: AskLedger | null = null,
  seat = '',
): Ask {
  const { claimant, place, toldMs, buckets, limits = usualLimits } = request;
  return { kind, claimant, place, toldMs, limits, buckets, ledger, seat };
}

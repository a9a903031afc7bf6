/** What a store knows of a campaign's claims, for the payment team; and their word on what nobody else knows. */
import type { AttemptEnd } from './campaign-claims.js';
import type { Memo } from './entry-text.js';

export interface ClaimsFigures {
  readonly epoch: number;
  /** Numbers given out in the line, called, and lapsed, in this epoch. */
  readonly issued: number;
  readonly called: number;
  readonly lapsed: number;
  /** Claims that went to the service, in line or straight. */
  readonly entered: number;
  readonly granted: number;
  readonly replayed: number;
  /** Open entries: surely at the service or held for it, and of unknown outcome. */
  readonly inFlight: number;
  readonly unknown: number;
  /** Units of the budget set aside for entries that were lost while open. */
  readonly lost: number;
  /** Losses of data, and how many of them an operator has confirmed. */
  readonly losses: number;
  readonly confirmed: number;
  readonly soldOut: boolean;
}

/** A claim of which nobody knows how it ended. */
export interface UnknownClaim {
  /** What an operator names it by. */
  readonly id: string;
  readonly attempt: string;
  /** ISO 8601: since when its outcome is unknown. */
  readonly since: string;
  readonly memo: Memo;
}

export type Resolution = 'resolved' | 'none' | 'closed' | 'in-flight';

/**
 * What is written down of a resolution.
 * @param revision - the place of the record in the audit log
 * @param previous - hash of the record before it
 */
export type RecordOf = (revision: number, previous: string) => { readonly text: string; readonly hash: string };

/** `none`: nothing is kept of it beyond that it was answered. `open`: it has no answer yet; nothing was done. */
export type Erasure = 'erased' | 'none' | 'open';

/** Each method throws StoreUnavailableError when the store does not answer. */
export interface ClaimsAudit {
  figures(): Promise<ClaimsFigures>;
  /** In the order in which their leases ended. */
  unknown(): AsyncIterable<UnknownClaim>;
  /**
   * Says how a claim ended, and writes it into the audit log in the same step.
   * @param id - of the claim; `lost`: all units set aside
   */
  resolve(id: string, end: AttemptEnd, recordOf: RecordOf): Promise<Resolution>;
  /**
   * Takes what was answered to a claim out of the store, and writes that into the audit log in the same step; of `none`,
   * too: gateways may have in memory what the store keeps no longer, and go by the log.
   * @param names - of the claim's entries, one an era
   * @param recordOf - null: only says what it would come to
   */
  erase(names: readonly string[], recordOf: RecordOf | null): Promise<Erasure>;
}

/** What the store is told of a campaign's settings with every call. */
import type { BucketRate } from '../buckets/gcra.js';
import type { PaceSettings } from '../overload/pace-law.js';

export interface ExchangeSettings {
  /**
   * Revision of the operators' settings that these follow. Of a gateway that does not know the newest, nobody enters
   * and nobody is called.
   */
  readonly revision: number;
  readonly door: BucketRate;
  /** A permit whose time is at most this far away is given now, in microseconds. */
  readonly horizonUs: number;
  /** Slots over all gateways; 0: not counted here. */
  readonly slots: number;
  /** How long a silent gateway's slots stay taken, in milliseconds. */
  readonly slotLeaseMs: number;
  /** False: nothing enters, nothing is called, and no grace runs. */
  readonly open: boolean;
  readonly queue: boolean;
  readonly maxWaiting: number;
  readonly graceMs: number;
  readonly leadMs: number;
  readonly dwellMs: number;
  /** The longest time between two polls: so long somebody may not know of a call that comes early. */
  readonly pollMaxMs: number;
  /** How long somebody sent back from the door counts as standing there, in milliseconds. */
  readonly doorStayMs: number;
  /** Numbers left out after a loss, more than can have been issued unseen. */
  readonly skip: number;
  /** Null where the order is that of joining. */
  readonly lottery: LotterySettings | null;
  /** Null where a claim is all that is to be done. */
  readonly sessions: SessionSettings | null;
  readonly claims: ClaimsSettings;
  /** What of the door's burst is left to others by a lower class, in nanoseconds of its bucket. */
  readonly reserveNs: number;
  readonly pace: PaceSettings;
}

export interface SessionSettings {
  readonly maxActive: number;
  readonly ttlMs: number;
}

export interface LotterySettings {
  /** Of the epoch that the caller knows; the first one that is offered is kept. */
  readonly key: string;
  /** Store time, in microseconds: the first call from then on draws. Until the draw the door is shut. */
  readonly drawAtUs: number;
}

export interface ClaimsSettings {
  /** Whether claims have entries. */
  readonly ledger: boolean;
  /** Claims that may be granted at all; 0: no bound is kept here. */
  readonly budget: number;
  /** How long an entry belongs to its attempt, in milliseconds. */
  readonly leaseMs: number;
  /** After a loss of data, no claim goes on until an operator confirms. */
  readonly strict: boolean;
}

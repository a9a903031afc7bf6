/**
 * What operators have set for a campaign at run time. One revision a change, and one record of it: both are written
 * together or not at all, and only onto the revision that the change was made from.
 */
export interface StoredSettings {
  /** Counts changes; 0: there was none. */
  readonly revision: number;
  /** The overrides in force, as JSON; empty: none. Opaque here. */
  readonly overrides: string;
  /** Hash of the newest record; empty: there is none. Opaque here. */
  readonly head: string;
}

export const NO_SETTINGS: StoredSettings = { revision: 0, overrides: '', head: '' };

/** A change; it leads to the revision after `from`. */
export interface Amendment {
  /** The revision that the change was made from. */
  readonly from: number;
  readonly overrides: string;
  readonly record: string;
  /** Hash of `record`. */
  readonly head: string;
  /**
   * What begins anew with it. `epoch`: the line is empty, older tickets are outdated. `era`: that, and ledger and
   * budget too; refused while a claim is open, since what it comes to would be lost.
   */
  readonly begins: 'nothing' | 'epoch' | 'era';
  /** How many of those next in line are called with it, ahead of their time. */
  readonly calls: number;
}

/** `stale`: somebody else came first. `open`: claims are open. In both cases nothing was changed. */
export type AmendResult = { readonly kind: 'amended' | 'stale' | 'open'; readonly settings: StoredSettings };

/** Records kept a campaign; older ones are only in the log. */
export const MOST_RECORDS = 10_000;

/** Each method throws StoreUnavailableError when no answer came in time; an amendment may have been made then. */
export interface CampaignSettingsStore {
  read(): Promise<StoredSettings>;
  amend(amendment: Amendment): Promise<AmendResult>;
  /** Gives a store that has lost its data back what a gateway still knows. A store that has as much keeps its own. */
  restore(settings: StoredSettings): Promise<void>;
  /** The newest `limit` records, oldest first. */
  records(limit: number): Promise<readonly string[]>;
}

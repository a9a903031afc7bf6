/** What is decided for one claim. Each is a normal outcome; none is thrown. */
import type { AttemptEnd } from '../claims/campaign-claims.js';
import type { Memo } from '../claims/entry-text.js';
import type { Verdict } from '../claims/verdict.js';
import type { Health } from '../overload/health.js';
import type { Place } from '../waiting-room/place.js';
import type { Remaining } from './ask.js';
import type { Leaver } from './departures.js';

/** How a claim that was handed over ended, as far as its place is concerned. */
export type Ending =
  /** A final answer: the place is used up. */
  | 'final'
  /** No final answer, or never sent: the place stays called. */
  | 'open';

/** One try at a claim that the ledger knows of. */
export interface Attempt {
  /** The entry's name. */
  readonly key: string;
  readonly id: string;
  readonly memo: Memo;
  /** An earlier try may have reached the service, with an outcome that nobody knows. */
  readonly repeats: boolean;
}

/** Token and slot of one claim. Its holder hands the claim over at once, and says once how it ended. */
export interface Pass {
  readonly place: Place | null;
  /** Null where the campaign keeps no entries. */
  readonly attempt: Attempt | null;
  /**
   * Asked in the turn in which the claim would be written, by whoever does not hand it over in the turn it was admitted.
   * @returns false: not now; `leaver` hears when, unless the claim is finished before
   */
  mayLeave(leaver: Leaver): boolean;
  /**
   * Says how the attempt ended, before `finish`.
   * @param told - called once: when the store has it, or as soon as it is known not to answer for now
   */
  settle(end: AttemptEnd, told: () => void): void;
  /**
   * The service has answered, or cannot any more: the slot is free. Said once.
   * @param health - what it says about how much more the service can take
   * @param beginsSession - whether the claimant may make further requests from now on
   */
  finish(ending: Ending, health: Health, beginsSession?: boolean): void;
}

export type Decision =
  /** `joined`: its place was made by this claim. */
  | { readonly kind: 'admit'; readonly pass: Pass; readonly joined: boolean; readonly remaining: Remaining }
  /** In line, or called and sent back from a busy door. */
  | { readonly kind: 'wait'; readonly place: Place; readonly joined: boolean; readonly remaining: Remaining }
  | {
      readonly kind: 'limited';
      readonly limit: number;
      readonly waitMs: number;
      readonly remaining: Remaining;
      /** Known from a moment ago, without asking the store. */
      readonly cached: boolean;
    }
  /** Another claim from the same place is on its way or at the upstream. */
  | { readonly kind: 'in-progress' }
  /** The ledger knows this claim. */
  | Exclude<Verdict, { kind: 'in-progress' | 'repeat' }>
  /** Data was lost, and claims wait for an operator. */
  | { readonly kind: 'untrusted' }
  /** The campaign has ended, or its budget is gone. */
  | { readonly kind: 'over' }
  /** A request beside the line may go. */
  | { readonly kind: 'pass'; readonly remaining: Remaining }
  /** The claimant has no place in line. */
  | { readonly kind: 'none' }
  | { readonly kind: 'shut' }
  | { readonly kind: 'full' }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'store-unavailable'; readonly waitedMs: number };

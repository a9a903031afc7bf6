/** What a gateway asks the store about one request, and what it is told. */
import type { BucketRate } from '../buckets/gcra.js';
import type { Place } from '../waiting-room/place.js';

/** One claim, or one wish to join the line. */
export interface Ask {
  /**
   * `claim` stands at the door; `spare` is a claim of a lower class, which goes straight in or not at all, and leaves the
   * door's reserve alone; `join` only takes a place in line; `find` looks for the claimant's place and makes
   * none; `pass` is a request beside the line, which the limits alone decide; `recall` only looks into the ledger;
   * `refund` gives back what a claim was charged that did not go in.
   */
  readonly kind: 'claim' | 'spare' | 'join' | 'find' | 'pass' | 'recall' | 'refund';
  /** Keyed hash of the claimant. */
  readonly claimant: string;
  /** The place of a verified ticket. */
  readonly place: Place | null;
  /** When the owner of the ticket was told of the call, on the line's clock, in milliseconds; 0: not yet. */
  readonly toldMs: number;
  /** The campaign's limits, the same for every ask. */
  readonly limits: readonly BucketRate[];
  /**
   * This ask's bucket under each limit; null where the limit does not apply to it. Charged once, when the claimant
   * gets a place or goes straight in: all of them, or none.
   */
  readonly buckets: ReadonlyArray<string | null>;
  /** The claim's entry in the ledger, looked at before anything else; left out where the campaign keeps none. */
  readonly ledger?: AskLedger | null;
  /** Names the seat that a claim takes on its way in; left out where the campaign has no sessions. */
  readonly seat?: string;
  /** A limit that is kept elsewhere has refused: only who has a place already goes on. Left out: none has. */
  readonly barred?: Barred;
}

export interface Barred {
  readonly limit: number;
  readonly waitMs: number;
}

/** A claim that enters, or is held at the door, owns its entry and one unit of the budget until it is settled. */
export interface AskLedger {
  /** The entry's name. */
  readonly key: string;
  /** Names this attempt and its gateway: the fence that a late writer does not pass. */
  readonly attempt: string;
  /** What the entry remembers while its outcome is open; opaque here. */
  readonly memo: string;
  /** The attempt of unknown outcome that this one takes the place of; empty: none. */
  readonly repeats: string;
}

/** Whole tokens left under each limit; null where it does not apply. */
export type Remaining = ReadonlyArray<number | null>;

export type AskResult =
  /** Token and slot are taken; the claim may leave `departInUs` after the store's decision. */
  | {
      readonly kind: 'enter';
      readonly place: Place | null;
      readonly departInUs: number;
      readonly remaining: Remaining;
      /** The place was made by this ask. Left out: it was not. */
      readonly joined?: true;
    }
  /** Called, but the door is busy: the place is kept. */
  | { readonly kind: 'door'; readonly place: Place; readonly joined: boolean; readonly remaining: Remaining }
  /** In line. `joined`: the place was made by this ask. */
  | { readonly kind: 'wait'; readonly place: Place; readonly joined: boolean; readonly remaining: Remaining }
  | { readonly kind: 'limited'; readonly limit: number; readonly waitMs: number; readonly remaining: Remaining }
  /** Another claim from the same place is at the upstream. */
  | { readonly kind: 'inside'; readonly place: Place }
  /** Within the limits; for a request beside the line. */
  | { readonly kind: 'pass'; readonly remaining: Remaining }
  /** The ledger knows this claim: `text` is its entry (entry-text.ts). Nothing was charged. */
  | { readonly kind: 'recorded'; readonly text: string }
  /** Data was lost, and nobody has confirmed yet that claims may go on; or the gateway speaks of an earlier era. */
  | { readonly kind: 'untrusted' }
  /** The claimant has no place. */
  | { readonly kind: 'none' }
  /** No line, and the door is busy. */
  | { readonly kind: 'shut' }
  /** The line is full. */
  | { readonly kind: 'full' };

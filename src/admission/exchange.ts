/**
 * The one call between a gateway and the store. Everything that happened to a campaign in one turn of the
 * event loop travels together: what the gateway knows, what ended, and what is asked. The store merges,
 * decides, and answers with what it knows.
 *
 * Knowledge only grows within an epoch, so it merges by maximum: a store that lost data is repaired by the
 * first gateway that calls. A call that arrives later than `notAfterUs` does nothing at all.
 */
import type { BucketRate } from '../buckets/gcra.js';
import type { Place } from '../waiting-room/place.js';

/** Store time is counted in microseconds from here, so that it stays exact in a double, with nanoseconds below. */
export const STORE_TIME_ORIGIN_MS = Date.UTC(2026, 0, 1);

/** One claim, or one wish to join the line. */
export interface Ask {
  /**
   * `claim` stands at the door; `join` only takes a place in line; `find` looks for the claimant's place and makes
   * none; `pass` is a request beside the line, which the limits alone decide.
   */
  readonly kind: 'claim' | 'join' | 'find' | 'pass';
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
}

/** Whole tokens left under each limit; null where it does not apply. */
export type Remaining = ReadonlyArray<number | null>;

export type AskResult =
  /** Token and slot are taken; the claim may leave `departInUs` after the store's decision. */
  | { readonly kind: 'enter'; readonly place: Place | null; readonly departInUs: number; readonly remaining: Remaining }
  /** Called, but the door is busy: the place is kept. */
  | { readonly kind: 'door'; readonly place: Place; readonly remaining: Remaining }
  /** In line. `joined`: the place was made by this ask. */
  | { readonly kind: 'wait'; readonly place: Place; readonly joined: boolean; readonly remaining: Remaining }
  | { readonly kind: 'limited'; readonly limit: number; readonly waitMs: number; readonly remaining: Remaining }
  /** Another claim from the same place is at the upstream. */
  | { readonly kind: 'inside'; readonly place: Place }
  /** Within the limits; for a request beside the line. */
  | { readonly kind: 'pass'; readonly remaining: Remaining }
  /** The claimant has no place. */
  | { readonly kind: 'none' }
  /** No line, and the door is busy. */
  | { readonly kind: 'shut' }
  /** The line is full. */
  | { readonly kind: 'full' };

/** A claimant's place after its claim. */
export interface PlaceEvent {
  readonly claimant: string;
  readonly place: Place;
}

export interface ExchangeEvents {
  /** Had a final answer: the number is spent. */
  readonly spent: readonly PlaceEvent[];
  /** Was handed over without a final answer: the place stays called, and its grace begins anew. */
  readonly retained: readonly PlaceEvent[];
  /** Gave the place up. */
  readonly given: readonly PlaceEvent[];
  /** Left the door for the upstream, with one of the gateway's permits. */
  readonly entered: readonly Place[];
  /** Went away from the door. */
  readonly gone: readonly Place[];
}

/** Everything here only grows within an epoch. */
export interface Known {
  readonly epoch: number;
  /** Name of the store's data; another one means that data was lost. Empty: not known yet. */
  readonly generation: string;
  readonly heads: readonly [number, number];
  readonly tails: readonly [number, number];
  /** Theoretical arrival time of the door's bucket, in nanoseconds. */
  readonly doorTat: number;
  /** Slots this gateway was ever given, and those it has given back. */
  readonly taken: number;
  readonly released: number;
}

export interface ExchangeSettings {
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
  /** How long somebody sent back from the door counts as standing there, in milliseconds. */
  readonly doorStayMs: number;
  /** Numbers left out after a loss, more than can have been issued unseen. */
  readonly skip: number;
}

export interface ExchangeCall {
  readonly gateway: string;
  readonly settings: ExchangeSettings;
  readonly known: Known;
  /** Name for the store's data, should it have none. */
  readonly generation: string;
  /** Store time after which the call does nothing, in microseconds. */
  readonly notAfterUs: number;
  readonly events: ExchangeEvents;
  /** Permits wanted for claims that this gateway holds at the door. */
  readonly permits: number;
  readonly asks: readonly Ask[];
  /** Whether to call the next in line, if nobody did so a moment ago. */
  readonly tick: boolean;
}

/** What the store knows, as every reply brings it. */
export interface StoreView {
  readonly nowUs: number;
  /** Store time less all time during which the door was shut, in milliseconds: the clock of grace. */
  readonly lineMs: number;
  readonly epoch: number;
  readonly generation: string;
  readonly heads: readonly [number, number];
  readonly tails: readonly [number, number];
  /** Called numbers up to here whose grace is over. */
  readonly lapsed: readonly [number, number];
  readonly doorTat: number;
  readonly atDoor: number;
  readonly show: number;
  /** Numbers called per second, smoothed; 0: none yet. */
  readonly callsPerSecond: number;
  readonly gateways: number;
  /** Slots ever given to this gateway. */
  readonly taken: number;
  readonly slotsInUse: number;
  /** This call found that the store had lost data. */
  readonly loss: boolean;
  /** This call ran the tick. */
  readonly ticked: boolean;
}

export type ExchangeReply =
  | { readonly kind: 'late'; readonly nowUs: number }
  | {
      readonly kind: 'done';
      readonly view: StoreView;
      /** Times to departure of the permits given, in microseconds. */
      readonly permits: readonly number[];
      readonly results: readonly AskResult[];
    };

/** What a campaign keeps outside the gateway. One instance a campaign; calls are carried out in order. */
export interface CampaignStore {
  /** @throws StoreUnavailableError when no answer came in time: what was asked counts as charged */
  exchange(call: ExchangeCall): Promise<ExchangeReply>;
}

/**
 * The one call between a gateway and the store. Everything that happened to a campaign in one turn of the
 * event loop travels together: what the gateway knows, what ended, and what is asked. The store merges,
 * decides, and answers with what it knows.
 *
 * Knowledge only grows, so it merges by maximum: a store that lost data is repaired by the
 * first gateway that calls. A call that arrives later than `notAfterUs` does nothing at all.
 */
import type { Gap } from '../waiting-room/gaps.js';
import type { Lottery } from '../waiting-room/lottery.js';
import type { Place } from '../waiting-room/place.js';
import type { Ask, AskResult } from './ask.js';
import type { ExchangeSettings } from './exchange-settings.js';

/** Store time is counted in microseconds from here, so that it stays exact in a double, with nanoseconds below. */
export const STORE_TIME_ORIGIN_MS = Date.UTC(2026, 0, 1);

/** A claimant's place after its claim. */
export interface PlaceEvent {
  readonly claimant: string;
  readonly place: Place;
}

/**
 * The end of an attempt. It applies if the entry still names this attempt, or if there is none, which after a loss of
 * data is how an attempt finds its entry; otherwise somebody else has taken it over, and nothing happens.
 */
export interface Settlement {
  readonly key: string;
  readonly attempt: string;
  /** `free`: not processed, the claim may be made again, and its unit of the budget is given back. */
  readonly outcome: 'granted' | 'rejected' | 'free' | 'unknown';
  /** The entry from now on; empty for `free`. */
  readonly text: string;
  /** How long the entry is kept, in milliseconds; 0: for good. */
  readonly keepMs: number;
  /** How long `granted` is remembered beyond its answer, in milliseconds; 0: for good; -1: not at all. */
  readonly markMs: number;
  /** False: the grant is part of what the gateway knows as granted already, and only the entry was lost. */
  readonly counts: boolean;
  /** Name of the data in which the entry was made; empty: it is not known to have been made. */
  readonly generation: string;
  /** The era in which it was made; one of another era is not heard. */
  readonly era: number;
}

/** What an answer of the service said of the budget. */
export interface SoldOutSign {
  readonly claimant: string;
  /** `bare`: no more than a status said so; `none`: it had something left. */
  readonly sign: 'certain' | 'bare' | 'none';
}

/** What became of a seat. */
export interface SeatEvent {
  readonly claimant: string;
  /** As the ask named it; empty: of no claim on its way, but of the claimant's session. */
  readonly seat: string;
  /** Whether the claimant's session begins; false: none does, or it ends. */
  readonly begins: boolean;
}

/** A session that ended before its time. */
export interface SessionEnd {
  readonly claimant: string;
  /** Store time, in microseconds. */
  readonly endedUs: number;
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
  readonly settled: readonly Settlement[];
  readonly signs: readonly SoldOutSign[];
  readonly seats: readonly SeatEvent[];
  /** Answers replayed without asking. */
  readonly replays: number;
  readonly health: HealthCounts;
}

/** What became of claims at the service since the last call. */
export interface HealthCounts {
  readonly served: number;
  /** Turned away, or not answered in time. */
  readonly dropped: number;
  /** How much longer the service wants to be left alone, in microseconds; 0: it said nothing. */
  readonly restUs: number;
}

/** Everything here only grows; an operator's reset begins a new epoch, in which the numbers go on. */
export interface Known {
  readonly epoch: number;
  /** Name of the store's data; another one means that data was lost. Empty: not known yet. */
  readonly generation: string;
  readonly heads: readonly [number, number];
  readonly tails: readonly [number, number];
  /** Theoretical arrival time of the door's bucket, in nanoseconds, and the interval between tokens it was counted by. */
  readonly doorTat: number;
  readonly doorIntervalNs: number;
  /** Slots this gateway was ever given, and those it has given back. */
  readonly taken: number;
  readonly released: number;
  /** Null where the order is that of joining, and before the key is known. */
  readonly lottery: Lottery | null;
  /** Seats taken when last seen, and up to when ends of sessions were heard of, in store time. */
  readonly seats: number;
  readonly endsUs: number;
  /** When an operator last ended all sessions, in store time, in microseconds; 0: never. */
  readonly sessionsEndedUs: number;
  readonly claims: KnownClaims;
  readonly pace: Pick<PaceView, 'rateMilli' | 'revision'>;
}

/** What a gateway knows of the ledger's figures. Within one era, all but `held` and `unknown` only grow. */
export interface KnownClaims {
  /** Counts how often an operator had ledger and budget begin anew. Figures of different eras are not compared. */
  readonly era: number;
  readonly granted: number;
  /** Grants known of data that are lost: the store adds to them what it has counted since. */
  readonly grantedBefore: number;
  /** Attempts ever let in. */
  readonly attempts: number;
  /** Units of the budget in open entries when last seen; what must be set aside should they be lost. */
  readonly held: number;
  /** Open entries whose lease is over or whose outcome was reported unknown; part of `held`. */
  readonly unknown: number;
  /** Odd: sold out by the service's or an operator's word. */
  readonly soldOut: number;
  /** Losses of data ever noticed, and how many of them were confirmed by an operator. */
  readonly losses: number;
  readonly confirmed: number;
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
  /** Slots this gateway's own limiter has set aside: the call takes no more permits, for whomever. Infinite: no bound. */
  readonly allowance: number;
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
  readonly doorIntervalNs: number;
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
  /** Answered in this process, while the store is away: `fallback-store.ts` says what that covers. */
  readonly local?: boolean;
  readonly claims: ClaimsView;
  /** Revision of the operators' settings in the store; 0: none were ever made, or they are lost. */
  readonly settingsRevision: number;
  /** Numbers that nobody has and no head has passed. */
  readonly gaps: readonly Gap[];
  readonly lottery: Lottery | null;
  /** Seats taken, by sessions and by claims on their way to one. */
  readonly seats: number;
  /** When an operator last ended all sessions, in store time; 0: never. */
  readonly sessionsEndedUs: number;
  /** Sessions that ended before their time since the caller heard of any. */
  readonly sessionEnds: readonly SessionEnd[];
  readonly pace: PaceView;
}

/** The pace that the service bears, shared by all gateways. */
export interface PaceView {
  /** Claims per 1,000 seconds; 0: as configured. */
  readonly rateMilli: number;
  /** Raised by each change: the newer one holds. */
  readonly revision: number;
  /** Store time until which the service wants to be left alone, in microseconds; 0: never said. */
  readonly restUntilUs: number;
}

export interface ClaimsView extends KnownClaims {
  /** Units set aside for entries that were lost while open. */
  readonly lost: number;
  /** Different claimants in a row whom a bare status told that the budget is gone. */
  readonly signs: number;
}

export const NO_CLAIMS: ClaimsView = {
  era: 0,
  granted: 0,
  grantedBefore: 0,
  attempts: 0,
  held: 0,
  soldOut: 0,
  losses: 0,
  confirmed: 0,
  unknown: 0,
  lost: 0,
  signs: 0,
};

export const NO_PACE: PaceView = { rateMilli: 0, revision: 0, restUntilUs: 0 };

export const NO_HEALTH: HealthCounts = { served: 0, dropped: 0, restUs: 0 };

export type ExchangeReply =
  | { readonly kind: 'late'; readonly nowUs: number }
  | {
      readonly kind: 'done';
      readonly view: StoreView;
      /** Times to departure of the permits given, in microseconds. */
      readonly permits: readonly number[];
      /** `unavailable`: only the store can answer this ask. */
      readonly results: ReadonlyArray<AskResult | { readonly kind: 'unavailable' }>;
    };

export type DoneReply = Extract<ExchangeReply, { kind: 'done' }>;

/** What a campaign keeps outside the gateway. One instance a campaign; calls are carried out in order. */
export interface CampaignStore {
  /** @throws StoreUnavailableError when no answer came in time: what was asked counts as charged */
  exchange(call: ExchangeCall): Promise<ExchangeReply>;
}

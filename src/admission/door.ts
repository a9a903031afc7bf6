/**
 * The door of one campaign at this gateway. A claim that was called and finds no token or no slot is held here for
 * a moment. A permit is both together, with a departure time. Permits belong to the door, not to a claim: the first
 * claim in order takes the next one, so that what an abort frees goes to whoever waits.
 *
 *   held ──permit, at its time──▶ departed        held ──aborted──▶ gone        held ──`untilUs`──▶ sent back
 *
 * Two things keep the bound whatever this process suffers. A permit that could not be used within `staleUs` of
 * its time is void, since what comes late comes on top of what comes on time. And no two departures are closer
 * together than the campaign's own bucket allows, measured when they happen; and once more when they leave
 * (`departures.ts`).
 */
import { atInterval, charged, waitNs } from '../buckets/gcra.js';
import type { Clock, Timer } from '../kernel/clock.js';
import { type Place, RETURN } from '../waiting-room/place.js';
import { Departures, type Leaver, type LeaveWord } from './departures.js';
import type { DoorPort } from './door-port.js';
import type { DoorSettings } from './door-settings.js';
import type { StoreView } from './exchange.js';
import { HeldClaims, type Holdable } from './held-claims.js';

/** Its place is null where it was let straight in; `untilUs` is local monotonic time, at which it is sent back. */
export interface HeldClaim extends Holdable {
  /**
   * Token and slot are its own from now on.
   * @param departureUs - the time of the permit, local and monotonic, in microseconds
   */
  depart(departureUs: number): void;
  /** Its time here is over. */
  sendBack(): void;
}

export interface DoorOptions {
  readonly clock: Clock;
  readonly settings: () => DoorSettings;
  /** A permit was not used: its slot is free again. */
  readonly onUnused: (count: number) => void;
  /** Asks for permits, soon. */
  readonly askSoon: () => void;
  /** Whose turn a place is among the numbers of its line that are called. */
  readonly turnOf: (place: Place) => number;
  /** Slots of this gateway's own that are free; infinite: only the store counts. */
  readonly slotsHere: () => number;
  /** Whether a permit should be let go unused: the service fails too often. */
  readonly isTooMuch: () => boolean;
}

/** How often a door asks again while all slots are taken elsewhere, or none is to be had. */
const SLOTS_ELSEWHERE_US = 5_000;
/** How soon it asks again at the soonest, when a reply said that there is something to have. */
const SOONEST_ASK_US = 1_000;
/** How soon it asks again after a call failed. */
const STORE_AWAY_US = 20_000;

/** Claims that are held at a door that stands still. */
const FEW_HELD = 32;

export class Door implements DoorPort {
  readonly #claims = new HeldClaims<HeldClaim>();
  readonly #departures: Departures;
  #departuresUs: number[] = [];
  #asked = 0;
  #gateTatNs = 0;
  #gateIntervalNs = 0;
  #lastAsk: Timer | null = null;
  #nextAskUs = 0;
  #wake: Timer | null = null;
  #wakeUs = Number.POSITIVE_INFINITY;
  /** When a claim last left, or the first came. */
  #movedUs = 0;

  constructor(private readonly options: DoorOptions) {
    this.#departures = new Departures(options.clock, options.settings);
  }

  get held(): number {
    return this.#claims.size;
  }

  /** Holds a claim that has no permit yet. */
  hold(claim: HeldClaim): void {
    const nowUs = this.options.clock.monotonicUs();
    if (this.#claims.size === 0) this.#movedUs = nowUs;
    if (this.#isFull(claim.untilUs - nowUs, nowUs)) {
      claim.sendBack();
      return;
    }
    this.#claims.add(claim, this.#orderOf(claim.place));
    this.#pump();
    this.options.askSoon();
  }

  /** Holds a claim that came with a permit of its own. */
  holdWithPermit(claim: HeldClaim, departureUs: number): void {
    this.#claims.add(claim, Number.NEGATIVE_INFINITY);
    this.#addDeparture(departureUs);
    this.#pump();
  }

  /** Holds a claim whose permit is void, ahead of all others and however many there are. */
  holdAnew(claim: HeldClaim): void {
    this.#claims.add(claim, Number.NEGATIVE_INFINITY);
    this.options.askSoon();
  }

  /** Asked of a claim that departed, in the turn in which it would be written; `departureUs` as it was told. */
  mayLeave(departureUs: number, leaver: Leaver): LeaveWord {
    return this.#departures.mayLeave(departureUs, leaver);
  }

  /** Takes over a permit whose claim was aborted. */
  takePermit(departureUs: number): void {
    this.#addDeparture(departureUs);
    this.#pump();
  }

  /** Takes an aborted claim away. Its permit, if it has one, stays for the next. */
  remove(claim: HeldClaim): boolean {
    return this.#claims.remove(claim);
  }

  /** Sends everybody back: the campaign is over. */
  sendAllBack(): void {
    for (const claim of this.#claims.takeAll()) claim.sendBack();
    this.#pump();
  }

  /** The claim held for a place, if there is one. */
  find(place: Place): HeldClaim | null {
    return this.#claims.find(place);
  }

  /**
   * Holding is for those whose turn comes while they are held. Where nobody has left for as long as that, whoever
   * comes would only stand: a few do, so that the first slots find somebody, and the others ask again later.
   */
  #isFull(holdUs: number, nowUs: number): boolean {
    const { size } = this.#claims;
    return size >= this.options.settings().mostHeld || (size >= FEW_HELD && nowUs - this.#movedUs > holdUs);
  }

  permitsWanted(): number {
    const nowUs = this.options.clock.monotonicUs();
    if (nowUs < this.#nextAskUs) return 0;
    const missing = this.#claims.size - this.#departuresUs.length - this.#asked;
    if (missing <= 0) return 0;
    const wanted = Math.max(0, Math.min(missing, this.options.slotsHere()));
    if (wanted === 0) this.#askAt(nowUs + SLOTS_ELSEWHERE_US, nowUs);
    if (wanted > 0) this.#nextAskUs = 0;
    this.#asked += wanted;
    return wanted;
  }

  permitsArrived(asked: number, departuresUs: readonly number[]): void {
    this.#asked -= asked;
    for (const departureUs of departuresUs) this.#addDeparture(departureUs);
    this.#pump();
  }

  permitsFailed(asked: number): void {
    this.#asked -= asked;
    const nowUs = this.options.clock.monotonicUs();
    if (this.#claims.size > this.#departuresUs.length) this.#askAt(nowUs + STORE_AWAY_US, nowUs);
  }

  /** What the store said last tells when asking again makes sense. */
  observe(view: StoreView, decidedAtUs: number): void {
    if (this.#claims.size <= this.#departuresUs.length) return;
    const { slots, storeRate, horizonUs } = this.options.settings();
    const nowUs = this.options.clock.monotonicUs();
    const restUs = view.pace.restUntilUs - view.nowUs;
    if (restUs > 0) {
      this.#askAt(nowUs + restUs, nowUs);
      return;
    }
    const full = slots > 0 && view.slotsInUse >= slots;
    const tokenInUs = waitNs(view.doorTat, view.nowUs * 1000, storeRate) / 1000;
    const atUs = full ? nowUs + SLOTS_ELSEWHERE_US : decidedAtUs + tokenInUs - horizonUs;
    // An ask that is due already keeps its time: replies that come faster than it would put it off for ever.
    const dueUs = this.#nextAskUs > 0 ? this.#nextAskUs : Number.POSITIVE_INFINITY;
    this.#askAt(Math.max(atUs, Math.min(dueUs, nowUs + SOONEST_ASK_US)), nowUs);
  }

  /** A slot came free, or a token should be there. @returns whether somebody here waits for it */
  askNow(): boolean {
    this.#nextAskUs = 0;
    if (this.#claims.size <= this.#departuresUs.length) return false;
    this.options.askSoon();
    return true;
  }

  stop(): void {
    this.#wake?.cancel();
    this.#lastAsk?.cancel();
    this.#departures.stop();
  }

  #askAt(atUs: number, nowUs: number): void {
    this.#nextAskUs = atUs;
    this.#lastAsk?.cancel();
    this.#lastAsk = this.options.clock.after(Math.max(0, Math.ceil((atUs - nowUs) / 1000)), () => this.askNow());
  }

  /** The return line goes ahead of the main one; within a line, by turn. */
  #orderOf(place: Place | null): number {
    if (place === null) return Number.NEGATIVE_INFINITY;
    const turn = this.options.turnOf(place);
    return place.line === RETURN ? turn - Number.MAX_SAFE_INTEGER : turn;
  }

  #addDeparture(departureUs: number): void {
    let at = this.#departuresUs.length;
    while (at > 0 && this.#departuresUs[at - 1]! > departureUs) at--;
    this.#departuresUs.splice(at, 0, departureUs);
  }

  /** Lets go who may go now, sends back whose time is over, and sleeps until the next of either. */
  #pump(): void {
    const settings = this.options.settings();
    const nowUs = this.options.clock.monotonicUs();
    this.#dropStale(nowUs - settings.staleUs);
    this.#gateTatNs = atInterval(this.#gateTatNs, this.#gateIntervalNs, settings.rate.intervalNs, nowUs * 1000);
    this.#gateIntervalNs = settings.rate.intervalNs;
    let gateUs = nowUs;
    while (this.#departuresUs.length > 0 && this.#departuresUs[0]! <= nowUs) {
      const { first } = this.#claims;
      if (first === undefined) {
        this.#departuresUs.shift();
        this.options.onUnused(1);
        continue;
      }
      const closed = waitNs(this.#gateTatNs, nowUs * 1000, settings.rate);
      if (closed > 0) {
        gateUs = nowUs + closed / 1000;
        break;
      }
      if (this.options.isTooMuch()) {
        this.#departuresUs.shift();
        this.options.onUnused(1);
        this.askNow();
        continue;
      }
      this.#gateTatNs = charged(this.#gateTatNs, nowUs * 1000, settings.rate);
      const departureUs = this.#departuresUs.shift()!;
      this.#claims.remove(first);
      this.#movedUs = nowUs;
      first.depart(departureUs);
    }
    for (const claim of this.#claims.takeLate(nowUs)) claim.sendBack();
    this.#sleep(nowUs, gateUs);
  }

  #dropStale(beforeUs: number): void {
    let stale = 0;
    while (stale < this.#departuresUs.length && this.#departuresUs[stale]! < beforeUs) stale++;
    if (stale === 0) return;
    this.#departuresUs.splice(0, stale);
    this.options.onUnused(stale);
    this.askNow();
  }

  #sleep(nowUs: number, gateUs: number): void {
    let nextUs = Number.POSITIVE_INFINITY;
    if (this.#departuresUs.length > 0) nextUs = Math.max(this.#departuresUs[0]!, gateUs);
    nextUs = Math.min(nextUs, this.#claims.nextUntilUs);
    if (nextUs === this.#wakeUs) return;
    this.#wake?.cancel();
    this.#wakeUs = nextUs;
    if (nextUs === Number.POSITIVE_INFINITY) {
      this.#wake = null;
      return;
    }
    this.#wake = this.options.clock.after(Math.max(0, Math.ceil((nextUs - nowUs) / 1000)), () => {
      this.#wakeUs = Number.POSITIVE_INFINITY;
      this.#pump();
    });
  }
}

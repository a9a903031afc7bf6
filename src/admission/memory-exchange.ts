/** One call to the embedded store, carried out: the same steps in the same order as `exchange.lua`. */
import { type BucketRate, charged, waitNs } from '../buckets/gcra.js';
import type { MemoryBuckets } from '../buckets/memory-buckets.js';
import type { MemoryBook } from '../claims/memory-book.js';
import { paced } from '../overload/effective-rate.js';
import { followHealth, type PaceState } from '../overload/pace-law.js';
import type { MemoryLine } from '../waiting-room/memory-line.js';
import type { Place } from '../waiting-room/place.js';
import type { Ask, AskResult } from './ask.js';
import type { ExchangeCall, ExchangeReply, PaceView, StoreView } from './exchange.js';
import type { ExchangeSettings, SessionSettings } from './exchange-settings.js';
import { MemoryCharges } from './memory-charges.js';
import type { MemorySeats } from './memory-seats.js';
import type { MemorySlots } from './memory-slots.js';

/** After a loss of data the door stays shut for this long: slots are counted again when every gateway has told of its own. */
const SETTLING_US = 250_000;

/** What is kept from one call to the next. */
export interface MemoryState {
  readonly line: MemoryLine;
  readonly book: MemoryBook;
  readonly buckets: MemoryBuckets;
  readonly slotTable: MemorySlots;
  readonly seats: MemorySeats;
  /** Of the operators' settings. */
  readonly settingsRevision: number;
  readonly pace: PaceState;
  /** The door's arrival time, merged with what the caller knows. */
  openDoor(call: ExchangeCall, rate: BucketRate, nowNs: number): number;
  closeDoor(tat: number): void;
}

export class MemoryExchange {
  readonly #line: MemoryLine;
  readonly #book: MemoryBook;
  readonly #settings: ExchangeSettings;
  readonly #nowNs: number;
  readonly #charges: MemoryCharges;
  readonly #door: BucketRate;
  #doorTat: number;
  #slotsLeft: number;
  /** Permits that this call may still take. */
  #allowance: number;
  /** Whether the door is open; a loss of data that nobody has confirmed shuts it. */
  #open: boolean;

  constructor(
    private readonly store: MemoryState,
    private readonly call: ExchangeCall,
    private readonly nowUs: number,
  ) {
    this.#line = store.line;
    this.#book = store.book;
    this.#settings = call.settings;
    this.#allowance = call.allowance;
    this.#mergePace();
    const { rateMilli, restUntilUs } = store.pace;
    this.#door = paced(call.settings.door, rateMilli);
    this.#open = call.settings.open && call.settings.revision >= store.settingsRevision && nowUs >= restUntilUs;
    this.#nowNs = nowUs * 1000;
    this.#charges = new MemoryCharges(store.buckets, this.#nowNs);
    this.#doorTat = store.openDoor(call, this.#door, this.#nowNs);
    store.slotTable.report(call.gateway, call.known.taken, call.known.released, nowUs, call.settings.slotLeaseMs);
    this.#slotsLeft =
      this.#settings.slots === 0 ? Number.POSITIVE_INFINITY : this.#settings.slots - store.slotTable.inUse(nowUs);
  }

  run(): ExchangeReply {
    const { call } = this;
    const loss = this.#merge();
    this.#applyEvents();
    const ticked = call.tick && this.#tick();
    const permits = this.#givePermits();
    const results = call.asks.map((ask) => this.#answer(ask));
    this.store.closeDoor(this.#doorTat);
    return { kind: 'done', permits, results, view: this.#view(loss, ticked) };
  }

  #merge(): boolean {
    const { known, generation, settings } = this.call;
    const line = this.#line;
    if (known.epoch > line.epoch) this.store.seats.clear();
    const loss = line.merge(known, generation, settings.skip, this.#book.isAhead(known.claims));
    const stranger = known.generation !== '' && known.generation !== line.generation;
    this.#book.merge(known.claims, loss, stranger, this.nowUs);
    if (settings.sessions !== null) this.#mergeSeats(settings.sessions, loss, stranger);
    this.#draw();
    if (this.#book.isHalted(settings.claims)) this.#open = false;
    return loss;
  }

  #mergeSeats(sessions: SessionSettings, loss: boolean, stranger: boolean): void {
    const { seats } = this.store;
    seats.open(sessions, this.nowUs, this.#book.lostWithin(sessions.ttlMs * 1000, this.nowUs));
    seats.merge(this.call.known.seats, loss, stranger);
    seats.endAll(this.call.known.sessionsEndedUs);
  }

  /** Until lots are drawn, the door is shut. */
  #draw(): void {
    const { lottery } = this.#settings;
    const line = this.#line;
    if (lottery === null) return;
    if (this.call.known.epoch === line.epoch) line.offerKey(lottery.key);
    if (!line.isDrawn && line.lottery !== null && this.nowUs >= lottery.drawAtUs) line.draw();
    if (!line.isDrawn) this.#open = false;
  }

  #applyEvents(): void {
    const { entered, gone, spent, retained, given, settled, signs, seats, replays, health } = this.call.events;
    for (const place of entered) this.#line.enter(place, this.#insideUntilUs());
    for (const place of gone) this.#line.leaveDoor(place);
    for (const { claimant, place } of spent) this.#line.spend(claimant, place);
    for (const { claimant, place } of given) this.#line.spend(claimant, place);
    for (const { claimant, place } of retained) this.#line.retain(claimant, place, this.nowUs);
    for (const event of settled) this.#book.settle(event, this.#line.generation, this.nowUs);
    for (const sign of signs) this.#book.noteSign(sign);
    if (!this.#book.outdated) this.#book.replayed += replays;
    if (this.#settings.sessions !== null) for (const seat of seats) this.store.seats.settle(seat, this.nowUs);
    this.store.pace.served += health.served;
    this.store.pace.dropped += health.dropped;
  }

  /** Of two paces the one that was changed more often is the newer: this store has lost it. */
  #mergePace(): void {
    const { pace } = this.store;
    const { rateMilli, revision } = this.call.known.pace;
    if (revision > pace.revision) Object.assign(pace, { rateMilli, revision });
    const { restUs } = this.call.events.health;
    if (restUs > 0) pace.restUntilUs = Math.max(pace.restUntilUs, this.nowUs + restUs);
  }

  #tick(): boolean {
    const ticked = this.#line.tick({
      nowUs: this.nowUs,
      open: this.#open,
      tokens: this.#tokens(),
      ratePerSecond: 1e9 / this.#door.intervalNs,
      slotsFull: this.#isStarved(),
      graceMs: this.#settings.graceMs,
      leadMs: this.#settings.leadMs,
      dwellMs: this.#settings.dwellMs,
      pollMaxMs: this.#settings.pollMaxMs,
      unitsLeft: this.#roomLeft(),
    });
    const { waiting, entered } = this.#line;
    if (ticked) followHealth(this.store.pace, this.#settings.pace, { nowUs: this.nowUs, entered, waiting });
    return ticked;
  }

  /** Whether no slot is left, for anybody or for this call. */
  #isStarved(): boolean {
    return this.#slotsLeft <= 0 || this.#allowance <= 0;
  }

  #slotsInUse(): number {
    return this.store.slotTable.inUse(this.nowUs);
  }

  #unitsLeft(): number {
    return this.#book.unitsLeft(this.#settings.claims, this.nowUs, this.#slotsInUse());
  }

  /** How many more may go in, as far as budget and seats go. */
  #roomLeft(): number {
    return Math.min(this.#unitsLeft(), this.store.seats.left(this.#settings.sessions));
  }

  #tokens(): number {
    const { intervalNs, toleranceNs } = this.#door;
    return (this.#nowNs + toleranceNs - Math.max(this.#doorTat, this.#nowNs)) / intervalNs;
  }

  #givePermits(): number[] {
    const permits: number[] = [];
    while (permits.length < this.call.permits) {
      const departInUs = this.#takePermit();
      if (departInUs === null) break;
      permits.push(departInUs);
    }
    return permits;
  }

  /** Token and slot together, or neither. @param reserveNs - what of the burst is left alone */
  #takePermit(reserveNs = 0): number | null {
    if (!this.#open || this.#book.lostWithin(SETTLING_US, this.nowUs)) return null;
    const wait = Math.max(0, waitNs(this.#doorTat, this.#nowNs, this.#door) + reserveNs);
    if (wait > this.#settings.horizonUs * 1000) return null;
    if (this.#isStarved()) {
      if (this.#settings.pace.enabled) this.store.pace.starved = true;
      return null;
    }
    this.#doorTat = charged(this.#doorTat, this.#nowNs, this.#door);
    this.#slotsLeft--;
    this.#allowance--;
    this.store.slotTable.take(this.call.gateway);
    return Math.ceil(wait / 1000);
  }

  #answer(ask: Ask): AskResult {
    if (ask.kind === 'refund') {
      this.#charges.charge(ask, -1);
      return { kind: 'none' };
    }
    if (ask.ledger) {
      if (this.#book.outdated) return { kind: 'untrusted' };
      const text = this.#book.recorded(ask.ledger, this.nowUs);
      if (text !== null) return { kind: 'recorded', text };
      if (this.#book.isHalted(this.#settings.claims)) return { kind: 'untrusted' };
    }
    if (ask.kind === 'recall') return { kind: 'none' };
    if (ask.kind !== 'pass' && ask.kind !== 'spare') {
      const known = this.#placeOf(ask);
      if (known !== null) return this.#serve(ask, known, false);
      if (ask.kind === 'find') return { kind: 'none' };
    }
    if (ask.barred !== undefined) return { kind: 'limited', ...ask.barred, remaining: this.#charges.left(ask) };
    const limited = this.#charges.limited(ask);
    if (limited !== null) return limited;
    if (ask.kind === 'pass') return { kind: 'pass', remaining: this.#charges.charge(ask) };
    return ask.kind === 'spare' ? this.#spare(ask) : this.#newcomer(ask);
  }

  /** Of a lower class: it takes what nobody else wants, and never a place in line. */
  #spare(ask: Ask): AskResult {
    const departInUs = this.#isIdle() && this.#hasUnit(ask) ? this.#takePermit(this.#settings.reserveNs) : null;
    return departInUs === null ? { kind: 'shut' } : this.#enterDirectly(ask, departInUs);
  }

  #enterDirectly(ask: Ask, departInUs: number): AskResult {
    this.#ownEntry(ask);
    this.#line.enterDirectly();
    return { kind: 'enter', place: null, departInUs, remaining: this.#charges.charge(ask) };
  }

  #isIdle(): boolean {
    const { waiting, atDoor, caller } = this.#line;
    return waiting === 0 && atDoor === 0 && caller.expected < 1;
  }

  /** The claimant's place, from the line or from a ticket that proves it; a lapsed one is replaced. */
  #placeOf(ask: Ask): Place | null {
    const line = this.#line;
    let entry = line.find(ask.claimant);
    if (entry === null) {
      if (ask.place === null || line.isPast(ask.place) || line.isSpent(ask.place)) return null;
      if (ask.place.number > line.tails[ask.place.line])
        line.leaveOut(ask.place.line, ask.place.number, this.#settings.skip);
      line.refill(ask.claimant, ask.place, ask.toldMs);
      entry = { place: ask.place, toldMs: ask.toldMs };
    }
    const toldMs = Math.max(entry.toldMs, ask.toldMs);
    if (!line.isLapsed(entry.place, toldMs, this.nowUs, this.#settings.graceMs)) return entry.place;
    return line.rejoin(ask.claimant, entry.place);
  }

  #newcomer(ask: Ask): AskResult {
    const line = this.#line;
    if (ask.kind === 'claim' && (this.#isIdle() || !this.#settings.queue || goesAgain(ask)) && this.#hasUnit(ask)) {
      const departInUs = this.#takePermit();
      if (departInUs !== null) return this.#enterDirectly(ask, departInUs);
    }
    if (!this.#settings.queue || goesAgain(ask)) return { kind: 'shut' };
    if (line.waiting >= this.#settings.maxWaiting) return { kind: 'full' };
    const alone = line.waiting === 0;
    const left = this.#charges.charge(ask);
    const place = line.join(ask.claimant);
    if (alone && ask.kind === 'claim' && this.#wanted() >= 1) line.callNewest();
    return this.#serve(ask, place, true, left);
  }

  /** How many more people the door has use for; the calling law for one newcomer. */
  #wanted(): number {
    if (!this.#open) return 0;
    const lead = (this.#settings.leadMs * 1e6) / this.#door.intervalNs;
    const use = Math.min(this.#tokens() + lead, this.#roomLeft());
    return use - this.#line.caller.expected - this.#line.atDoor;
  }

  #serve(ask: Ask, place: Place, joined: boolean, left = this.#charges.left(ask)): AskResult {
    if (ask.kind === 'claim' && this.#line.isInside(place)) return { kind: 'inside', place };
    const called = this.#line.isCalled(place) || goesAgain(ask);
    if (ask.kind !== 'claim' || !called) return { kind: 'wait', place, joined, remaining: left };
    if (!this.#hasUnit(ask)) {
      this.#line.come(place, this.nowUs + this.#settings.doorStayMs * 1000);
      return { kind: 'wait', place, joined, remaining: left };
    }
    this.#ownEntry(ask);
    const departInUs = this.#takePermit();
    if (departInUs === null) {
      this.#line.come(place, this.nowUs + this.#settings.doorStayMs * 1000);
      return { kind: 'door', place, joined, remaining: left };
    }
    this.#line.enter(place, this.#insideUntilUs());
    const entered = { kind: 'enter', place, departInUs, remaining: left } as const;
    return joined ? { ...entered, joined } : entered;
  }

  /** Whoever enters, or is held at the door, owns an entry, a unit of the budget, and a seat. */
  #hasUnit({ ledger, seat, claimant }: Ask): boolean {
    if (seat && !this.store.seats.maySit(claimant, this.#settings.sessions)) return false;
    return !ledger || this.#book.mayOpen(ledger, this.#settings.claims, this.nowUs, this.#slotsInUse());
  }

  #ownEntry({ ledger, seat, claimant }: Ask): void {
    const leaseUs = this.#settings.claims.leaseMs * 1000;
    if (ledger) this.#book.open(ledger, leaseUs, this.nowUs);
    if (seat && this.#settings.sessions !== null) this.store.seats.take(claimant, seat, this.nowUs + leaseUs);
  }

  #insideUntilUs(): number {
    return this.nowUs + this.#settings.slotLeaseMs * 1000;
  }

  #view(loss: boolean, ticked: boolean): StoreView {
    const line = this.#line;
    const inUse = this.store.slotTable.inUse(this.nowUs);
    return {
      nowUs: this.nowUs,
      lineMs: line.lineMs(this.nowUs),
      epoch: line.epoch,
      generation: line.generation,
      heads: [line.heads[0], line.heads[1]],
      tails: [line.tails[0], line.tails[1]],
      lapsed: [line.lapsed[0], line.lapsed[1]],
      doorTat: this.#doorTat,
      doorIntervalNs: this.#door.intervalNs,
      atDoor: line.atDoor,
      show: line.caller.show,
      callsPerSecond: line.caller.callsPerSecond,
      gateways: this.store.slotTable.alive(this.nowUs),
      taken: this.store.slotTable.taken(this.call.gateway),
      slotsInUse: inUse,
      loss,
      ticked,
      claims: this.#book.view(this.#settings.claims, this.nowUs, inUse),
      settingsRevision: this.store.settingsRevision,
      gaps: line.gaps.all,
      lottery: line.lottery,
      pace: this.#paceView(),
      seats: this.#settings.sessions === null ? 0 : this.store.seats.taken,
      sessionsEndedUs: this.store.seats.endedUs,
      sessionEnds: this.#settings.sessions === null ? [] : this.store.seats.endsSince(this.call.known.endsUs),
    };
  }

  #paceView(): PaceView {
    const { rateMilli, revision, restUntilUs } = this.store.pace;
    return { rateMilli, revision, restUntilUs };
  }
}

/** Whoever was at the service before and does not know how it ended has been called, whoever waits now. */
function goesAgain({ kind, ledger }: Ask): boolean {
  return kind === 'claim' && !!ledger && ledger.repeats !== '';
}

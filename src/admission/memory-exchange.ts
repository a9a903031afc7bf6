/** One call to the embedded store, carried out: the same steps in the same order as `exchange.lua`. */
import type { MemoryBook } from '../claims/memory-book.js';
import { followHealth } from '../overload/pace-law.js';
import type { MemoryLine } from '../waiting-room/memory-line.js';
import type { Place } from '../waiting-room/place.js';
import type { Ask, AskResult } from './ask.js';
import type { ExchangeCall, ExchangeReply } from './exchange.js';
import type { ExchangeSettings, SessionSettings } from './exchange-settings.js';
import { MemoryCharges } from './memory-charges.js';
import type { MemoryDoor } from './memory-door.js';
import type { MemoryState } from './memory-state.js';
import { viewOf } from './memory-view.js';

export class MemoryExchange {
  readonly #line: MemoryLine;
  readonly #book: MemoryBook;
  readonly #settings: ExchangeSettings;
  readonly #door: MemoryDoor;
  readonly #charges: MemoryCharges;

  constructor(
    private readonly store: MemoryState,
    private readonly call: ExchangeCall,
    private readonly nowUs: number,
  ) {
    this.#line = store.line;
    this.#book = store.book;
    this.#settings = call.settings;
    this.#door = store.door;
    this.#charges = new MemoryCharges(store.buckets, nowUs * 1000);
    this.#mergePace();
    this.#door.begin(call, store.settingsRevision, nowUs);
  }

  run(): ExchangeReply {
    const { call } = this;
    const loss = this.#merge();
    this.#applyEvents();
    const ticked = call.tick && this.#tick();
    const permits = this.#door.takePermits(call.permits);
    const results = call.asks.map((ask) => this.#answer(ask));
    return { kind: 'done', permits, results, view: viewOf(this.store, call, this.nowUs, loss, ticked) };
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
    if (this.#book.isHalted(settings.claims)) this.#door.isOpen = false;
    return loss;
  }

  #mergeSeats(sessions: SessionSettings, loss: boolean, stranger: boolean): void {
    const { seats } = this.store;
    seats.open(sessions, this.nowUs, this.#book.lostWithin(sessions.ttlMs * 1000, this.nowUs));
    // The word first: what a gateway saw taken, it saw after it, and a store that lost its data hears of both at once.
    seats.endAll(this.call.known.sessionsEndedUs);
    seats.merge(this.call.known.seats, loss, stranger);
  }

  /** Until lots are drawn, the door is shut. */
  #draw(): void {
    const { lottery } = this.#settings;
    const line = this.#line;
    if (lottery === null) return;
    if (this.call.known.epoch === line.epoch) line.offerKey(lottery.key);
    if (!line.isDrawn && line.lottery !== null && this.nowUs >= lottery.drawAtUs) line.draw();
    if (!line.isDrawn) this.#door.isOpen = false;
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
      open: this.#door.isOpen,
      tokens: this.#door.tokens(),
      ratePerSecond: 1e9 / this.#door.rate.intervalNs,
      slotsFull: this.#door.isStarved(),
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
    const departInUs = this.#isIdle() && this.#hasUnit(ask) ? this.#door.takePermit(this.#settings.reserveNs) : null;
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
      const departInUs = this.#door.takePermit();
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
    if (!this.#door.isOpen) return 0;
    const lead = (this.#settings.leadMs * 1e6) / this.#door.rate.intervalNs;
    const use = Math.min(this.#door.tokens() + lead, this.#roomLeft());
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
    const departInUs = this.#door.takePermit();
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
}

/** Whoever was at the service before and does not know how it ended has been called, whoever waits now. */
function goesAgain({ kind, ledger }: Ask): boolean {
  return kind === 'claim' && !!ledger && ledger.repeats !== '';
}

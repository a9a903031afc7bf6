/**
 * A campaign's line to its store. All that happens in one turn of the event loop travels in one call; a few calls may
 * be on their way at once, and what comes meanwhile gathers. What this gateway knows goes along with every call.
 * A call without an answer counts as charged: its asks fail, and its events travel again.
 */

import type { Clock, Timer } from '../kernel/clock.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Random } from '../kernel/random.js';
import { StoreClock } from '../kernel/store-clock.js';
import type { Health } from '../overload/health.js';
import type { Place } from '../waiting-room/place.js';
import type { Ask } from './ask.js';
import { type DoorPort, NO_DOOR } from './door-port.js';
import type {
  CampaignStore,
  ExchangeCall,
  ExchangeReply,
  PlaceEvent,
  SeatEvent,
  Settlement,
  SoldOutSign,
  StoreView,
} from './exchange.js';
import type { ExchangeSettings } from './exchange-settings.js';
import { Knowledge } from './knowledge.js';
import { Outbox, type Parcel, tell } from './outbox.js';
import { type AskListener, type PendingAsk, PendingAsks } from './pending-asks.js';
import type { SlotAccount } from './slot-account.js';

const MOST_CALLS = 4;
/** How long a settlement waits for company: in a flood the next ask takes it along, and half of all calls are saved. */
const SETTLE_MS = 1;
const TICK_MS = 100;
/** Twice within the second in which every gateway is to know what an operator changed. */
const IDLE_TICK_MS = 450;
/** How long a campaign that somebody asked for ticks at full pace. */
const BUSY_US = 3_000_000;

export interface CampaignLinkOptions {
  readonly store: CampaignStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly gateway: string;
  readonly slots: SlotAccount;
  readonly settings: () => ExchangeSettings;
  readonly deadlineMs: number;
  readonly generation: string;
  readonly onFault: (fault: unknown) => void;
  /** Told of every call that was answered. Left out: nobody is. */
  readonly observe?: (call: AnsweredCall) => void;
}

/** What a call was, for who counts. */
export interface AnsweredCall {
  readonly asks: number;
  /** Whether buckets of limits were looked at. */
  readonly limited: boolean;
  /** Whether it called the next in line. */
  readonly ticked: boolean;
  readonly seconds: number;
}

export class CampaignLink {
  readonly storeClock: StoreClock;
  door: DoorPort = NO_DOOR;
  view: StoreView | null = null;
  /** Local monotonic time of the last reply, in microseconds. */
  seenUs = Number.NEGATIVE_INFINITY;
  readonly #asks: PendingAsks;
  readonly #known: Knowledge;
  readonly #outbox: Outbox;
  #calls = 0;
  #flushing = false;
  #tickDue = false;
  #busyUntilUs = 0;
  #timer: Timer | null = null;
  #settleTimer: Timer | null = null;
  #stopped = false;
  #failing = false;
  readonly #listeners = new Set<(view: StoreView) => void>();

  constructor(private readonly options: CampaignLinkOptions) {
    this.storeClock = new StoreClock(options.clock);
    this.#asks = new PendingAsks(options.clock);
    this.#known = new Knowledge(options.generation);
    this.#outbox = new Outbox(options.clock);
  }

  /** Begins to tick. @returns once the store has answered for the first time, or failed to */
  async start(): Promise<void> {
    this.#tickDue = true;
    await this.#send([], 0);
    this.#scheduleTick();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#settleTimer?.cancel();
  }

  onView(listener: (view: StoreView) => void): void {
    this.#listeners.add(listener);
  }

  ask(ask: Ask, listener: AskListener): void {
    if (this.#asks.add(ask, listener)) this.flushSoon();
    else listener.failed('overloaded');
  }

  report(kind: 'entered' | 'gone', place: Place): void {
    this.#outbox.place(kind, place);
    this.flushSoon();
  }

  reportClaimant(kind: 'spent' | 'given' | 'retained', event: PlaceEvent): void {
    this.#outbox.claimant(kind, event);
    this.flushSoon();
  }

  /**
   * Reports the end of an attempt; it travels until the store has it.
   * @param told - called once: when the store has it, or else as soon as it is known not to answer for now
   */
  settle(event: Settlement, told: () => void = () => {}): void {
    this.#outbox.settle(event, told);
    this.#settleTimer ??= this.options.clock.after(SETTLE_MS, this.#flushSettled);
    if (this.#failing) this.#outbox.tellAll();
  }

  /** What became of a claimant's seat; it travels until the store has it. */
  reportSeat(event: SeatEvent): void {
    this.#outbox.seat(event);
    this.flushSoon();
  }

  reportSign(sign: SoldOutSign): void {
    this.#outbox.sign(sign);
    this.flushSoon();
  }

  /** An answer was replayed without asking. It travels with the next call. */
  countReplay(): void {
    this.#outbox.replay();
  }

  /**
   * What became of a claim at the service. It travels with the next call.
   * @param restMs - how long the service wants to be left alone; 0: it said nothing
   */
  reportHealth(health: Health, restMs: number): void {
    this.#outbox.health(health, restMs);
  }

  /** An operator's word: claims may go on after all losses of data noticed so far. */
  confirmLosses(): void {
    this.#known.confirm(this.view?.claims.losses ?? 0);
    this.tickSoon();
  }

  /** An operator's word: all sessions so far are over. */
  endSessions(): void {
    this.#known.endSessions(Math.ceil(this.storeClock.nowUs()));
    this.tickSoon();
  }

  /** An operator's word, in place of the service's. A budget that is granted in full stays so. */
  declareSoldOut(soldOut: boolean): void {
    if (this.#known.declareSoldOut(soldOut)) this.tickSoon();
  }

  /** How old what is known of the campaign is, in milliseconds; infinite: nothing is known yet. */
  get seenMsAgo(): number {
    return (this.options.clock.monotonicUs() - this.seenUs) / 1000;
  }

  /** How long the oldest ask has waited for a call to take it, in milliseconds. */
  get waitingMs(): number {
    return this.#asks.oldestMs;
  }

  /** Ticks at the end of this turn: something has changed that the line should know of. */
  tickSoon(): void {
    this.#tickDue = true;
    this.flushSoon();
  }

  /** Sends what has gathered at the end of this turn. */
  flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.options.clock.afterTurn(this.#flushAtTurnEnd);
  }

  /** Sends what has gathered, without waiting for the turn to end: a slot stands empty meanwhile. */
  flushNow(): void {
    this.#flush();
  }

  /** Somebody looks at this campaign: it ticks at full pace for a while. */
  touch(): void {
    const nowUs = this.options.clock.monotonicUs();
    const idle = nowUs >= this.#busyUntilUs;
    this.#busyUntilUs = nowUs + BUSY_US;
    if (idle && this.#timer !== null && !this.#stopped) {
      this.#timer.cancel();
      this.#scheduleTick();
    }
  }

  readonly #flushAtTurnEnd = (): void => {
    this.#flushing = false;
    this.#flush();
  };

  readonly #flushSettled = (): void => {
    this.#settleTimer = null;
    this.#outbox.settleNow();
    this.#flush();
  };

  readonly #flush = (): void => {
    if (this.#stopped) return;
    while (this.#calls < MOST_CALLS) {
      const permits = this.door.permitsWanted();
      if (this.#asks.count === 0 && permits === 0 && !this.#tickDue && !this.#mayTell()) return;
      const asks = this.#asks.take();
      void this.#send(asks, permits);
    }
  };

  async #send(asks: PendingAsk[], permits: number): Promise<void> {
    const { clock, slots, store } = this.options;
    const parcel = this.#outbox.take();
    const sentUs = clock.monotonicUs();
    const number = slots.open(permits + claimsIn(asks) + (this.#tickDue ? 1 : 0));
    this.#calls++;
    if (asks.length > 0) this.touch();
    const call = this.#call(asks, parcel, permits, slots.allowance(number));
    this.#tickDue = false;
    try {
      const reply = await store.exchange(call);
      this.storeClock.learn(reply.kind === 'late' ? reply.nowUs : reply.view.nowUs, sentUs);
      if (reply.kind === 'late') {
        slots.abandon(number);
        this.#outbox.takeBack(parcel);
        tell(parcel, clock.monotonicUs() - this.options.deadlineMs * 1000);
        this.#askAgain(asks, permits);
      } else {
        slots.close(number, grantedBy(reply), reply.view.taken);
        // What was answered in the store's stead, the store has still to hear.
        if (reply.view.local === true) this.#outbox.takeBack(parcel);
        this.#received(reply, asks, permits, sentUs);
        tell(parcel, Number.POSITIVE_INFINITY);
      }
    } catch (fault) {
      slots.abandon(number);
      this.#outbox.takeBack(parcel);
      tell(parcel, Number.POSITIVE_INFINITY);
      this.#failed(asks, permits, fault);
    } finally {
      this.#calls--;
      this.flushSoon();
    }
  }

  #call(asks: readonly PendingAsk[], parcel: Parcel, permits: number, allowance: number): ExchangeCall {
    const { gateway, slots, settings, deadlineMs, clock } = this.options;
    const oldestUs = asks[0]?.sinceUs ?? clock.monotonicUs();
    // Half of the time is the store's at least: a pause of this process must not make a healthy store look late.
    const waitedUs = Math.min(clock.monotonicUs() - oldestUs, deadlineMs * 500);
    return {
      gateway,
      settings: settings(),
      known: this.#known.withSlots(slots.taken, slots.released),
      generation: this.#known.freshGeneration(),
      notAfterUs: this.storeClock.known ? Math.ceil(this.storeClock.nowUs() + deadlineMs * 1000 - waitedUs) : 0,
      events: this.#outbox.eventsOf(parcel),
      permits,
      allowance,
      asks: asks.map((one) => one.ask),
      tick: this.#tickDue,
    };
  }

  #received(
    reply: Extract<ExchangeReply, { kind: 'done' }>,
    asks: readonly PendingAsk[],
    permits: number,
    sentUs: number,
  ): void {
    const { view } = reply;
    this.#learn(view);
    const decidedAtUs = Math.max(sentUs, this.storeClock.toLocalUs(view.nowUs));
    this.door.permitsArrived(
      permits,
      reply.permits.map((departInUs) => decidedAtUs + departInUs),
    );
    for (let i = 0; i < asks.length; i++) {
      const { listener, sinceUs } = asks[i]!;
      const result = reply.results[i]!;
      if (result.kind !== 'unavailable') listener.answered(result, decidedAtUs);
      else listener.failed(new StoreUnavailableError('exchange', Math.round((decidedAtUs - sinceUs) / 1000)));
    }
    this.door.observe(view, decidedAtUs);
    for (const listener of this.#listeners) listener(view);
    this.options.observe?.({
      asks: asks.length,
      limited: (asks[0]?.ask.limits.length ?? 0) > 0,
      ticked: view.ticked,
      seconds: (this.options.clock.monotonicUs() - sentUs) / 1e6,
    });
  }

  #learn(view: StoreView): void {
    this.#known.learn(view);
    this.view = view;
    this.#failing = view.local === true;
    this.seenUs = this.options.clock.monotonicUs();
  }

  /** The store found the call late: it did nothing. Once its clock is known again, the same may be asked anew. */
  #askAgain(asks: readonly PendingAsk[], permits: number): void {
    const nowUs = this.options.clock.monotonicUs();
    const limitUs = this.options.deadlineMs * 1000;
    this.door.permitsFailed(permits);
    for (const one of asks) {
      if (nowUs - one.sinceUs < limitUs / 2) this.#asks.putBack(one);
      else one.listener.failed(new StoreUnavailableError('exchange', Math.round((nowUs - one.sinceUs) / 1000)));
    }
  }

  #failed(asks: readonly PendingAsk[], permits: number, fault: unknown): void {
    if (!(fault instanceof StoreUnavailableError)) this.options.onFault(fault);
    this.#failing = true;
    this.door.permitsFailed(permits);
    const known = fault instanceof StoreUnavailableError ? fault : new StoreUnavailableError('exchange', 0, fault);
    for (const one of asks) one.listener.failed(known);
  }

  #scheduleTick(): void {
    const { clock, random } = this.options;
    const busy = clock.monotonicUs() < this.#busyUntilUs || this.#lineMoves();
    const delayMs = (busy ? TICK_MS : IDLE_TICK_MS) * (0.95 + 0.1 * random());
    this.#timer = clock.after(delayMs, () => {
      if (this.#stopped) return;
      this.#tickDue = true;
      this.flushSoon();
      this.#scheduleTick();
    });
  }

  /** Events alone wait for company while the store does not answer. */
  #mayTell(): boolean {
    return this.#outbox.isDue && !this.#failing;
  }

  #lineMoves(): boolean {
    const { view } = this;
    return view !== null && (view.atDoor > 0 || view.tails[0] > view.heads[0] || view.tails[1] > view.heads[1]);
  }
}

function grantedBy(reply: Extract<ExchangeReply, { kind: 'done' }>): number {
  let granted = reply.permits.length;
  for (const result of reply.results) if (result.kind === 'enter') granted++;
  return granted;
}

/** Asks that may be given a permit. */
function claimsIn(asks: readonly PendingAsk[]): number {
  let claims = 0;
  for (const { ask } of asks) if (ask.kind === 'claim' || ask.kind === 'spare') claims++;
  return claims;
}
